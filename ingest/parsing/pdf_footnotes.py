"""Footnotes of a page (floor 4, pure): small type below the body of its column that begins with a mark.

Nothing of the body's size may stand below it in the same column; what follows it there in small type belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ingest.parsing.pdf_lines import Line
from ingest.parsing.pdf_marks import NOTE_MARK

SMALLER = 0.93
SAMPLE_CHARS = 40
MIN_BODY_LINES = 3


def body_height(pages: Sequence[Sequence[Line]]) -> float:
    """The line height of most of the text; 0 when there is none."""
    heights = [
        line.height
        for lines in pages
        for line in lines
        if line.grid is None
        for _ in range(1 + len(line.text) // SAMPLE_CHARS)
    ]
    return median(heights) if heights else 0.0


def footnotes_of(lines: Sequence[Line], body: float) -> list[Line]:
    """The lines of a page's footnotes, in their order; `lines` are those of its body, furniture left out."""
    small = [line for line in lines if line.height < SMALLER * body and line.grid is None and not line.askew]
    if not small or len(lines) - len(small) < MIN_BODY_LINES:
        return []
    ids = {id(line) for line in small}
    large = [line for line in lines if id(line) not in ids and not line.askew]
    marked = (line for line in small if NOTE_MARK.match(line.text))
    tops = [line for line in marked if not any(_below(line, other) for other in large)]
    return [line for line in small if any(line is top or _below(top, line) for top in tops)]


def _below(line: Line, other: Line) -> bool:
    """Whether `other` begins at or below `line` in the same column."""
    across = min(line.box[2], other.box[2]) - max(line.box[0], other.box[0])
    return other.box[1] >= line.box[1] - 0.5 * line.height and across > 0
