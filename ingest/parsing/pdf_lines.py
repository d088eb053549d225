"""Lines and word boxes of one PDF page (floor 4): pdfium's characters cut into words and lines, each with its place.

A word's box is the union of its first and last character's. A gap that the file draws between a clause number and the word after it,
too narrow for pdfium to call it a space ("8.1The"), becomes one: letters that belong together stand at most 0.03 of their height
apart, those gaps are 0.07 and wider. Lines stay in the order of the file; `pdf_order` puts them in reading order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pypdfium2 as pdfium

from ingest.parsing.pdf_chars import HYPHEN, Boxes, Frame, PageChars, frame_of
from ingest.parsing.pdf_figures import part_figures
from ingest.parsing.pdf_grid import Grid
from ingest.parsing.pdf_rtl import mend_direction
from ingest.parsing.pdf_tilt import Tilt
from proviso.boxes import Box
from proviso.text import canonical

WORD = re.compile(f"[^\\s{HYPHEN}]+{HYPHEN}?|{HYPHEN}")
LINE = re.compile(f"[^\r\n{HYPHEN}]+{HYPHEN}?")
JOINT = re.compile("[\\d.)\\]:;,”][A-Za-z(“]|[a-z][A-Z(]")
"""Where two words may touch inside what looks like one."""
LOST_GAP = 0.05
OUTSIDE_POINTS = 2.0
ASKEW_DEGREES = 10.0
UNMAPPED_SAMPLE = 40


@dataclass(slots=True)
class Line:
    """One line of a page: its text, its words as (start, end) in that text with their boxes, and how it is set.

    Word boxes are in the frame of the displayed page. `box` and `height` are in the page's reading frame, which is the same unless
    most of the page is printed sideways: then it is the page turned so that its lines run from left to right.
    """

    text: str
    words: list[tuple[int, int, Box]]
    box: Box
    height: float
    bold: bool
    hyphenated: bool
    askew: bool = False
    """Turned against most of the page: a stamp, a watermark, a note up the margin."""
    grid: Grid | None = None
    """The table that this line holds the place of; it has no words of its own then."""
    skewed: bool = False
    """Printed aslant."""


@dataclass(slots=True)
class PageLines:
    """A page as displayed: size in points, lines in the order of the file, and how many lines lay outside the page."""

    width: float
    height: float
    lines: list[Line]
    outside: int = 0
    turn: int = 0
    """Quarter turns against the clock in which most of the page is printed; see `Line.box`."""
    unmapped: float = 0.0
    """Share of sampled characters whose font does not say what letters they are."""
    recognised: bool = False
    """Read by OCR, not from the file's text."""
    tilt: Tilt | None = None
    """How a recognised page is displayed when it leans or lies on its side; its lines, words included, are in its reading frame."""


@dataclass(slots=True)
class _Row:
    """A line as places in the page's text: words `[first, last)` of it."""

    first: int
    last: int
    hyphenated: bool
    turn: int = 0
    skewed: bool = False


