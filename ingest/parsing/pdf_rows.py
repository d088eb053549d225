"""Words of a page to rows and segments (floor 4, pure): what stands side by side, and which words are values.

A segment is a run of words with no more than the space of a sentence between them; a currency sign belongs to the number after it,
however far away it is set, and a closing bracket or percent sign to the number before it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsing.pdf_grid import Word, union
from ingest.parsing.pdf_lines import Line, PageLines, turned
from proviso.boxes import Box

VALUE = re.compile(
    r"[~≈<>≤≥±+]?[($€£¥\-−–—+]*(?:US\$|Rs\.?)?(?:\d[\d,. ]*|\.\d+)(?:%|x|bps|bp|M|B|K)?[)\]%]*(?:\([\da-z]{1,2}\)|\*{1,3}|†|‡)?,?"
    r"|[($€£¥]*[-−–—]+[)%]*|[Nn]/?[AaMm]|0x[\dA-Fa-f_]+|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,3}['’]?[hb][\dA-Fa-f_xX]+"
)
NO_FIGURE = frozenset(string.ascii_letters) - frozenset("URNn")
"""What no value begins with; most words do."""
SIGNS = ("$", "€", "£", "¥", "US$", "C$", "A$")
CURRENCY = frozenset(
    f"{before}{sign}{after}" for sign in SIGNS for before in ("", "(", "-", "−", "–") for after in ("", "(")
)
CLOSING = frozenset((")", "]", "%", ")%", "%)", "(%)", "pts", "pts.", "bps", "x", "pp"))
GAP = 0.8
"""A gap wider than this share of the height of the line sets words apart."""
VALUE_GAP = 0.45
CURRENCY_REACH = 12.0
CLOSING_REACH = 2.0
SAME_ROW = 0.4
RAISED = 0.85
"""A raised figure is smaller than the words beside it by this much at least."""
MIN_ROWS = 2
MAX_WORDS = 20_000


@dataclass(slots=True)
class Segment:
    """Words of one row that belong together."""

    words: list[Word]
    box: Box
    value: bool

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def figure(self) -> tuple[float, float]:
        """From where to where the figure stands, without a sign or bracket set apart from it."""
        solid = _solid(self.words)
        return (solid[0].box[0], solid[-1].box[2]) if solid else (self.box[0], self.box[2])


@dataclass(slots=True)
class Row:
    """One visual line of the page."""

    segments: list[Segment]
    box: Box

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    def words(self) -> list[Word]:
        return [word for segment in self.segments for word in segment.words]


def words_of(page: PageLines) -> list[Word]:
    """The words that stand as most of the page does; those that run up its margin are none of a table."""
    out: list[Word] = []
    turn, width, height = page.turn, page.width, page.height
    for at, line in enumerate(page.lines):
        if line.askew:
            continue
        for place, (start, end, shown) in enumerate(line.words):
            text = line.text[start:end]
            value = text[0] not in NO_FIGURE and VALUE.fullmatch(text) is not None
            box = turned(shown, turn, width, height) if turn else shown
            out.append(Word(text, box, shown, at, place, line.bold, value))
    return out


def may_hold_table(page: PageLines) -> bool:
    """Whether words are set apart side by side on at least two rows; a cheap look before ruling lines are read."""
    return bool(page.turn) or _set_apart(page.lines)


def _set_apart(lines: Sequence[Line]) -> bool:
    seen: set[int] = set()
    right: dict[int, float] = {}
    for line in lines:
        row, height = round(line.box[3] / 3), line.height
        edge = right.get(row)
        if edge is not None and line.box[0] - edge > 0.3 * height:
            seen.add(row)
        for (_, _, last), (_, _, word) in pairwise(line.words):
            if word[0] - last[2] > GAP * height:
                seen.add(row)
                break
        if len(seen) >= MIN_ROWS:
            return True
        right[row] = line.box[2]
    return False


def rows_of(words: Iterable[Word]) -> list[Row]:
    """Rows from top to bottom, each with its segments from left to right."""
    ordered = sorted(words, key=_depth)
    group: list[Word] = []
    groups: list[list[Word]] = []
    middle = reach = 0.0
    for word in ordered:
        _, top, _, foot = word.box
        if groups and (top + foot) / 2 - middle <= reach:
            group.append(word)
            continue
        group = [word]
        groups.append(group)
        middle, reach = (top + foot) / 2, SAME_ROW * (foot - top)
    return [_row(group) for group in _with_raised(groups)]


def _depth(word: Word) -> float:
    """Twice how far down its middle stands."""
    return word.box[1] + word.box[3]


def _with_raised(groups: list[list[Word]]) -> list[list[Word]]:
    """Groups of words with raised and lowered ones, which are smaller, on the row they belong to."""
    out: list[list[Word]] = []
    above: Word | None = None
    for group in groups:
        tallest = max(group, key=_height)
        if above is not None and _of_one_row(above, tallest):
            out[-1].extend(group)
            above = max(above, tallest, key=_height)
        else:
            out.append(group)
            above = tallest
    return out


def _of_one_row(a: Word, b: Word) -> bool:
    """Whether the tallest words of two groups stand on one row, one of them raised or lowered."""
    small, large = sorted((_height(a), _height(b)))
    if small > RAISED * large:
        return False
    return min(a.box[3], b.box[3]) - max(a.box[1], b.box[1]) > 0.5 * small


def _height(word: Word) -> float:
    return word.box[3] - word.box[1]


def _row(group: list[Word]) -> Row:
    group.sort(key=_left)
    last = group[0]
    run = [last]
    runs = [run]
    for word in group[1:]:
        if _goes_on(last, word):
            run.append(word)
        else:
            run = [word]
            runs.append(run)
        last = word
    segments = [_segment(run) for run in runs]
    return Row(segments, union([segment.box for segment in segments]))


def _left(word: Word) -> float:
    return word.box[0]


def _goes_on(last: Word, word: Word) -> bool:
    _, top, right, foot = last.box
    left, head, _, base = word.box
    gap, height = left - right, max(foot - top, base - head)
    if gap <= VALUE_GAP * height and not last.value:
        return True
    if word.value and last.text in CURRENCY:
        return gap <= CURRENCY_REACH * height
    if last.value and word.text in CLOSING:
        return gap <= CLOSING_REACH * height
    if word.text in CURRENCY:
        return gap <= VALUE_GAP * height and not last.value
    return gap <= (VALUE_GAP if last.value and word.value else GAP) * height


def _segment(words: list[Word]) -> Segment:
    box = words[0].box if len(words) == 1 else union([word.box for word in words])
    return Segment(words, box, figures(words))


def figures(words: Sequence[Word]) -> bool:
    """Whether words are figures and nothing else."""
    seen = False
    for word in words:
        if word.value:
            seen = seen or not (word.text in CURRENCY or word.text in CLOSING)
        elif word.text not in CURRENCY and word.text not in CLOSING:
            return False
    return seen


def _solid(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if word.text not in CURRENCY and word.text not in CLOSING]
