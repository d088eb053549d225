"""Search while documents come in (evals): latency beside the same without them, and how long the event loop was away.

The loop is asked for `/healthz` every 10 ms, which does nothing but answer: what it waits for longest is the longest gap. The asking
itself costs the service some processor time, so the quiet figures are taken with it too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from evals.measures.searching import Asked, Scoped, ask, bodies
from evals.results import percentile
from evals.service import Running

EVERY_S = 0.01
TURN = 4
"""Searches between two looks at whether the documents are ready."""

UPLOADS = "uploaded"
PATIENCE_S = 600.0
SETTLED = {"ready", "failed"}


class Pulse:
    """`with Pulse(url) as pulse:` … `pulse.row()`: how long `/healthz` took, asked every 10 ms."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._waits_ms: list[float] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def row(self) -> dict[str, float]:
        waits = self._waits_ms or [0.0]
        return {"gap_p99_ms": round(percentile(waits, 0.99), 1), "gap_longest_ms": round(max(waits), 1)}

    def _beat(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._over.wait(EVERY_S):
                started = time.perf_counter()
                client.get("/healthz").raise_for_status()
                self._waits_ms.append(1000 * (time.perf_counter() - started))


def measure(
    service: Running, scope: Scoped, questions: Iterator[str], count: int, paths: Sequence[Path]
) -> dict[str, Any]:
    """New questions of one client: `quiet`, and `busy` from the first upload until all documents are ready. They are deleted afterwards."""
    with Pulse(service.url) as pulse:
        quiet = ask(service, bodies(scope, questions, count), 1)
    result: dict[str, Any] = {"quiet": quiet.row() | pulse.row()}
    with httpx.Client(base_url=service.url, timeout=120) as client:
        with Pulse(service.url) as pulse:
            uploading = threading.Thread(target=_upload, args=(service.url, paths), name="upload", daemon=True)
            started = time.perf_counter()
            uploading.start()
            searched = []
            while not _settled(client, len(paths)) and time.perf_counter() - started < PATIENCE_S:
                searched.append(ask(service, bodies(scope, questions, TURN), 1))
            seconds = time.perf_counter() - started
        uploading.join()
        result["busy"] = _together(searched).row() | pulse.row()
        result["uploaded"] = _uploaded(client) | {"seconds": round(seconds, 1)}
        client.delete(f"/v1/collections/{UPLOADS}").raise_for_status()
    return result


def _together(parts: Sequence[Asked]) -> Asked:
    roles = {role for part in parts for role in part.cpu_s}
    return Asked(
        [ms for part in parts for ms in part.milliseconds],
        sum(part.seconds for part in parts),
        {role: sum(part.cpu_s.get(role, 0.0) for part in parts) for role in sorted(roles)},
    )


def _upload(url: str, paths: Sequence[Path]) -> None:
    with httpx.Client(base_url=url, timeout=120) as client, ExitStack() as stack:
        files = [("files", (path.name, stack.enter_context(path.open("rb")))) for path in paths]
        client.post("/v1/documents", files=files, data={"collection": UPLOADS}).raise_for_status()


def _documents(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/documents", params={"limit": 200, "collection": UPLOADS}).json()[
        "items"
    ]
    return found


def _settled(client: httpx.Client, count: int) -> bool:
    found = _documents(client)
    return len(found) >= count and all(each["status"] in SETTLED for each in found)


def _uploaded(client: httpx.Client) -> dict[str, Any]:
    ready = [each for each in _documents(client) if each["status"] == "ready"]
    return {"documents": len(ready), "chunks": sum(each["chunks"] for each in ready)}
