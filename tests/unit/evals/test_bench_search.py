"""What `make bench-search` is built on: questions that differ, vectors kept by text, data folders that a service takes for its own."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from evals import bench_search
from evals.bench_search_report import report
from evals.measures.searching_parts import ALL, Watch
from evals.measures.searching_place import Originals, a_place
from evals.measures.searching_questions import different
from evals.measures.searching_vectors import CopyingEmbedder, KeptVectors, turned
from evals.service import running
from ingest.embedding.local import LocalEmbedder

LAW = "This Agreement is governed by the laws of the State of Delaware."
TERM = "The term of this Agreement is five years from the Effective Date."


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


class Refusing(LocalEmbedder):
    """Embeds nothing: every vector must have been kept."""

    def embed_now(self, texts: Any) -> list[list[float]]:
        raise AssertionError(f"embedded again: {texts}")


def test_thousands_of_questions_differ() -> None:
    asked = list(itertools.islice(different(), 6000))
    assert len(set(asked)) == len(asked)


def test_a_text_is_embedded_once_and_its_vector_outlives_the_process(tmp_path: Path, embedder: LocalEmbedder) -> None:
    made = KeptVectors(tmp_path, embedder).of([LAW, TERM, LAW])
    assert made.tolist() == np.array(embedder.embed_now([LAW, TERM, LAW]), np.float32).tolist()
    again = KeptVectors(tmp_path, Refusing())
    assert again.of([TERM, LAW]).tolist() == made[[1, 0]].tolist()


def test_a_copy_has_vectors_near_those_of_its_original_and_the_same_each_time(embedder: LocalEmbedder) -> None:
    vectors = np.array(embedder.embed_now([LAW, TERM]))
    first, again, second = turned(vectors, [1, 2], 1), turned(vectors, [1, 2], 1), turned(vectors, [1, 2], 2)
    assert first.tolist() == again.tolist() != second.tolist()
    assert np.linalg.norm(first, axis=1) == pytest.approx(1.0)
    assert ((first * vectors).sum(axis=1) > 0.9).all()


@pytest.mark.slow
async def test_a_service_finds_what_was_placed_and_more_can_be_placed_later(
    tmp_path: Path, embedder: LocalEmbedder
) -> None:
    paths = [tmp_path / "law.txt", tmp_path / "term.txt"]
    for path, text in zip(paths, (LAW, TERM), strict=True):
        path.write_text(text)
    originals = Originals(paths)
    copying = CopyingEmbedder(KeptVectors(tmp_path / "kept", embedder), embedder)
    for chunks in (1, 3):
        async with a_place(tmp_path / "data", copying) as place:
            placed = await place.fill(originals, chunks)
        assert placed.chunks == len(placed.documents) == chunks
    await originals.close()
    with running(tmp_path / "data") as service:
        async with httpx.AsyncClient(base_url=service.url) as client:
            one = {"query": "Which law governs?", "document_ids": [placed.documents[2].document_id]}
            found = (await client.post("/v1/search", json=one)).raise_for_status().json()["items"]
            both = (await client.post("/v1/search", json={"query": "five years", "collection": None})).json()["items"]
            documents = (await client.get("/v1/documents", params={"collection": "part 0"})).json()["items"]
    assert [item["text"] for item in found] == [LAW]
    assert sorted(item["text"] for item in both) == sorted([LAW, LAW, TERM])
    assert [item["status"] for item in documents] == ["ready"] * 3


def test_what_the_steps_leave_of_the_whole_is_shown_as_the_rest() -> None:
    watch = Watch()
    with watch.on(ALL), watch.on("a step"):
        sum(range(1000))
    rows = watch.rows(1)
    assert list(rows) == ["a step", "the rest", ALL]
    assert rows[ALL]["ms"] >= rows["a step"]["ms"] >= 0


@pytest.mark.slow
def test_one_size_is_measured_with_its_parts_and_its_peer(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    folders = ["--folder", str(tmp_path / "data"), "--kept", str(tmp_path / "kept"), "--out", str(out)]
    assert bench_search.main(["--sizes", "20", "--questions", "3", "--only", "http", "parts", "peer", *folders]) == 0
    result = json.loads(out.read_text())
    (row,) = result["rows"]
    assert row["chunks"] >= 20
    assert {each["scope"] for each in row["http"]} == {"document", "documents", "collection", "workspace"}
    assert all(0 < each["p50_ms"] <= each["p95_ms"] for each in row["http"])
    assert row["parts"]["workspace"]["new"][ALL]["ms"] > 0
    assert row["peer"]["scopes"]["workspace"]["p50_ms"] > 0
    said = report(result)
    assert "theirs / ours" in said
    assert "index process" in said


@pytest.mark.slow
def test_documents_that_come_in_meanwhile_are_gone_afterwards(tmp_path: Path, embedder: LocalEmbedder) -> None:
    path = tmp_path / "law.txt"
    path.write_text(LAW)
    with running(tmp_path / "data") as service:
        scope = {"collection": None}
        found = bench_search.searching_busy.measure(service, lambda: scope, different(), 2, [path])
        left = httpx.get(f"{service.url}/v1/documents").json()["items"]
    assert found["uploaded"]["documents"] == 1
    assert found["busy"]["gap_longest_ms"] > 0
    assert left == []
