"""`python -m evals.hostile` (evals): hostile files through the real service, and what came of each.

Generated bombs and tricks, and real documents damaged at random, are uploaded over HTTP with tight limits for the parser children. Every
file must end in a typed outcome, the service must answer all the while, no child may pass its limits, and what was there before must
still be found. It exits with 1 when any of this does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from evals.documents import REPOSITORY, SAMPLES
from evals.hostile import packages, pages, pdfs
from evals.hostile.mutations import mutations
from evals.hostile.watching import Seen, Watch
from evals.results import machine, percentile, save, table
from evals.service import Running, running

OUT = REPOSITORY / "build" / "evals" / "hostile.json"
FILES = 500
FILES_PER_UPLOAD = 10
LIMITS = {
    "PROVISO_PARSER_MEMORY_MB": "1024",
    "PROVISO_PARSER_CPU_S": "20",
    "PROVISO_PARSER_WALL_S": "60",
    "PROVISO_OCR_MAX_PAGES": "2",  # most of the time went into reading damaged scans to their end
}
BASE_MB = 160
"""What a parser child holds before its first file, libraries and all: its limit is on top of that."""
PATIENCE_S = 3600.0
OWNED = (Path("/tmp/owned"), Path("/etc/owned"))
Named = tuple[str, str, bytes]


def hostile_files(count: int, seed: int) -> list[Named]:
    """(group, file name, bytes): everything that is generated, and mutations to make up the number."""
    out = [
        ("pdf", f"{name}.pdf", data)
        for make in (pdfs.bombs, pdfs.pictures, pdfs.loops, pdfs.lies)
        for name, data in make()
    ]
    docx = (packages.bombs, packages.xml_tricks, packages.zip_tricks)
    out += [("docx", f"{name}.docx", data) for make in docx for name, data in make()]
    out += [("text", name, data) for make in (pages.webs, pages.marks) for name, data in make()]
    sources = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".pdf", ".docx", ".html", ".md", ".txt"))
    damaged = mutations(sources, max(0, count - len(out)), seed)
    return [*out[:count], *(("mutation", name, data) for name, data in damaged)]


def outcomes(client: httpx.Client, files: Sequence[Named]) -> list[dict[str, Any]]:
    """Upload everything, wait until it is settled, and say what came of each file."""
    rows: list[dict[str, Any]] = []
    for batch in _batched(files):
        rows += _uploaded(client, batch)
    until = time.monotonic() + PATIENCE_S
    for row in rows:
        while row["id"] and row["status"] not in ("ready", "failed") and time.monotonic() < until:
            found = client.get(f"/v1/documents/{row['id']}").json()
            row |= {"status": found["status"], "code": (found["error"] or {}).get("code"), "chars": found["chars"]}
            if row["status"] not in ("ready", "failed"):
                time.sleep(0.2)
    return rows


def _batched(files: Sequence[Named]) -> Iterator[Sequence[Named]]:
    for start in range(0, len(files), FILES_PER_UPLOAD):
        yield files[start : start + FILES_PER_UPLOAD]


def _uploaded(client: httpx.Client, batch: Sequence[Named]) -> list[dict[str, Any]]:
    response = client.post("/v1/documents", files=[("files", (name, data)) for _, name, data in batch])
    body = response.json()
    if response.status_code != httpx.codes.ACCEPTED and len(batch) > 1:  # all were refused: one by one says why
        return [row for one in batch for row in _uploaded(client, [one])]
    refused = {item["filename"]: item["code"] for item in body.get("rejected", ())}
    taken = iter(
        body.get("items", ())
    )  # in the order of the files; the same bytes again come back under the first one's name
    rows = []
    for group, name, data in batch:
        item = None if name in refused else next(taken, None)
        code = None if item else refused.get(name, body.get("code"))
        status = item["status"] if item else "rejected"
        rows.append(
            {
                "group": group,
                "file": name,
                "bytes": len(data),
                "id": item and item["id"],
                "status": status,
                "code": code,
            }
        )
    return rows


def faults_of(rows: Sequence[dict[str, Any]], seen: Seen, running_still: bool, found_still: bool) -> list[str]:
    """What did not hold."""
    memory_mb = float(LIMITS["PROVISO_PARSER_MEMORY_MB"]) + BASE_MB
    untyped = [row["file"] for row in rows if row["status"] not in ("ready", "failed", "rejected")]
    untyped += [row["file"] for row in rows if row["status"] != "ready" and not row["code"]]
    internal = [row["file"] for row in rows if row["code"] in ("internal_error", "error")]
    checks = {
        f"without a typed outcome: {untyped[:10]}": bool(untyped),
        f"our own fault: {internal[:10]}": bool(internal),
        "the service ended": not running_still,
        "a document that was there before is not found any more": not found_still,
        f"a child held {seen.child_mb:.0f} MB": seen.child_mb > memory_mb,
        f"{seen.unanswered} calls of /healthz were not answered": seen.unanswered > 0,
        f"{seen.connections} connections to the outside": bool(seen.connections),
        "a file was written outside": any(path.exists() for path in OWNED),
    }
    return [words for words, fault in checks.items() if fault]


def measure(count: int, seed: int) -> dict[str, Any]:
    """The whole run on a data folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="proviso-hostile-") as folder,
        running(Path(folder) / "data", LIMITS) as service,
        httpx.Client(base_url=service.url, timeout=120, trust_env=False) as client,
    ):
        before = _known_document(client)
        started = time.perf_counter()
        with Watch(service) as watch:
            rows = outcomes(client, hostile_files(count, seed))
        took_s = time.perf_counter() - started
        still = _alive(service)
        found = _finds(client, before)
    faults = faults_of(rows, watch.seen, still, found)
    return {"machine": machine(), "seed": seed, "limits": LIMITS, "took_s": round(took_s, 1)} | _summary(
        rows, watch.seen, faults
    )