def read_lines(page: pdfium.PdfPage) -> PageLines:
    """The lines of a page; none when it holds no text."""
    frame = frame_of(page)
    textpage = page.get_textpage()
    try:
        chars = PageChars(textpage, frame)
        if not chars.text:
            return PageLines(frame.width, frame.height, [])
        mend_direction(chars)
        _mend_gaps(chars)
        part_figures(chars)
        return _lines(chars, frame)
    finally:
        textpage.close()


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the displayed page on the page turned back by so many quarters."""
    x0, y0, x1, y1 = box
    if turn == 1:
        return height - y1, x0, height - y0, x1
    if turn == 2:
        return width - x1, height - y1, width - x0, height - y0
    if turn == 3:
        return y0, width - x1, y1, width - x0
    return box


def _mend_gaps(chars: PageChars) -> None:
    joints = [match.start() + 1 for match in JOINT.finditer(chars.text)]
    if not joints:
        return
    before, after = chars.boxes([at - 1 for at in joints]), chars.boxes(joints)
    high = np.minimum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1])
    level = np.abs(before[:, 3] - after[:, 3]) < 0.5 * high
    lost = level & (high > 0) & (after[:, 0] - before[:, 2] > LOST_GAP * high)
    if lost.any():
        chars.insert_spaces([at for at, gap in zip(joints, lost.tolist(), strict=True) if gap])


def _lines(chars: PageChars, frame: Frame) -> PageLines:
    found = PageLines(frame.width, frame.height, [])
    spans = [match.span() for match in WORD.finditer(chars.text)]
    rows = _rows(chars, [start for start, _ in spans])
    if not rows:
        return found
    places = [start for start, _ in spans]
    ends = chars.boxes([*places, *(end - 1 for _, end in spans)])
    first, last = ends[: len(spans)], ends[len(spans) :]
    boxes = np.hstack((np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])))
    rows = _wrapped(rows, boxes)
    _turn(rows, chars, places)
    turns: Counter[int] = Counter()
    for row in rows:
        turns[row.turn] += row.last - row.first
    found.turn = turns.most_common(1)[0][0]
    sample = places[:: max(1, len(places) // UNMAPPED_SAMPLE)]
    found.unmapped = sum(chars.unmapped_at(sample)) / len(sample)
    builder = _Builder(chars, spans, boxes, found, frame)
    for row, whole in zip(rows, _around(rows, boxes), strict=True):
        line = builder.line(row, whole)
        if line is None:
            found.outside += 1
        else:
            found.lines.append(line)
    return found


def _rows(chars: PageChars, starts: list[int]) -> list[_Row]:
    out = []
    for match in LINE.finditer(chars.text):
        first, last = bisect_left(starts, match.start()), bisect_left(starts, match.end())
        if first < last:
            out.append(_Row(first, last, chars.text[match.end() - 1] == HYPHEN))
    return out


def _wrapped(rows: list[_Row], boxes: Boxes) -> list[_Row]:
    """Rows cut where a word stands lower and further left than the one before it: a line end that pdfium missed."""
    high = boxes[:-1, 3] - boxes[:-1, 1]
    back = (boxes[1:, 0] < boxes[:-1, 0] - high) & (boxes[1:, 1] > boxes[:-1, 1] + 0.5 * high)
    breaks = (np.flatnonzero(back) + 1).tolist()
    out = []
    for row in rows if breaks else ():
        edges = [row.first, *(at for at in breaks if row.first < at < row.last), row.last]
        out += [_Row(a, b, row.hyphenated and b == row.last) for a, b in pairwise(edges)]
    return out or rows


def _turn(rows: list[_Row], chars: PageChars, places: list[int]) -> None:
    """Notes how each line is turned; most pages have none that is."""
    angles = chars.angles([places[row.first] for row in rows])
    for row, angle in zip(rows, angles, strict=True):
        quarters = round(angle / 90)
        row.turn = quarters % 4
        row.skewed = abs(angle - 90 * quarters) > ASKEW_DEGREES


def _around(rows: list[_Row], boxes: Boxes) -> list[Box]:
    """The box around the words of each row."""
    edges = [at for row in rows for at in (row.first, row.last)]
    padded = np.vstack((boxes, boxes[-1:]))
    low = np.minimum.reduceat(padded[:, :2], edges)[::2]
    high = np.maximum.reduceat(padded[:, 2:], edges)[::2]
    return list(map(tuple, np.hstack((low, high)).tolist()))


class _Builder:
    """Makes the lines of one page."""

    def __init__(
        self, chars: PageChars, spans: list[tuple[int, int]], boxes: Boxes, page: PageLines, frame: Frame
    ) -> None:
        self._chars = chars
        self._text = chars.text.replace(HYPHEN, "-")
        self._spans = spans
        self._boxes = list(map(tuple, boxes.tolist()))
        self._page = page
        self._frame = frame

    def line(self, row: _Row, whole: Box) -> Line | None:
        """The line of a row whose words stand in `whole`; None when it lies outside the page."""
        spans, boxes = self._spans[row.first : row.last], self._boxes[row.first : row.last]
        left, top, right, foot = boxes[0]
        if not _shown(whole, self._page):
            return None
        if self._frame.clip(whole) != whole:
            boxes = [self._frame.clip(box) for box in boxes]
        start, end = spans[0][0], spans[-1][1]
        turn = self._page.turn
        box = turned(whole, turn, self._page.width, self._page.height) if turn else whole
        words = [(first - start, last - start, at) for (first, last), at in zip(spans, boxes, strict=True)]
        bold = self._chars.bold(start) and self._chars.bold(end - 1)
        height = foot - top if not turn % 2 else right - left
        askew = row.turn != turn or row.skewed
        return Line(
            canonical(self._text[start:end]), words, box, height, bold, row.hyphenated, askew, skewed=row.skewed
        )


def _shown(box: Box, page: PageLines) -> bool:
    """Whether the middle of the box lies on the page."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return -OUTSIDE_POINTS <= x <= page.width + OUTSIDE_POINTS and -OUTSIDE_POINTS <= y <= page.height + OUTSIDE_POINTS
