"""The service over HTTP (evals): start-up, memory, ingestion of a folder, and search latency, on a data folder of its own."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import httpx

from evals.results import percentile
from evals.service import Running, running

STARTS = 3
SETTLE_S = 2.0
"""After this long a service that was just started or fed is at rest."""
FILES_PER_UPLOAD = 8
LISTED = 200
"""Documents a page of the list has at most."""
POLL_S = 0.05
PATIENCE_S = 900.0
SEARCHES = 200
WARM_UP = 20
CLIENTS = 4
SEED = 20
QUESTIONS = (
    "Which state's law governs this agreement?",
    "How can the agreement be terminated, and on what notice?",
    "Is either party's liability limited or capped?",
    "May the agreement be assigned without consent?",
    "When does the agreement expire, and does it renew?",
    "What insurance must be maintained?",
    "Who owns the intellectual property that is developed?",
    "What audit rights does a party have?",
    "Is there an exclusivity or non-compete obligation?",
    "What warranties are given, and for how long?",
)


def start_up() -> dict[str, Any]:
    """Seconds from the start of the process to the first 200 of /readyz, and memory at rest, on empty data folders."""
    seconds, cpu_seconds = [], []
    memory: dict[str, dict[str, float]] = {}
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder, running(Path(folder) / "data") as service:
            seconds.append(round(service.start_s, 2))
            cpu_seconds.append(round(service.start_cpu_s, 2))
            time.sleep(SETTLE_S)
            memory = service.memory_mb()
    return {
        "seconds": seconds,
        "median_s": statistics.median(seconds),
        "median_cpu_s": statistics.median(cpu_seconds),
        "memory_at_rest": memory,
    }


def use(paths: Sequence[Path], questions: Sequence[str]) -> dict[str, Any]:
    """Upload the files, wait until all are ready, search, and start again on what is there."""
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        data_dir = Path(folder) / "data"
        with running(data_dir) as service, httpx.Client(base_url=service.url, timeout=60) as client:
            ingested = _ingest(client, paths) | {"cpu_seconds": round(service.cpu_s() - service.start_cpu_s, 2)}
            time.sleep(SETTLE_S)
            result = {"ingest": ingested, "memory_after": service.memory_mb(), "search": _search(service, questions)}
        with running(data_dir) as again:
            return result | {"start_with_documents_s": round(again.start_s, 2)}


def upload(client: httpx.Client, paths: Sequence[Path]) -> None:
    """Send the files, some at a time; when this returns, all are acknowledged."""
    for first in range(0, len(paths), FILES_PER_UPLOAD):
        with ExitStack() as stack:
            batch = [
                (path.name, stack.enter_context(path.open("rb"))) for path in paths[first : first + FILES_PER_UPLOAD]
            ]
            client.post("/v1/documents", files=[("files", file) for file in batch]).raise_for_status()


def all_documents(client: httpx.Client) -> list[dict[str, Any]]:
    """Every document of the service as it lists them, page after page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = client.get("/v1/documents", params={"limit": LISTED} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def _ingest(client: httpx.Client, paths: Sequence[Path]) -> dict[str, Any]:
    started = time.perf_counter()
    upload(client, paths)
    acknowledged_s = time.perf_counter() - started
    documents = _settled(client, len(paths), started + PATIENCE_S)
    seconds = time.perf_counter() - started
    pages = sum(document["pages"] or 0 for document in documents)
    ready = [document for document in documents if document["status"] == "ready"]
    return {
        "files": len(documents),
        "ready": len(ready),
        "pages": pages,
        "chunks": sum(document["chunks"] for document in ready),
        "acknowledged_s": round(acknowledged_s, 2),
        "seconds": round(seconds, 2),
        "pages_per_s": round(pages / seconds, 2),
    }


def _settled(client: httpx.Client, count: int, until: float) -> list[dict[str, Any]]:
    while time.perf_counter() < until:
        documents: list[dict[str, Any]] = client.get("/v1/documents", params={"limit": LISTED}).json()["items"]
        if len(documents) == count and all(document["status"] in {"ready", "failed"} for document in documents):
            return documents
        time.sleep(POLL_S)
    raise TimeoutError(f"documents are still not ready after {PATIENCE_S:.0f} s")


def _search(service: Running, questions: Sequence[str]) -> dict[str, Any]:
    """Latencies of one client, and of several at once, each on a connection that stays open."""
    asked = Random(SEED).choices(questions or QUESTIONS, k=SEARCHES)
    _ask(service.url, asked[:WARM_UP])
    alone = _ask(service.url, asked)
    shares = [asked[first::CLIENTS] for first in range(CLIENTS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        together = [ms for share in pool.map(lambda share: _ask(service.url, share), shares) for ms in share]
    seconds = time.perf_counter() - started
    return {
        "searches": SEARCHES,
        "one_client": _latencies(alone),
        f"{CLIENTS}_clients": _latencies(together) | {"per_s": round(SEARCHES / seconds, 1)},
    }


def _ask(url: str, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each search, as the client sees them."""
    found = []
    with httpx.Client(base_url=url, timeout=60) as client:
        for question in questions:
            started = time.perf_counter()
            reply = client.post("/v1/search", json={"query": question, "limit": 10}).raise_for_status()
            found.append(1000 * (time.perf_counter() - started))
            if not reply.json()["items"]:
                raise RuntimeError(f"nothing was found for {question!r}")
    return found


def _latencies(milliseconds: Sequence[float]) -> dict[str, float]:
    return {"p50_ms": round(percentile(milliseconds, 0.5), 1), "p95_ms": round(percentile(milliseconds, 0.95), 1)}
