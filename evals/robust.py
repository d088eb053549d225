"""`python -m evals.robust` (evals): every awkward file through the real limited reader, its outcome against what is expected of it.

Where a file has a truth beside it (`x.pdf` and `x.md`, or `x.docx.md`), the text that was read is compared with that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.documents import CONTRACTS, REPOSITORY
from evals.reading import parser_pool
from evals.recognising import read_with_ocr
from evals.results import machine, save, table
from evals.similarity import likeness, words_of
from ingest.reading.pool import ReaderPool
from proviso.errors import FileError
from proviso.settings import Settings
from proviso.types.documents import Parsed

DATA = CONTRACTS.parents[1]
OUT = REPOSITORY / "build" / "evals" / "robust.json"
REFUSALS = frozenset(("broken_file", "empty_file", "unsupported_format"))
ENOUGH = 0.85
"""Share of the expected characters, white space included, below which a text counts as lost."""
FEW_CHARS = 5
"""The expectation counts what pdfium gives, and that may hold a few letters that stand for nothing (habibi.pdf: four)."""


async def outcomes(rows: Sequence[dict[str, Any]], data: Path, *, ocr: bool) -> list[dict[str, Any]]:
    """One result per expected file."""
    pool = parser_pool(Settings())
    try:
        return [await _outcome(row, data, pool, ocr=ocr) for row in rows if row["expect"] != "truth file"]
    finally:
        await pool.close()


async def _outcome(row: dict[str, Any], data: Path, pool: ReaderPool, *, ocr: bool) -> dict[str, Any]:
    path = data / row["file"]
    result: dict[str, Any] = {"file": row["file"], "kind": row["kind"], "expect": row["expect"]}
    locked = ""
    if row.get("password"):
        locked = await _code(pool, path)
    try:
        parsed = await read_with_ocr(pool, path, ocr=ocr, password=row.get("password"))
    except FileError as error:
        return result | {
            "outcome": error.code,
            "verdict": _verdict(row, error.code, None, locked),
            "detail": error.detail,
        }
    warnings = sorted({warning.code for warning in parsed.warnings})
    verdict = _verdict(row, "text", parsed, locked)
    return result | {
        "outcome": f"{locked}, then text" if locked else "text",
        "warnings": warnings,
        "chars": len(parsed.text),
        "verdict": verdict,
        **_against_truth(path, parsed),
    }


async def _code(pool: ReaderPool, path: Path) -> str:
    """What becomes of a locked file without its password."""
    try:
        await read_with_ocr(pool, path, ocr=False)
    except FileError as error:
        return error.code
    return "no password asked"


def _verdict(row: dict[str, Any], outcome: str, parsed: Parsed | None, locked: str) -> str:
    """ "ok", or how the outcome differs from what is expected."""
    expect = row["expect"]
    if "reject" in expect or "if spreadsheets are supported" in expect:
        return "ok" if outcome in REFUSALS else f"differs: {outcome}"
    if parsed is None:
        return f"differs: {outcome}"
    if locked and locked != "password_required":
        return f"differs: {locked}"
    unread = sorted({page for each in parsed.warnings if each.code == "needs_ocr" for page in each.pages})
    without = row.get("pages_without_text") or ([1] if "no text layer" in expect else [])
    recognised = [page.number for page in parsed.pages if page.source == "ocr"]
    silent = [page for page in without if page not in unread and page not in recognised and not _blank(parsed, page)]
    if silent:
        return f"differs: pages {silent} without text and without a word"
    if "no text layer" not in expect and len(parsed.text) + FEW_CHARS < ENOUGH * row.get("text_chars", 1):
        return f"differs: {len(parsed.text)} of {row['text_chars']} characters"
    return "ok" if set(unread) <= set(without) else f"differs: pages {unread} unread"


def _blank(parsed: Parsed, page: int) -> bool:
    return any(page in warning.pages for warning in parsed.warnings if "blank" in warning.code)


def _against_truth(path: Path, parsed: Parsed) -> dict[str, Any]:
    """Likeness with the truth beside the file, if there is one and anything was read."""
    if not parsed.text:
        return {}
    for truth in (
        path.with_name(f"{path.name}.md"),
        path.with_suffix(".md"),
        path.with_suffix(".txt"),
        _ocr_truth(path),
    ):
        if truth.is_file() and truth != path:
            expected = words_of(truth.read_text(encoding="utf-8"), markdown=truth.suffix == ".md")
            if not expected:
                return {}
            found = likeness(words_of(_body(parsed)), expected)
            return {"truth": truth.name, "f1": round(found.f1, 4), "order": round(found.order, 4)}
    return {}


def _ocr_truth(path: Path) -> Path:
    found = sorted(path.parent.glob(f"{path.stem}.*.full_page.md"))
    return found[0] if found else path


def _body(parsed: Parsed) -> str:
    """The text without running heads and feet, which truths leave out."""
    kept = [block for block in parsed.blocks if block.kind not in ("header", "footer")]
    return "\n".join(parsed.text[block.start : block.end] for block in kept)


def report(results: Sequence[dict[str, Any]]) -> str:
    """The results for people."""
    rows = [
        [
            each["file"].removeprefix("robust/"),
            each["kind"][:28],
            each["expect"][:34],
            each["outcome"],
            ",".join(each.get("warnings", []))[:44],
            each.get("chars", ""),
            each.get("f1", ""),
            each.get("order", ""),
            each["verdict"],
        ]
        for each in results
    ]
    head = ["file", "kind", "expected", "outcome", "warnings", "chars", "F1", "order", "verdict"]
    good = sum(each["verdict"] == "ok" for each in results)
    return f"{table(head, rows)}\n\n{good} of {len(results)} as expected"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.robust`."""
    parser = argparse.ArgumentParser(prog="python -m evals.robust", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "data", nargs="?", type=Path, default=DATA, help="folder that holds robust/ (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    parser.add_argument("--no-ocr", action="store_true", help="leave pages without text unread")
    options = parser.parse_args(arguments)
    expected = options.data / "robust" / "expected.jsonl"
    if not expected.is_file():
        print(f"There is no {expected}; give the folder of the shared data.")
        return 2
    rows = [json.loads(line) for line in expected.read_text(encoding="utf-8").splitlines()]
    results = asyncio.run(outcomes(rows, options.data, ocr=not options.no_ocr))
    save(options.out, {"machine": machine(), "ocr": not options.no_ocr, "files": results})
    print(report(results))
    print(f"\nwritten: {options.out}")
    return 0 if all(each["verdict"] == "ok" for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
