"""The first part of `make eval-ingest` (evals): what reading promises, checked on a folder of real contracts; the rest in numbers.

Chunks against the canonical text as it is kept, boxes against pages, and labelled quotes against the place they resolve to. It exits
with 1 when a promise does not hold; a labelled quote that is not found is a number, not a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.documents import CONTRACTS, REPOSITORY, SAMPLES, files_in, truth_of
from evals.findings import Findings, Probing, findings_of
from evals.labelled import summary
from evals.results import machine, save, table

OUT = REPOSITORY / "build" / "evals" / "ingest.json"
SHOWN = 12
COUNTED = ("files", "pages", "chunks", "chars", "spans", "paged_chars", "boxed_chars")
PROMISES = {
    "kept": "what is kept is what was read",
    "span": "chunk spans are spans of the text, in order",
    "text": "a chunk's text equals its span",
    "limit": "header and words fit the embedder",
    "cover": "every character in exactly one chunk",
    "pages": "chunks, boxes and quotes name their pages",
    "words": "words stand on their page",
    "empty": "a span with words has boxes",
    "elsewhere": "no boxes where a span has no words",
    "area": "boxes have an area",
    "outside": "boxes lie on the page",
}


def result_of(found: Findings) -> dict[str, Any]:
    """The findings as JSON data."""
    counts, faults = found.counts, Counter(fault.check for _, fault in found.faults)
    return {
        "machine": machine(),
        "counts": {name: counts[name] for name in COUNTED},
        "seconds": {stage: round(spent, 2) for stage, spent in found.timed.seconds.items()},
        "unreadable": [{"file": each.path.name, "code": each.code, "detail": each.detail} for each in found.unreadable],
        "faults": {check: faults[check] for check in PROMISES},
        "fault_details": [
            {"file": file, "check": fault.check, "detail": fault.detail} for file, fault in found.faults[:200]
        ],
        "boxed_share": round(counts["boxed_chars"] / counts["paged_chars"], 6) if counts["paged_chars"] else None,
        "quotes": summary(found.judged) if found.judged else None,
    }


def report(result: dict[str, Any]) -> str:
    """The result for people."""
    counts = result["counts"]
    parts = [
        f"{counts['files']} files, {counts['pages']} pages, {counts['chunks']:,} chunks, {counts['spans']:,} box spans",
        table(["promise", "faults"], [[PROMISES[check], number] for check, number in result["faults"].items()]),
        *(f"  {each['file'][:40]}: {each['check']}: {each['detail']}" for each in result["fault_details"][:SHOWN]),
        *(f"  not read: {each['file']}: {each['code']}: {each['detail']}" for each in result["unreadable"]),
    ]
    if result["boxed_share"] is not None:
        parts.append(f"characters of pages that lie in a word with a box: {result['boxed_share']:.3%}")
    parts += _quotes_report(result["quotes"]) if result["quotes"] else ["no labelled quotes beside this folder"]
    return "\n\n".join(parts)


def _quotes_report(quotes: dict[str, Any]) -> list[str]:
    rows: list[list[object]] = [["labelled quotes", quotes["quotes"], ""]]
    rows += [[f"state {state}", number, ""] for state, number in quotes["states"].items()]
    rows += [
        ["found", quotes["found"], f"{quotes['found_share']:.1%}"],
        ["page right, of all", quotes["page_right"], f"{quotes['page_right_share_of_all']:.1%}"],
        ["page right, of found", quotes["page_right"], f"{quotes['page_right_share_of_found'] or 0:.1%}"],
    ]
    kinds = [[kind, number] for kind, number in quotes["misses_by_kind"].items()]
    return [table(["quotes", "number", "share"], rows), *([table(["misses", "number"], kinds)] if kinds else [])]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.ingest`."""
    parser = argparse.ArgumentParser(prog="python -m evals.ingest", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=CONTRACTS, help="documents (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    parser.add_argument("--spans", type=int, default=200, help="random spans per document (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=20, help="seed of the random spans (default: %(default)s)")
    options = parser.parse_args(arguments)
    folder = options.folder
    if not folder.is_dir():
        print(
            f"There is no folder {folder}, so the {SAMPLES.name} of the project are measured instead; "
            "they have no labelled quotes."
        )
        folder = SAMPLES
    found = asyncio.run(findings_of(files_in(folder), truth_of(folder), Probing(options.spans, options.seed)))
    result = {"folder": folder.name, "spans_per_document": options.spans, "seed": options.seed} | result_of(found)
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 1 if any(result["faults"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
