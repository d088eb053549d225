"""Recognised words to lines (floor 4, pure): the lines that layout gets, in the reading frame of the page.

Tesseract reads clause numbers in the margin as a column of their own; here they go back to the line they stand beside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.parsing.ocr_words import Word, by_line, height_of
from ingest.parsing.pdf_lines import Line
from proviso.boxes import Box

MARKER_CHARS = 10
MARKER_REACH = 8.0
"""How far from its line a number in the margin may stand, in line heights."""
LONG_WORD = re.compile(r"[^\W\d_]{4}")
LETTER = re.compile(r"[^\W\d_]")
HYPHEN_AT_END = re.compile(r"[^\W\d_][-\u00ad\u2010\u2011]$")
BULLET = "•"
READ_FOR_BULLETS = frozenset("¢©®«»¤°")
"""What Tesseract, which knows no bullet, reads in its place; none of these begins a line by itself."""
SAME_ROW = 0.5
SAME_SIZE = 1.22
"""Lines whose height differs from the page's usual one by less than this are taken to be set alike: Tesseract measures no finer."""


def lines_of(words: Sequence[Word]) -> list[Line]:
    """The lines of a page from its words."""
    usual = height_of(words)
    rows = [sorted(row, key=lambda word: word.box[0]) for row in _with_markers(by_line(words))]
    lines = [_line(row, usual) for row in rows]
    for line, below in pairwise(lines):
        line.hyphenated = bool(HYPHEN_AT_END.search(line.text)) and below.text[:1].islower()
    return lines


def around(words: Sequence[Word]) -> Box:
    lefts, tops, rights, feet = zip(*(word.box for word in words), strict=True)
    return min(lefts), min(tops), max(rights), max(feet)


def _line(words: Sequence[Word], usual: float) -> Line:
    text, places = "", []
    for at, word in enumerate(words):
        shown = BULLET if at == 0 and len(words) > 1 and word.text in READ_FOR_BULLETS else word.text
        text += " " if text else ""
        places.append((len(text), len(text) + len(shown), word.box))
        text += shown
    height = max(word.height for word in words)
    alike = usual > 0 and 1 / SAME_SIZE < height / usual < SAME_SIZE
    return Line(text, places, around(words), usual if alike else height, bold=False, hyphenated=False)


def _with_markers(rows: list[list[Word]]) -> list[list[Word]]:
    """The rows with each number in the margin in the row it stands beside."""
    boxes = [around(row) for row in rows]
    homes: dict[int, int] = {}
    for at, row in enumerate(rows):
        if _is_marker(row):
            home = _beside(at, boxes, row[0].height)
            if home is not None and any(LETTER.search(word.text) for word in rows[home]):
                homes[at] = home
    out = []
    for at, row in enumerate(rows):
        if homes.get(at) is None:
            number, block = row[0].line, row[0].block
            marks = [word for mark, home in homes.items() if home == at for word in rows[mark]]
            out.append([replace(word, line=number, block=block) for word in marks] + row)
    return out


def _is_marker(row: Sequence[Word]) -> bool:
    text = "".join(word.text for word in row)
    return len(row) <= 2 and len(text) <= MARKER_CHARS and not LONG_WORD.search(text)


def _beside(at: int, boxes: Sequence[Box], height: float) -> int | None:
    """The nearest row to the right on the same visual line."""
    _, top, right, foot = boxes[at]
    found, nearest = None, MARKER_REACH * height
    for other, (x0, y0, _, y1) in enumerate(boxes):
        gap = x0 - right
        if other == at or not -1 <= gap < nearest:
            continue
        if min(foot, y1) - max(top, y0) >= SAME_ROW * min(foot - top, y1 - y0):
            found, nearest = other, gap
    return found