def _known_document(client: httpx.Client) -> str:
    path = next(path for path in sorted(SAMPLES.iterdir()) if path.suffix == ".html")
    item = client.post("/v1/documents", files=[("files", (path.name, path.read_bytes()))]).json()["items"][0]
    while client.get(f"/v1/documents/{item['id']}").json()["status"] not in ("ready", "failed"):
        time.sleep(0.1)
    return str(item["id"])


def _finds(client: httpx.Client, document_id: str) -> bool:
    body = {"query": "governing law", "document_ids": [document_id], "limit": 3}
    return bool(client.post("/v1/search", json=body).json().get("items"))


def _alive(service: Running) -> bool:
    return service.process.is_running() and httpx.get(f"{service.url}/readyz").status_code == httpx.codes.OK


def _summary(rows: list[dict[str, Any]], seen: Seen, faults: list[str]) -> dict[str, Any]:
    codes = Counter((row["group"], row["status"], row["code"] or "") for row in rows)
    return {
        "files": len(rows),
        "faults": faults,
        "outcomes": [
            {"group": g, "status": s, "code": c or None, "files": n} for (g, s, c), n in sorted(codes.items())
        ],
        "codes": dict(Counter(row["code"] for row in rows if row["code"]).most_common()),
        "server_peak_mb": round(seen.server_mb),
        "child_peak_mb": round(seen.child_mb),
        "child_peak_cpu_s": round(seen.child_cpu_s, 1),
        "children_used": len(seen.children),
        "most_children_at_once": seen.most_children,
        "healthz_p99_ms": round(1000 * percentile(seen.latencies_s, 0.99)) if seen.latencies_s else None,
        "healthz_max_ms": round(1000 * max(seen.latencies_s, default=0)),
        "healthz_unanswered": seen.unanswered,
        "outside_connections": seen.connections,
        "rows": [{name: value for name, value in row.items() if name != "id"} for row in rows],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m evals.hostile", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=FILES, help="how many files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20, help="seed of the mutations (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    result = measure(options.files, options.seed)
    save(options.out, result)
    print(
        table(
            ["group", "outcome", "code", "files"],
            [[r["group"], r["status"], r["code"] or "", r["files"]] for r in result["outcomes"]],
        )
    )
    shown = [name for name in result if name not in ("rows", "outcomes", "machine", "codes", "limits")]
    print("\n" + "\n".join(f"{name}: {result[name]}" for name in shown))
    print(f"\nwritten: {options.out}")
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
