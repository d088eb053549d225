"""`python -m evals.context.shares` (evals): how much of the evidence budget should go to what the passages need?

Labelled spans that are whole in the context, and clauses whose definitions and references came with them, for every share and budget.
What closure takes from further hits, it gives to the clauses found: the two counts stand against each other.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.context.clauses import BUDGETS, closure_of
from evals.context.place import Way, filled, place
from evals.context.planner import rows_of
from evals.documents import REPOSITORY
from evals.results import machine, save, table
from evals.retrieval.corpora import CARRIED, SHARED, Corpus, available, load

OUT = REPOSITORY / "build" / "evals" / "shares.json"
CORPORA = ("cuad", "contractnli", "specs")
SHARES = (0.0, 0.1, 0.2, 0.3)
COLUMNS = ("corpus", "scope", "budget", "closure", "questions", "spans", "spans_whole", "chars", "cpu_ms_p50")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.context.shares`."""
    options = _options(arguments)
    result: dict[str, Any] = {"machine": machine(), "root": options.root.name, "rows": []}
    for name in sorted(set(options.corpora) & set(available(options.root)), key=CORPORA.index):
        corpus = load(name, options.root)
        folder = filled(corpus, options.root)
        rows = asyncio.run(_rows(corpus, folder, options.most))
        result["rows"] += rows
        print(table(COLUMNS, [[row[column] for column in COLUMNS] for row in rows]), flush=True)
        if name == "cuad":
            result["closure"] = asyncio.run(closure_of(folder, shares=SHARES))
            told = result["closure"]["rows"]
            print(table(tuple(told[0]), [list(row.values()) for row in told]), flush=True)
        save(options.out, result)
    print(f"written: {options.out}")
    return 0


async def _rows(corpus: Corpus, folder: Path, most: int) -> list[dict[str, Any]]:
    ways = [Way("retrieve", budget, share, at) for at in (True, False) for budget in BUDGETS for share in SHARES]
    async with place(folder, shares=SHARES, remember=True) as here:
        return await rows_of(here, corpus, most, ways)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.context.shares", description=__doc__)
    parser.add_argument("corpora", nargs="*", default=CORPORA, help="cuad, contractnli, specs; all by default")
    parser.add_argument("--root", type=Path, default=SHARED if SHARED.is_dir() else CARRIED)
    parser.add_argument("--most", type=int, default=150, help="questions of a corpus, chosen at random")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
