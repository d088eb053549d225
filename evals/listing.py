"""How fast the list of documents stays with 10,000 of them (evals): milliseconds per request over HTTP, and of its query alone.

python -m evals.listing [--documents 10000] [--out build/evals/listing.json]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert
from sqlalchemy.orm import Session

from evals.documents import REPOSITORY
from evals.results import machine, percentile, save, table
from evals.service import Running, running
from proviso.types.documents import Fact
from proviso.wire import to_data
from records.catalog import tables
from records.catalog.catalog import Catalog

PAGES = 12
ROUNDS = 20
COLLECTIONS = 4
REQUESTS: dict[str, dict[str, Any]] = {
    "first page of 50": {},
    "first page of 200": {"limit": 200},
    "one collection": {"collection": "part-1"},
    "failed ones": {"status": "failed"},
    "words in a name": {"q": "agreement 0042"},
    "words in no name": {"q": "no such words"},
    "a rare collection": {"collection": "rare"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build" / "evals" / "listing.json")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="proviso-listing-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        fill(f"sqlite:///{data / 'catalog.sqlite'}", chosen.documents)
        with running(data) as service, httpx.Client(base_url=service.url, timeout=60) as client:
            measured = {
                name: times(service, partial(client.get, "/v1/documents", params=params))
                for name, params in REQUESTS.items()
            }
            measured["every page of 200"] = walk(service, client)
            hashes = [item["sha256"] for item in client.get("/v1/documents", params={"limit": 200}).json()["items"]]
            body = {"collection": "part-1", "sha256": hashes}
            measured["look-up of 200 hashes"] = times(service, partial(client.post, "/v1/documents/lookup", json=body))
            measured["collections"] = times(service, partial(client.get, "/v1/collections"))
    save(chosen.out, {"documents": chosen.documents, "ms": measured, "machine": machine()})
    rows = [[name, found["cpu"], found["p50"], found["p95"], found["most"]] for name, found in measured.items()]
    sys.stdout.write(
        f"{chosen.documents} documents, milliseconds\n\n{table(['request', 'cpu', 'p50', 'p95', 'most'], rows)}\n"
    )
    return 0


def fill(url: str, number: int) -> None:
    """So many documents, ready but for every fiftieth."""
    catalog = Catalog.open(url)
    numbers, now = range(number), datetime.now(UTC)

    def insert_all(session: Session) -> None:
        session.execute(insert(tables.documents), [_document(n, now + timedelta(milliseconds=n)) for n in numbers])
        session.execute(insert(tables.versions), [_version(n, now + timedelta(milliseconds=n)) for n in numbers])

    catalog.write_now(insert_all)
    catalog.close()


def _document(n: int, at: datetime) -> dict[str, Any]:
    name, failed = f"Agreement {n:05d}.pdf", n % 50 == 0
    return {
        "id": f"doc_{n:024x}",
        "workspace": "local",
        "collection": "rare" if n % 2500 == 0 else f"part-{n % COLLECTIONS}",
        "filename": name,
        "search_text": f"{name}\nservices agreement {n}".casefold(),
        "metadata": {"vendor": n % 100},
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "status": "failed" if failed else "ready",
        "live_version_id": None if failed else f"ver_{n:024x}",
        "newest_version_id": f"ver_{n:024x}",
        "created_at": at,
        "updated_at": at,
    }


def _version(n: int, at: datetime) -> dict[str, Any]:
    name, failed = f"Agreement {n:05d}.pdf", n % 50 == 0
    facts = [
        Fact("party", f"Vendor {n} Inc.", 100, 115, "Supplier"),
        Fact("date", "2026-03-01", 40, 53, "effective"),
    ]
    return {
        "id": f"ver_{n:024x}",
        "document_id": f"doc_{n:024x}",
        "number": 1,
        "filename": name,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "bytes": 65_000,
        "media_type": "application/pdf",
        "attempt": 1,
        "status": "failed" if failed else "ready",
        "progress": 1.0,
        "title": f"Services Agreement {n}",
        "language": "en",
        "pages": PAGES,
        "chars": 40_000,
        "tokens": 9_000,
        "chunks": 57,
        "page_coverage": [{"page": page, "chars": 3_300, "source": "text_layer"} for page in range(1, PAGES + 1)],
        "unread_pages": [],
        "warnings": [],
        "facts": to_data(facts),
        "contains": {"tables": 2, "definitions": 40},
        "error_code": "broken_file" if failed else None,
        "error_detail": "It ends in the middle." if failed else None,
        "created_at": at,
    }


def walk(service: Running, client: httpx.Client) -> dict[str, float]:
    """Every page of the whole list, by cursor: the last pages must not be slower than the first."""
    taken, params, before = [], dict[str, Any](limit=200), service.cpu_s()
    while params.get("cursor", "") is not None:
        started = time.perf_counter()
        params["cursor"] = client.get("/v1/documents", params=params).json()["next_cursor"]
        taken.append((time.perf_counter() - started) * 1000)
    return _spread(taken, service.cpu_s() - before)


def times(service: Running, request: Callable[[], httpx.Response]) -> dict[str, float]:
    """Wall time of each request, and what the service spent on one: the number that other programs do not disturb."""
    request().raise_for_status()
    taken, before = [], service.cpu_s()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        request().raise_for_status()
        taken.append((time.perf_counter() - started) * 1000)
    return _spread(taken, service.cpu_s() - before)


def _spread(taken: Sequence[float], cpu_s: float) -> dict[str, float]:
    return {
        "cpu": round(cpu_s * 1000 / len(taken), 2),
        "p50": round(percentile(taken, 0.5), 2),
        "p95": round(percentile(taken, 0.95), 2),
        "most": round(max(taken), 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
