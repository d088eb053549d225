"""What `make bench-ingest` is built on: documents in any number, vectors kept by text, memory watched, results as tables."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pypdfium2
import pytest

from evals import bench_ingest, bench_ingest_report
from evals.measures import corpus, engine, growth
from evals.measures.remembered import Remembered, served
from evals.measures.watching import Watch, resident_mb
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.remote import RemoteEmbedder

LAW = "This Agreement is governed by the laws of the State of Delaware."
TERM = "The term of this Agreement is five years from the Effective Date."


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture
def remembered(embedder: LocalEmbedder) -> Iterator[tuple[Remembered, str]]:
    kept = Remembered(embedder)
    with served(kept) as name:
        yield kept, name.removeprefix("openai:remembered@")


def test_documents_come_in_any_number_and_no_two_have_the_same_bytes(tmp_path: Path) -> None:
    count = len(corpus.originals()) + 3
    made = corpus.documents(count, tmp_path / "files")
    assert len({hashlib.sha256(path.read_bytes()).digest() for path in made}) == len(made) == count
    assert corpus.megabytes(made) == pytest.approx(sum(path.stat().st_size for path in made) / 1e6)


def test_a_copy_of_a_pdf_reads_as_its_original(tmp_path: Path) -> None:
    sources = corpus.originals()
    made = corpus.documents(len(sources) + 1, tmp_path / "files")
    texts = []
    for path in (sources[0], made[0], made[len(sources)]):
        with pypdfium2.PdfDocument(path) as document:
            texts.append([page.get_textpage().get_text_range() for page in document])
    assert texts[0] == texts[1] == texts[2]


async def test_a_text_is_embedded_once_and_then_only_looked_up(
    remembered: tuple[Remembered, str], embedder: LocalEmbedder
) -> None:
    kept, url = remembered
    remote = await RemoteEmbedder.open(url, "remembered")
    kept.asked = kept.made = 0
    try:
        first = await remote.embed([LAW, TERM])
        second = await remote.embed([TERM, LAW, LAW])
    finally:
        await remote.close()
    assert (kept.asked, kept.made) == (5, 2)
    assert [*first[1]] == pytest.approx([*second[0]])
    assert [*first[0]] == pytest.approx(embedder.embed_now([LAW])[0], abs=1e-6)


def test_a_text_beyond_the_model_is_cut_rather_than_refused(remembered: tuple[Remembered, str]) -> None:
    reply = httpx.post(f"{remembered[1]}/embeddings", json={"model": "m", "input": LAW * 100}, timeout=30)
    assert len(reply.raise_for_status().json()["data"][0]["embedding"]) == 384


def test_the_most_memory_is_what_was_held_at_once() -> None:
    own = psutil.Process(os.getpid())
    with Watch(lambda: {"here": [own]}) as watch:
        held = bytearray(64 << 20)
        time.sleep(0.5)
        del held
    assert watch.peak_mb["here"] == watch.peak_mb["all"] > 64
    assert watch.series
    assert resident_mb(own) > 0


def test_the_limit_follows_from_what_a_core_does_with_float32() -> None:
    found = engine.limit_tokens_per_s(100.0, 2)
    assert found == pytest.approx(1e3 / (21.2 / 200 + 1.2 / 100))
    assert engine.limit_tokens_per_s(100.0, 4) > found


def test_a_text_counts_as_the_pages_it_would_fill() -> None:
    assert [growth.sheets(chars) for chars in (0, 1, 2470, 2471, 24_700)] == [0, 1, 1, 2, 10]


def test_every_part_has_a_table(tmp_path: Path) -> None:
    row = {
        "documents": 10, "ready": 10, "mb": 1.5, "pages": 100, "chunks": 900, "seconds": 50.0, "cpu_seconds": 80.0, "pages_per_s": 2.0,
        "pages_per_cpu_s": 1.25, "mb_per_s": 0.03, "peak_rss_mb": {"server": 300.0, "all": 400.0}, "data_folder_mb": 20.0,
    }  # fmt: skip
    peer = row | {"name": "somebody else", "seconds_by_stage": {"parse": 1.0}}
    result: dict[str, Any] = {
        "machine": {"date": "d", "python": "3", "system": "s", "processor": "p", "cores": 2, "load": 0.0},
        "service": {"rows": [row], "load_after": 0.0},
        "growth": {"rows": [row], "load_after": 0.0},
        "peer": peer | {"pages_per_s": 1.0, "load_after": 0.0},
        "stock": {"failed": "no torch", "load_after": 0.0},
    }
    said = bench_ingest_report.report(json.loads(json.dumps(result)))
    for words in (
        "service over HTTP",
        "vectors kept by text",
        "no torch",
        "10 documents, side by side",
        "by pages/s: 2.00",
    ):
        assert words in said


def test_a_side_environment_that_is_absent_is_said_and_stops_nothing(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    absent = tmp_path / "python"
    assert bench_ingest.main(["--only", "elements", "--elements-python", str(absent), "--out", str(out)]) == 0
    assert "failed" in json.loads(out.read_text())["elements"]
