"""The service fed with more and more documents (evals): seconds, memory of each process, and what the data folder holds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from evals.measures.corpus import documents, megabytes
from evals.measures.serving import LISTED, all_documents, upload
from evals.measures.watching import Watch, members
from evals.service import running

POLL_S = 0.4
PATIENCE_S = 7200.0
SETTLED = {"ready", "failed"}
UNSETTLED = ("processing", "queued")


def measure(count: int, settings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`count` documents sent over HTTP to a new service, until the last of them is ready or has failed."""
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        paths = documents(count, Path(folder) / "files")
        data_dir = Path(folder) / "data"
        with running(data_dir, settings) as service, httpx.Client(base_url=service.url, timeout=120) as client:
            at_rest = service.memory_mb()
            with Watch(lambda: members(service.process)) as watch:
                result = _ingest(client, paths)
            cpu_seconds = service.cpu_s() - service.start_cpu_s
        return result | {
            "start_s": round(service.start_s, 2),
            "cpu_seconds": round(cpu_seconds, 1),
            "pages_per_cpu_s": round(result["pages"] / cpu_seconds, 2),
            "rss_mb_at_rest": {role: row["rss_mb"] for role, row in at_rest.items()},
            "peak_rss_mb": watch.peak_mb,
            "rss_mb_over_time": _thinned(watch.series),
            "data_folder_mb": round(_size(data_dir) / 1e6, 1),
        }


def _ingest(client: httpx.Client, paths: Sequence[Path]) -> dict[str, Any]:
    started = time.perf_counter()
    upload(client, paths)
    acknowledged_s = time.perf_counter() - started
    settled = _settled(client, len(paths), started + PATIENCE_S)
    seconds = time.perf_counter() - started
    ready = [document for document in settled if document["status"] == "ready"]
    pages, chars = sum(document["pages"] or 0 for document in ready), sum(document["chars"] for document in ready)
    size_mb = megabytes(paths)
    return {
        "documents": len(paths),
        "ready": len(ready),
        "mb": round(size_mb, 1),
        "pages": pages + _sheets(ready),
        "chars": chars,
        "chunks": sum(document["chunks"] for document in ready),
        "acknowledged_s": round(acknowledged_s, 2),
        "seconds": round(seconds, 1),
        "documents_per_s": round(len(ready) / seconds, 2),
        "pages_per_s": round((pages + _sheets(ready)) / seconds, 2),
        "mb_per_s": round(size_mb / seconds, 3),
    }


def sheets(chars: int) -> int:
    """A text has no pages; it counts as what it would fill, at the mean of the contract PDFs (2,470 characters a page)."""
    return -(-chars // 2470)


def _sheets(ready: Sequence[dict[str, Any]]) -> int:
    return sum(sheets(document["chars"]) for document in ready if not document["pages"])


def _settled(client: httpx.Client, count: int, until: float) -> list[dict[str, Any]]:
    """All documents, once none of them is on its way. While waiting, one that is not is asked for: it costs the service little."""
    while time.perf_counter() < until:
        if not any(_some(client, status) for status in UNSETTLED):
            found = all_documents(client)
            if len(found) == count and all(document["status"] in SETTLED for document in found):
                return found
        time.sleep(POLL_S if count < LISTED else 1.0)
    raise TimeoutError(f"documents are still not ready after {PATIENCE_S:.0f} s")


def _some(client: httpx.Client, status: str) -> bool:
    return bool(client.get("/v1/documents", params={"limit": 1, "status": status}).json()["items"])


def _thinned(series: Sequence[tuple[float, float]], points: int = 40) -> list[tuple[float, float]]:
    return list(series[:: max(1, len(series) // points)])


def _size(folder: Path) -> int:
    """What the files take on the disk: parts of the index are reserved and not yet written."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
