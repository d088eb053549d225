"""`proviso reindex`: the same is found afterwards, also with another embedder, after a loss, and after kills; no text is touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.server import announced
from tests.conftest import REPOSITORY
from tests.e2e.commands import Shell
from tests.e2e.conftest import Stock
from tests.instruments.embeddings import EmbeddingServer, embeddings, late
from tests.instruments.service import running_service

QUESTION = "termination on written notice"
LETTERS = "openai:letters@{}"


@pytest.fixture
def shell(stock: Stock, tmp_path: Path) -> Shell:
    return Shell(stock.copy_to(tmp_path), tmp_path)


@pytest.fixture
def letters() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as server:
        yield server


def found(client: httpx.Client) -> list[dict[str, Any]]:
    response = client.post("/v1/search", json={"query": QUESTION, "limit": 20})
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


def same(after: list[dict[str, Any]], before: list[dict[str, Any]]) -> bool:
    """The same hits in the same order; their raw scores are sums, which the engine adds up in another order."""
    scores = [[hit["scores"][kind] for hit in hits for kind in ("dense", "sparse")] for hits in (after, before)]
    bare = [
        [{name: hit[name] for name in hit if name not in ("scores", "score")} for hit in hits]
        for hits in (after, before)
    ]
    return bare[0] == bare[1] and scores[0] == pytest.approx(scores[1], rel=1e-5)


def chunks_of(client: httpx.Client) -> dict[str, int]:
    return {item["id"]: item["chunks"] for item in client.get("/v1/documents").json()["items"]}


def state(client: httpx.Client) -> tuple[str, int]:
    info = client.get("/v1/info").json()
    return info["embedder"]["name"], info["index"]["points"]


def texts(folder: Path) -> dict[str, str]:
    """Every stored file and text by its hash."""
    files = (path for path in (folder / "store").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
def test_the_same_is_found_after_a_rebuild_of_an_old_layout_and_of_a_lost_index(shell: Shell) -> None:
    with running_service(shell.data_dir) as client:
        before, chunks = found(client), chunks_of(client)
    file = shell.data_dir / "index" / "index.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema": 1}))
    assert "proviso reindex" in shell.refused("documents")
    stored = texts(shell.data_dir)

    done = shell.run("reindex", "--json").json
    assert (done["documents"], done["chunks"], done["left_out"]) == (len(chunks), sum(chunks.values()), [])
    with running_service(shell.data_dir) as client:
        assert same(found(client), before)

    shutil.rmtree(shell.data_dir / "index")
    shown = shell.run("reindex")
    assert (shown.status, f"{len(chunks)} documents, {sum(chunks.values())} chunks" in shown.out) == (0, True), shown
    with running_service(shell.data_dir) as client:
        assert same(found(client), before)
        assert chunks_of(client) == chunks
    assert texts(shell.data_dir) == stored


def test_the_service_opens_with_another_embedder_and_finds(shell: Shell, letters: EmbeddingServer) -> None:
    name = LETTERS.format(letters.base_url)
    done = shell.run("reindex", "--embedder", name)
    assert done.status == 0, done
    assert f"set PROVISO_EMBEDDER={name}" in done.err
    assert "letters/26" in shell.refused("documents")
    with running_service(shell.data_dir, embedder=name) as client:
        assert state(client) == ("letters/26", sum(chunks_of(client).values()))
        assert any("terminat" in hit["text"] for hit in found(client))


@pytest.mark.kill
@pytest.mark.slow
def test_killed_twice_and_finished_nothing_is_missing_or_double(shell: Shell, letters: EmbeddingServer) -> None:
    stored, name = texts(shell.data_dir), LETTERS.format(letters.base_url)
    letters.answer = late(0.3)
    for texts_asked in (60, 20):
        letters.requests.clear()
        kill_when(shell, name, lambda enough=texts_asked: len(letters.texts) > enough)
    letters.answer = embeddings
    with running_service(shell.data_dir) as client:  # the old index is whole and in use
        chunks = chunks_of(client)
        assert state(client)[1] == sum(chunks.values())
        assert found(client)

    done = shell.run("reindex", "--embedder", name, "--json").json
    assert (done["documents"], done["chunks"]) == (len(chunks), sum(chunks.values()))
    assert 0 < done["embedded"] < done["chunks"]
    with running_service(shell.data_dir, embedder=name) as client:
        assert state(client) == ("letters/26", sum(chunks.values()))
        assert chunks_of(client) == chunks
        hits = client.post("/v1/search", json={"query": QUESTION, "limit": 100}).json()["items"]
        ids = [hit["chunk_id"] for hit in hits]
        assert len(ids) == len(set(ids)) > 50
    assert texts(shell.data_dir) == stored


@contextlib.contextmanager
def found_by_commands(shell: Shell, client: httpx.Client) -> Iterator[None]:
    """The service of this process says where it is, as `serve` does."""
    with announced(shell.data_dir) as announce:
        announce(str(client.base_url))
        yield


@pytest.mark.kill
def test_while_a_service_answers_another_embedder_takes_over_without_a_mixed_or_a_failed_answer(
    shell: Shell, letters: EmbeddingServer
) -> None:
    name, answers = LETTERS.format(letters.base_url), Answers()
    with running_service(shell.data_dir) as client, found_by_commands(shell, client):
        before, titled = keys(found(client)), next(iter(chunks_of(client)))
        letters.answer = late(0.05)
        with answers.asked_of(str(client.base_url)):
            kill_when(shell, name, lambda: len(letters.texts) > 60)
            renamed = client.patch(f"/v1/documents/{titled}", json={"title": "Zebra lease"})
            assert renamed.status_code == 200
            letters.answer = embeddings
            done = shell.run("reindex", "--embedder", name, "--json")
            assert f"set PROVISO_EMBEDDER={name}" in done.err
            assert done.json["by_service"], done
            assert 0 < done.json["embedded"] < done.json["chunks"]
            after = keys(found(client))
        assert answers.failed == []
        assert answers.kinds() == {before, after} != {before}
        assert state(client) == ("letters/26", sum(chunks_of(client).values()))
        (routed,) = client.post("/v1/search", json={"query": "term of the Zebra lease"}).json()["routed_to"]
        assert routed["document_id"] == titled
        until_gone(shell.data_dir / "index" / "shard")
    assert f"set PROVISO_EMBEDDER={name}" in shell.refused("documents")
    with running_service(shell.data_dir, embedder=name) as client:
        assert keys(found(client)) == after


def test_without_a_data_folder_or_with_a_server_that_is_away_it_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    assert "PROVISO_DATA_DIR" in shell.refused("reindex", env={"PROVISO_DATA_DIR": str(tmp_path / "nowhere")})
    assert not (tmp_path / "nowhere").exists()
    assert "http://127.0.0.1:1" in shell.refused("reindex", env={"PROVISO_QDRANT_URL": "http://127.0.0.1:1"})
    assert "is not known" in shell.refused("reindex", "--embedder", "nonsense")
    assert "--drop-old" in shell.refused("reindex", "--drop-old")


@pytest.mark.slow
def test_a_snapshot_taken_while_the_service_answers_brings_a_lost_index_back(shell: Shell, tmp_path: Path) -> None:
    place = tmp_path / "copies" / "monday"
    with running_service(shell.data_dir) as client, found_by_commands(shell, client):
        before, chunks = found(client), chunks_of(client)
        assert shell.run("snapshot", place, "--json").json == {"path": str(place)}
        assert "is there already" in shell.refused("snapshot", place)
        gone = next(iter(chunks))
        assert client.delete(f"/v1/documents/{gone}").status_code == 204
    shutil.rmtree(shell.data_dir / "index")
    done = shell.run("reindex", "--from", place, "--json").json
    assert (done["documents"], done["embedded"], done["left_out"]) == (len(chunks) - 1, 0, [])
    with running_service(shell.data_dir) as client:
        assert state(client)[1] == sum(chunks_of(client).values()) == sum(chunks.values()) - chunks[gone]
        left = [hit["chunk_id"] for hit in before if hit["document_id"] != gone]
        assert set(left) <= {hit["chunk_id"] for hit in found(client)}
    assert "does not say" in shell.refused("reindex", "--from", tmp_path / "nowhere")


@pytest.mark.slow
def test_a_store_that_holds_none_of_the_texts_leaves_the_index_as_it_is(shell: Shell) -> None:
    (shell.data_dir / "store").rename(shell.data_dir / "elsewhere")
    done = shell.run("reindex")
    assert (done.status, done.out) == (1, "")
    assert "the index is left as it is" in done.err
    shutil.rmtree(shell.data_dir / "store")
    (shell.data_dir / "elsewhere").rename(shell.data_dir / "store")
    with running_service(shell.data_dir) as client:
        assert found(client)


Key = tuple[tuple[str, float], ...]


def keys(hits: list[dict[str, Any]]) -> Key:
    """What tells the answers of two embedders apart."""
    return tuple((hit["chunk_id"], round(hit["scores"]["dense"] or 0.0, 3)) for hit in hits)


@dataclass
class Answers:
    """What a client gets that asks the same all the time."""

    got: list[Key] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def kinds(self) -> set[Key]:
        return set(self.got)

    @contextlib.contextmanager
    def asked_of(self, url: str) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._ask, args=(url, over))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _ask(self, url: str, over: threading.Event) -> None:
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            while not over.is_set():
                try:
                    self.got.append(keys(found(client)))
                except (AssertionError, httpx.HTTPError) as fault:
                    self.failed.append(str(fault))
                time.sleep(0.02)


def until_gone(path: Path) -> None:
    until = time.monotonic() + 30
    while path.exists():
        assert time.monotonic() < until, f"{path} is still there"
        time.sleep(0.05)


def kill_when(shell: Shell, embedder: str, holds: Callable[[], bool]) -> None:
    """Run it, and kill -9 it and nothing else as soon as `holds`."""
    command = [sys.executable, "-m", "api.cli", "reindex", "--embedder", embedder]
    process = subprocess.Popen(command, env=shell.environment(), cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    try:
        while not holds():
            assert process.poll() is None, "it ended before it was killed"
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
