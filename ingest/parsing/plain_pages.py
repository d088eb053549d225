"""Running heads and feet of plain text set in pages (floor 4, pure): RFCs with form feeds, filings with <PAGE> lines.

A line beside a page break is one when it comes back there, but for its figures, or when it is nothing but a page number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from proviso.types.documents import BlockKind

REPEATS = 3
MAX_CHARS = 120
_BREAK = re.compile(r"\s*<PAGE>\s*(?:\S{1,8}\s*)?$", re.IGNORECASE)
_FOOT = re.compile(r".*\[Page\s+[0-9ivxlc]{1,5}\]\s*$", re.IGNORECASE)
_NUMBER = re.compile(
    r"\s*(?:page\s+|[-–—(\[]\s*)?[A-Z]?-?(?:\d{1,4}|[ivxlc]{1,7})(?:\s+of\s+\d{1,4})?\s*[-–—)\]]?\s*$", re.IGNORECASE
)
_FIGURES = re.compile(r"\d+")


def running_lines(lines: Sequence[str]) -> dict[int, BlockKind]:
    """Which lines are running heads or feet, by their number."""
    found: dict[int, BlockKind] = {}
    feet, heads = _beside_breaks(lines)
    for kind, places in (("footer", feet), ("header", heads)):
        seen = Counter(_form(lines[at]) for at in places)
        for at in places:
            line = lines[at]
            if len(line.strip()) <= MAX_CHARS and (
                seen[_form(line)] >= REPEATS or _NUMBER.fullmatch(line.strip("\f")) or _FOOT.match(line)
            ):
                found[at] = "footer" if kind == "footer" else "header"
    for at, line in enumerate(lines):
        if _BREAK.match(line):
            found[at] = "footer"
    return found


def _beside_breaks(lines: Sequence[str]) -> tuple[list[int], list[int]]:
    """The nearest lines with words before and after each page break."""
    feet, heads = [], []
    for at in _breaks(lines):
        before = next((n for n in range(at - 1, max(-1, at - 6), -1) if lines[n].strip()), None)
        first = at if lines[at].strip("\f \t") and not _BREAK.match(lines[at]) else at + 1
        after = next((n for n in range(first, min(len(lines), at + 6)) if lines[n].strip()), None)
        feet += [before] if before is not None else []
        heads += [after] if after is not None else []
    return feet, heads


def _breaks(lines: Sequence[str]) -> Iterator[int]:
    """The lines that begin a page: after a form feed, a <PAGE> line, or a foot that names its page."""
    for at, line in enumerate(lines):
        if line.startswith("\f") or _BREAK.match(line):
            yield at
        elif _FOOT.match(line) and not any(later.startswith("\f") for later in lines[at + 1 : at + 4]):
            yield at + 1 if at + 1 < len(lines) else at


def _form(line: str) -> str:
    return _FIGURES.sub("0", " ".join(line.split()))
