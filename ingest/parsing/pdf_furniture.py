"""What is printed on a page but is no part of its body (floor 4, pure): running heads and feet, page numbers, line numbers, stamps.

A line at the edge of a page is furniture when it says the same on many pages (its page number aside), or the same but for its figures
at the same height on pages close to each other: heads of odd and even pages, dates and exhibits may change. Line numbers down a margin,
and what is printed aslant or sideways on several pages, are furniture wherever they stand. Nothing is dropped: it is marked.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsing.pdf_lines import Line, PageLines
from ingest.parsing.pdf_marks import MARKER
from proviso.types.documents import BlockKind

EDGE_LINES = 3
REPEATED_SHARE = 0.4
NEAR_PAGES = 2
"""Pages at most so far apart belong to one run of a head: heads may alternate between odd and even pages."""
RUN_PAGES = 3
SAME_HEIGHT_PT = 3.0
MIN_LINE_NUMBERS = 10
ALIGNED_PT = 4.0
EDGE_NUMBER = re.compile(r"^\d{1,6}\b|\b\d{1,6}$")
DIGITS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"[\W_]{0,4}(?:(?:page|p\.)\s*)?(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\W_]{0,4}",
    re.IGNORECASE,
)
COUNTED = re.compile(r"\d{1,4}\s+[^\W\d]")
LINE_NUMBER = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class Furniture:
    """Lines by identity: what kind each is, and which of them are line numbers down a margin."""

    kinds: dict[int, BlockKind]
    margin: frozenset[int]


def furniture_of(pages: Sequence[PageLines]) -> Furniture:
    """The lines of all pages that are furniture."""
    margin = frozenset(id(line) for page in pages for line in _line_numbers(page.lines))
    out: dict[int, BlockKind] = dict.fromkeys(margin, "header")
    edges = [_edges([line for line in page.lines if id(line) not in margin and not line.askew]) for page in pages]
    repeated, steady = _repeated(edges), _steady(edges)
    for page, both in zip(pages, edges, strict=True):
        middle = _middle(page)
        for edge in both:
            unbroken = True
            for line in edge:
                known = _shape(line) in repeated or PAGE_NUMBER.fullmatch(line.text) is not None
                unbroken = unbroken and (known or id(line) in steady)
                if known or unbroken:
                    out[id(line)] = "header" if line.box[3] <= middle else "footer"
    out.update(dict.fromkeys(_stamps([page.lines for page in pages]), "footer"))
    return Furniture(out, margin)


def _edges(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """The outermost lines at the top and at the foot of a page, from its edge inwards."""
    order = sorted((line for line in lines if line.grid is None), key=lambda line: line.box[1])
    feet = sorted(order[EDGE_LINES:], key=lambda line: -line.box[3])
    return order[:EDGE_LINES], feet[:EDGE_LINES]


def _repeated(edges: Sequence[tuple[list[Line], list[Line]]]) -> set[str]:
    """Shapes that stand at an edge of many pages, at whatever height."""
    if len(edges) < 2:
        return set()
    repeats: Counter[str] = Counter()
    for heads, feet in edges:
        repeats.update({_shape(line) for line in [*heads, *feet]})
    needed = max(2, math.ceil(REPEATED_SHARE * len(edges)))
    return {shape for shape, count in repeats.items() if count >= needed}


def _steady(edges: Sequence[tuple[list[Line], list[Line]]]) -> set[int]:
    """Lines that stand at one height on pages close to each other and differ in figures only, by identity."""
    seen: dict[tuple[str, bool], list[tuple[int, Line]]] = defaultdict(list)
    for page, both in enumerate(edges):
        for foot, lines in enumerate(both):
            for line in lines:
                shape = _shape(line)
                loose = shape if _numbers_a_part(line.text) else DIGITS.sub("#", shape)
                if any(letter.isalpha() for letter in loose) and loose[-1] not in ".;:,":
                    seen[loose, bool(foot)].append((page, line))
    return {id(line) for places in seen.values() for run in _runs(places) for line in run}


def _numbers_a_part(words: str) -> bool:
    """Whether the figures of a line number a part of the document ("Schedule 2"); a bare number before words numbers the page."""
    return MARKER.match(words) is not None and COUNTED.match(words) is None


def _runs(places: list[tuple[int, Line]]) -> list[list[Line]]:
    """Those at one height that follow each other over at least three pages."""
    out = []
    heights: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    for page, line in places:
        heights[round(line.box[3] / SAME_HEIGHT_PT)].append((page, line))
    for each in heights.values():
        run = [each[0]]
        for above, below in pairwise(each):
            if below[0] - above[0] > NEAR_PAGES:
                out.append(run)
                run = []
            run.append(below)
        out.append(run)
    return [[line for _, line in run] for run in out if len({page for page, _ in run}) >= RUN_PAGES]


def _line_numbers(lines: Sequence[Line]) -> list[Line]:
    """Numbers down a margin, one after the other, beside the text."""
    found = [line for line in lines if len(line.text) < 4 and LINE_NUMBER.fullmatch(line.text)]
    if len(found) < MIN_LINE_NUMBERS:
        return []
    found.sort(key=lambda line: line.box[1])
    numbers = [int(line.text) for line in found]
    edge = Counter(round(line.box[2] / ALIGNED_PT) for line in found).most_common(1)[0][0]
    run = [
        line
        for line, number, at in zip(found, numbers, range(len(found)), strict=True)
        if abs(line.box[2] - edge * ALIGNED_PT) <= ALIGNED_PT
        and ((at and number - numbers[at - 1] == 1) or (at + 1 < len(found) and numbers[at + 1] - number == 1))
    ]
    others = [line for line in lines if line not in run and len(line.text) > 3]
    left, right = min((line.box[0] for line in run), default=0), max((line.box[2] for line in run), default=0)
    beside = all(line.box[0] >= right - 1 or line.box[2] <= left + 1 or not _among(line, run) for line in others)
    return run if len(run) >= MIN_LINE_NUMBERS and beside else []


def _among(line: Line, run: Sequence[Line]) -> bool:
    return run[0].box[1] <= line.box[1] <= run[-1].box[1]


def _stamps(pages: Sequence[Sequence[Line]]) -> set[int]:
    """What is printed aslant, or sideways on several pages, by identity."""
    askew = [(page, line) for page, lines in enumerate(pages) for line in lines if line.askew]
    where: dict[str, set[int]] = defaultdict(set)
    for page, line in askew:
        where[DIGITS.sub("#", line.text.casefold())].add(page)
    return {
        id(line) for _, line in askew if line.skewed or len(where[DIGITS.sub("#", line.text.casefold())]) >= RUN_PAGES
    }


def _middle(page: PageLines) -> float:
    """Half way down what is printed on the page, which may end far above its foot."""
    lines = page.lines
    if len(lines) < 2:
        return (page.width if page.turn % 2 else page.height) / 2
    return (min(line.box[1] for line in lines) + max(line.box[3] for line in lines)) / 2


def _shape(line: Line) -> str:
    """A line as it repeats: its page number, at either end, is not part of it, but the number of a schedule is."""
    words = " ".join(line.text.split())
    return (words if MARKER.match(words) else EDGE_NUMBER.sub("#", words)).casefold()
