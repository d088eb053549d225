"""Kill -9 at random moments (issue 2, shown by 5): every acknowledged document and every cell is there afterwards, once.

A thread goes on uploading and asking for jobs while the service dies and comes back; what counts is what was acknowledged.
`PROVISO_KILLS` says how often each phase is killed (10 by default), `PROVISO_KILL_SEED` with which moments.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.builders import a_contract
from tests.instruments.gptoss import GptOss, Reply, answer_extractions
from tests.instruments.killer import Service, proviso_service, random_kills

pytestmark = [pytest.mark.kill, pytest.mark.slow, pytest.mark.timeout(1800)]

KILLS = int(os.environ.get("PROVISO_KILLS", "10"))
SEED = int(os.environ.get("PROVISO_KILL_SEED", "7"))
CONTRACTS = 30
SETTLE_S = 600
MODEL_DELAY_S = 0.5
SCHEMA = {
    "type": "object",
    "properties": {
        name: {"type": "string"} for name in ("governing_law", "term", "fee", "notice", "assignment", "parties")
    },
}


class Uploader(threading.Thread):
    """Uploads every file until it is acknowledged, whatever happens to the service meanwhile."""

    def __init__(self, url: str, files: list[tuple[str, bytes]]) -> None:
        super().__init__(name="uploader")
        self._url = url
        self._files = files
        self.acknowledged: dict[str, str] = {}
        self.refused = 0

    def run(self) -> None:
        for name, data in self._files:
            while name not in self.acknowledged:
                try:
                    answer = httpx.post(f"{self._url}/v1/documents", files=[("files", (name, data))], timeout=30)
                    if answer.status_code == 202:
                        self.acknowledged[name] = answer.json()["items"][0]["id"]
                        continue
                except httpx.TransportError:
                    pass
                self.refused += 1
                time.sleep(0.1)


@pytest.fixture
def model() -> Iterator[GptOss]:
    with GptOss(shape="vllm") as server:
        answer = answer_extractions()

        def slowly(request: Any) -> Reply:
            time.sleep(MODEL_DELAY_S)
            return answer(request)

        server.always(slowly)
        yield server


@pytest.fixture
def service(tmp_path: Path, repository: Path, model: GptOss) -> Iterator[Service]:
    with proviso_service(tmp_path, repository, model.base_url, log_level="INFO") as service:
        yield service


def contracts(shared: Path) -> list[tuple[str, bytes]]:
    """Thirty real contracts as PDF where the shared data is, else made-up ones."""
    folder = shared / "data" / "cuad" / "pdf"
    if folder.is_dir():
        paths = sorted(folder.glob("*.pdf"), key=lambda path: path.stat().st_size)[:CONTRACTS]
        return [(path.name, path.read_bytes()) for path in paths]
    return [(f"contract-{n}.pdf", a_contract(n).pdf()) for n in range(CONTRACTS)]


def test_kill_9_at_random_moments_loses_and_doubles_nothing(service: Service, repository: Path) -> None:
    url = service.ready_url.removesuffix("/readyz")
    files = contracts(Path(os.environ.get("PROVISO_SHARED") or repository.parent / "shared"))
    uploader = Uploader(url, files)
    uploader.start()
    for kill in random_kills(service, times=KILLS, seed=SEED, after_s=(0.2, 6.0)):
        print(f"ingest: {kill}")
        assert not kill.orphans_left, kill
    uploader.join(SETTLE_S)
    assert not uploader.is_alive()
    with httpx.Client(base_url=url, timeout=60) as client:
        documents = settled(client, len(files))
        check_documents(client, documents, uploader, [name for name, _ in files])
        extraction = client.post("/v1/extractions", json={"schema": SCHEMA}).json()["id"]
        for kill in random_kills(service, times=KILLS, seed=SEED + 1, after_s=(0.2, 3.0)):
            job = client.get(f"/v1/extractions/{extraction}").json()
            print(f"extract: {kill} {job['status']} {job['totals']['documents_done']}/{job['totals']['documents']}")
            assert not kill.orphans_left, kill
        check_cells(client, extraction, documents)


def settled(client: httpx.Client, expected: int) -> list[dict[str, Any]]:
    until = time.monotonic() + SETTLE_S
    while True:
        documents: list[dict[str, Any]] = client.get("/v1/documents", params={"limit": 200}).json()["items"]
        if len(documents) >= expected and all(d["status"] in ("ready", "failed") for d in documents):
            return documents
        assert time.monotonic() < until, Counter((d["status"], d["stage"]) for d in documents)
        time.sleep(0.5)


def check_documents(
    client: httpx.Client, documents: list[dict[str, Any]], uploader: Uploader, names: list[str]
) -> None:
    """Each acknowledged document is there once, ready or failed with a reason, and the index holds exactly its chunks."""
    assert Counter(d["filename"] for d in documents) == Counter(names)
    assert {d["id"] for d in documents} >= set(uploader.acknowledged.values())
    failed = [(d["filename"], d["error"]) for d in documents if d["status"] == "failed"]
    assert all(error and error["code"] and error["detail"] for _, error in failed)
    chunks = sum(d["chunks"] for d in documents if d["status"] == "ready")
    points = client.get("/v1/info").json()["index"]["points"]
    print(
        f"{len(documents)} documents, {len(failed)} failed {failed}, {chunks} chunks, {points} points, {uploader.refused} uploads retried"
    )
    assert points == chunks


def check_cells(client: httpx.Client, extraction: str, documents: list[dict[str, Any]]) -> None:
    """The job ends; every document × field has exactly one cell, and every cell an outcome."""
    until = time.monotonic() + SETTLE_S
    while not (job := client.get(f"/v1/extractions/{extraction}").json())["finished_at"]:
        assert time.monotonic() < until, job["totals"]
        time.sleep(0.5)
    lines = client.get(f"/v1/extractions/{extraction}/results", params={"format": "jsonl"}).text.splitlines()
    cells = [httpx.Response(200, text=line).json() for line in lines]
    seen = Counter((cell["document_id"], cell["field"]) for cell in cells)
    wanted = {(d["id"], f"/{name}") for d in documents for name in SCHEMA["properties"]}  # type: ignore[attr-defined]
    print(f"{job['status']}: {job['totals']}")
    assert set(seen) == wanted, (wanted - set(seen), set(seen) - wanted)
    assert set(seen.values()) == {1}
    assert job["totals"]["cells"] == len(cells) == len(wanted)
    ready = {d["id"] for d in documents if d["status"] == "ready"}
    assert not [cell for cell in cells if cell["outcome"] == "failed" and cell["document_id"] in ready]
