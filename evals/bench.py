"""`make bench` (evals): start-up, memory, ingestion, search, size, and a peer for ingestion in the same run.

Numbers are of this machine at this moment; the result says what it was and how busy. Nothing passes or fails here.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.bench_report import report
from evals.documents import CONTRACTS, REPOSITORY, SAMPLES, files_in, questions_of
from evals.measures import commands, footprint, lines, serving, versus
from evals.results import machine, save
from ingest.embedding.local import LocalEmbedder

OUT = REPOSITORY / "build" / "evals" / "bench.json"
Part = Callable[[Path], Any]


def _ingest(folder: Path) -> dict[str, Any]:
    paths = [path for path in files_in(folder) if path.suffix.lower() == ".pdf"]
    return {"folder": folder.name} | asyncio.run(versus.measure(paths, LocalEmbedder()))


PARTS: dict[str, Part] = {
    "commands": lambda _: commands.measure(),
    "start_up": lambda _: serving.start_up(),
    "samples": lambda _: serving.use(files_in(SAMPLES), ()),
    "contracts": lambda folder: serving.use(files_in(folder), questions_of(folder)) if folder != SAMPLES else None,
    "ingest": _ingest,
    "footprint": lambda _: footprint.measure(),
    "lines": lambda _: lines.measure(),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.bench`."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=CONTRACTS, help="documents (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=list(PARTS), help="only these parts")
    options = parser.parse_args(arguments)
    folder = options.folder
    if not folder.is_dir():
        print(f"There is no folder {folder}, so only the {SAMPLES.name} of the project are measured.")
        folder = SAMPLES
    result: dict[str, Any] = {"machine": machine()}
    for name in options.only:
        print(f"measuring {name} ...", file=sys.stderr)
        result[name] = PARTS[name](folder)
    result["load_at_end"] = machine()["load"]
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
