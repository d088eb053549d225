"""`python -m evals.word` (evals): numbering and tracked changes of Word files against LibreOffice's own export.

Generated files hold every kind of list and review mark; real ones come from the shared data. The lines of the text export are
compared with ours, and the words of the PDF export (whose tracked changes are out of sight) with ours in order. What LibreOffice
is known to do otherwise than Word is named as the reason of a difference.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any

from evals import office
from evals.documents import CONTRACTS, REPOSITORY, SAMPLES
from evals.results import machine, save, table
from evals.similarity import likeness, words_of
from ingest.parsing.docx import parse
from proviso.types.documents import Parsed
from tests.instruments.word_cases import word_cases

DATA = CONTRACTS.parents[1]
OUT = REPOSITORY / "build" / "evals" / "word.json"
SHOWN = 3
_GAPS = re.compile(r"\s+")
KNOWN = {
    "articles": "LibreOffice's text export does not know w:isLgl: legal numbers are digits",
    "bullets": "LibreOffice's text export draws bullets of its own by depth",
    "linked styles": "LibreOffice does not take the level from w:lvl/w:pStyle when the style names none",
    "never restarted": 'LibreOffice does not know w:lvlRestart="0"',
    "suffixes": "LibreOffice's text export always sets a space after a number; w:suff says nothing",
}


def judged(file: Path, name: str, text: str, pages: str) -> dict[str, Any]:
    """One file: our lines against theirs, our words against those of the pages."""
    parsed = parse(file, file.name, None)
    ours, theirs = list(_our_lines(parsed)), [line for line in map(_tidy, text.splitlines()) if line]
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    differing, elsewhere = _differing(theirs, ours, blocks)
    reasons = _reasons(parsed, name, differing)
    printed = likeness(words_of(_printed(parsed)), words_of(pages))
    return {
        "file": name,
        "lines": len(theirs),
        "equal": sum(block.size for block in blocks) + elsewhere,
        "differing": [{"libreoffice": left, "ours": right} for left, right in differing[:20]],
        "reasons": reasons,
        "pdf_words": round(printed.f1, 4),
        "pdf_order": round(printed.order, 4),
        "changes": sum(mark.kind != "comment" for mark in parsed.marks),
        "comments": sum(mark.kind == "comment" for mark in parsed.marks),
    }


def _our_lines(parsed: Parsed) -> Iterator[str]:
    """Lines as the text export sets them: a paragraph or a cell a line, without notes, headers and footers."""
    for block in parsed.blocks:
        if block.kind in ("footnote", "header", "footer"):
            continue
        words = parsed.text[block.start : block.end]
        parts = words.split("\t") if block.kind == "table_row" else words.split("\n")
        yield from (line for line in map(_tidy, parts) if line)


def _printed(parsed: Parsed) -> str:
    return "\n".join(parsed.text[block.start : block.end] for block in parsed.blocks)


def _tidy(line: str) -> str:
    return _GAPS.sub(" ", line).strip()


def _differing(theirs: list[str], ours: list[str], blocks: Sequence[Any]) -> tuple[list[tuple[str, str]], int]:
    """Pairs of lines that differ, and the number of their lines that we only break elsewhere."""
    pairs: list[tuple[str, str]] = []
    left = right = elsewhere = 0
    for block in blocks:
        missing, more = theirs[left : block.a], ours[right : block.b]
        if " ".join(missing) == " ".join(more):
            elsewhere += len(missing)
        else:
            pairs += zip_longest(missing, more, fillvalue="")
        left, right = block.a + block.size, block.b + block.size
    return pairs, elsewhere


def _reasons(parsed: Parsed, name: str, differing: Sequence[tuple[str, str]]) -> list[str]:
    """Why lines may differ, of what is known of the file."""
    if not differing:
        return []
    found = [KNOWN[name]] if name in KNOWN else []
    codes = {warning.code for warning in parsed.warnings}
    if "tracked_changes" in codes:
        found.append("the text export shows deleted words; see the PDF")
    if "hidden_text" in codes:
        found.append("the text export shows hidden text; see the PDF")
    if any(block.kind == "footnote" for block in parsed.blocks):
        found.append("the text export sets note marks as plain digits and leaves notes out; see the PDF")
    if any(not left for left, _ in differing):
        found.append("the text export leaves text boxes out")
    if parsed.tables:
        found.append("paragraphs of one cell stand on one line of ours")
    return found or ["not explained"]


def report(results: Sequence[dict[str, Any]]) -> str:
    """The results for people."""
    head = ["file", "lines", "equal", "differing", "PDF words", "PDF order", "changes", "comments", "why"]
    rows = [
        [
            each["file"][:44],
            each["lines"],
            each["equal"],
            len(each["differing"]),
            each["pdf_words"],
            each["pdf_order"],
            each["changes"],
            each["comments"],
            "; ".join(each["reasons"])[:90],
        ]
        for each in results
    ]
    lines = sum(each["lines"] for each in results)
    equal = sum(each["equal"] for each in results)
    shown = [
        f"  {each['file'][:30]}: LibreOffice {pair['libreoffice'][:70]!r}, ours {pair['ours'][:70]!r}"
        for each in results
        for pair in each["differing"][:SHOWN]
    ]
    open_ones = [each["file"] for each in results if "not explained" in each["reasons"]]
    return "\n".join(
        [
            table(head, rows),
            *shown,
            f"{equal} of {lines} lines equal; files with differences that nothing explains: {', '.join(open_ones) or 'none'}",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.word`."""
    parser = argparse.ArgumentParser(prog="python -m evals.word", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="more DOCX files")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared data (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    if office.missing():
        print(f"Not installed: {', '.join(office.missing())} (LibreOffice Writer and poppler-utils).")
        return 2
    with tempfile.TemporaryDirectory(prefix="proviso-word-") as folder:
        files = _generated(Path(folder)) | {path.name: path for path in [*_real(options.data), *options.files]}
        texts, pages = office.exported(list(files.values()), Path(folder))
        results = [
            judged(path, name, texts[path], pages.get(path, "")) for name, path in files.items() if path in texts
        ]
    save(options.out, {"machine": machine(), "files": results})
    print(report(results))
    print(f"\nwritten: {options.out}")
    return 0


def _generated(folder: Path) -> dict[str, Path]:
    out = {}
    for name, data in word_cases().items():
        out[name] = folder / f"{name}.docx"
        out[name].write_bytes(data)
    return out


def _real(data: Path) -> list[Path]:
    folders = [data / "robust" / "docling", data / "robust" / "nist", data / "variants" / "docx", SAMPLES]
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.docx"))]


if __name__ == "__main__":
    sys.exit(main())
