"""`make bench-search` (evals): how long a search takes over HTTP as a workspace grows, and what it costs in memory, disk and processor.

    python -m evals.bench_search                              1,000, 10,000 and 100,000 chunks
    python -m evals.bench_search --sizes 1000,10000,500000    … the sizes named (half a million: an hour, 6 GB of disk)
    python -m evals.bench_search --folder FOLDER              … in a data folder that stays, and is filled up from where it is

One workspace grows from size to size: real documents, then the same under other names with vectors turned a little. Nothing passes or
fails here; numbers are of this machine at this moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bench_search_report import report
from evals.documents import REPOSITORY
from evals.measures import searching, searching_busy, searching_parts, searching_peer
from evals.measures.corpus import documents
from evals.measures.searching import Plan
from evals.measures.searching_peer import PeerChunk
from evals.measures.searching_place import Originals, Place, Placed, a_place, sources
from evals.measures.searching_questions import different
from evals.measures.searching_vectors import CopyingEmbedder, KeptVectors
from evals.results import machine, save
from evals.service import running
from ingest.embedding.local import LocalEmbedder

OUT = REPOSITORY / "build" / "evals" / "bench_search.json"
KEPT = REPOSITORY / "build" / "evals" / "search"
SIZES = "1000,10000,100000"
PEER_UP_TO = 10_000
"""Chunks beyond which qdrant-client's local mode itself advises against it."""

UPLOADED = 10
BLOCK_BYTES = 512
"""What `st_blocks` counts in, on every system that has it."""

LITTLE_BYTES = 100_000
PARTS = ("http", "busy", "parts", "peer")


@dataclass(frozen=True, slots=True)
class Bench:
    """What all sizes share."""

    options: argparse.Namespace
    data_dir: Path
    uploads: Sequence[Path]
    kept: KeptVectors
    embedder: CopyingEmbedder
    questions: Iterator[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.bench_search`."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        model = LocalEmbedder()
        kept = KeptVectors(options.kept, model)
        uploads = documents(UPLOADED, Path(folder) / "files")
        data_dir = options.folder or Path(folder) / "data"
        bench = Bench(options, data_dir, uploads, kept, CopyingEmbedder(kept, model), different())
        result: dict[str, Any] = {"machine": machine(), "questions": options.questions, "rows": []}
        asyncio.run(_all(bench, result))
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0


async def _all(bench: Bench, result: dict[str, Any]) -> None:
    originals = Originals(sources())
    try:
        for size in bench.options.sizes:
            print(f"filling up to {size:,} chunks ...", file=sys.stderr, flush=True)
            async with a_place(bench.data_dir, bench.embedder) as place:
                placed = await place.fill(originals, size)
                planned = searching.plans(placed, bench.questions, bench.options.questions)
                peer = await _peer(place, placed, bench, planned) if _with_peer(placed, bench) else {}
            print(f"measuring {placed.chunks:,} chunks ...", file=sys.stderr, flush=True)
            row = await _measured(bench, placed, planned) | {"size": size, "load_after": machine()["load"]}
            result["rows"].append(row | ({"peer": peer} if peer else {}))
            save(bench.options.out, result)  # what is measured is kept if the next size fails
    finally:
        await originals.close()


async def _measured(bench: Bench, placed: Placed, planned: dict[str, Plan]) -> dict[str, Any]:
    options = bench.options
    row: dict[str, Any] = {
        "documents": len(placed.documents),
        "chunks": placed.chunks,
        "disk_mb": _disk(bench.data_dir),
    }
    if {"http", "busy"} & set(options.only):
        row |= await asyncio.to_thread(_served, bench, placed, planned)
    if "parts" in options.only:
        row["parts"] = await searching_parts.measure(bench.data_dir, placed, bench.questions, options.questions)
    return row


def _served(bench: Bench, placed: Placed, planned: dict[str, Plan]) -> dict[str, Any]:
    """What a service on the folder does."""
    found: dict[str, Any] = {}
    with running(bench.data_dir) as service:
        found |= {"start_s": round(service.start_s, 2), "memory_at_rest": service.memory_mb()}
        if "http" in bench.options.only:
            found["http"] = searching.measure(service, planned)
            found["memory_after"] = service.memory_mb()
        if "busy" in bench.options.only:
            scope = searching.scopes(placed)["workspace"]
            found["busy"] = searching_busy.measure(
                service, scope, bench.questions, bench.options.questions, bench.uploads
            )
            found["memory_busy"] = service.memory_mb()
    return found


def _with_peer(placed: Placed, bench: Bench) -> bool:
    return "peer" in bench.options.only and placed.chunks <= PEER_UP_TO * 1.1


async def _peer(place: Place, placed: Placed, bench: Bench, planned: dict[str, Plan]) -> dict[str, Any]:
    """The peer on the chunks that lie in the folder, asked what one client asks us for the first time."""
    chunks = [PeerChunk(each.document_id, words) for each in placed.documents for words in await place.words(each)]
    asked = {name: plan.asked[1] for name, plan in planned.items() if name != "collection"}
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        searching_peer.write(Path(folder), chunks, bench.kept.of([chunk.text for chunk in chunks]), asked)
        return await asyncio.to_thread(_run_peer, Path(folder))


def _run_peer(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "evals.measures.searching_peer", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    if done.returncode:
        return {"failed": done.stderr.strip()[-800:] or f"exit code {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _disk(data_dir: Path) -> dict[str, float]:
    """Megabytes that files take on disk, by folder or file of the data folder."""
    sizes = {
        each.name: sum(path.stat().st_blocks for path in (each, *each.rglob("*")) if path.is_file()) * BLOCK_BYTES
        for each in data_dir.iterdir()
    }
    return {name: round(size / 1e6, 1) for name, size in sorted(sizes.items()) if size > LITTLE_BYTES} | {
        "all": round(sum(sizes.values()) / 1e6, 1)
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals.bench_search", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--sizes", default=SIZES, help="chunks, separated by commas (default: %(default)s)")
    parser.add_argument("--questions", type=int, default=100, help="for each scope and way (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=list(PARTS), choices=PARTS, help="only these parts")
    parser.add_argument("--folder", type=Path, help="a data folder that stays and is filled further")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where vectors are kept (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    options.sizes = sorted({int(each) for each in options.sizes.split(",")})
    return options


if __name__ == "__main__":
    sys.exit(main())
