"""Grids by ruling lines (floor 4, pure): lines that cross make a grid, missing sides join its cells.

Only what holds words in at least two rows and two columns is a table: a box around a notice, a diagram or the frame of a page is none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsing.pdf_grid import Rule, Rules

JOIN_PT = 3.0
"""Lines this far apart are one line, ends this far apart meet: borders are drawn per cell and overlap badly."""
MAX_LINES = 1_500
MAX_EDGES = 200
DRAWN_SHARE = 0.6
"""How much of a side must be drawn for it to part two cells."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell as ruled: rows `[top, bottom)` and columns `[left, right)` of the edges."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Lattice:
    """Lines that hang together: edges of rows and columns, and the cells between them."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    slots: tuple[Slot, ...]


def lattices(rules: Rules) -> list[Lattice]:
    """Every group of crossing lines that makes at least two cells, from top to bottom."""
    across, down = joined(rules.across), joined(rules.down)
    if len(across) < 2 or len(down) < 2 or len(across) + len(down) > MAX_LINES:
        return []
    found = [_lattice(*group) for group in _crossing(across, down)]
    return sorted((each for each in found if each is not None), key=lambda each: (each.ys[0], each.xs[0]))


def joined(rules: Iterable[Rule], gap: float = JOIN_PT) -> list[Rule]:
    """Lines that go on from one another, or lie on one another, as one."""
    out: list[Rule] = []
    for group in _near(rules):
        group.sort(key=lambda rule: rule.start)
        start, end = group[0].start, group[0].end
        at = sum(rule.at for rule in group) / len(group)
        for rule in group[1:]:
            if rule.start > end + gap:
                out.append(Rule(at, start, end))
                start, end = rule.start, rule.end
            end = max(end, rule.end)
        out.append(Rule(at, start, end))
    return out


def _near(rules: Iterable[Rule]) -> list[list[Rule]]:
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if groups and rule.at - groups[-1][0].at <= JOIN_PT:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return groups


def _crossing(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines grouped by which touch each other."""
    parent = list(range(len(across) + len(down)))
    root = _roots(parent)
    heights = [rule.at for rule in across]
    for at, rule in enumerate(down, start=len(across)):
        first = bisect_left(heights, rule.start - JOIN_PT)
        for other in range(first, bisect_right(heights, rule.end + JOIN_PT)):
            if across[other].start - JOIN_PT <= rule.at <= across[other].end + JOIN_PT:
                parent[root(at)] = root(other)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for at, rule in enumerate([*across, *down]):
        groups[root(at)][at >= len(across)].append(rule)
    return [group for group in groups.values() if len(group[0]) >= 2 and len(group[1]) >= 1]


def _roots(parent: list[int]) -> Callable[[int], int]:
    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    return root


def _lattice(across: list[Rule], down: list[Rule]) -> Lattice | None:
    xs = _edges(down, across)
    ys = _edges(across, down)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns < 2 or rows > MAX_EDGES or columns > MAX_EDGES:
        return None
    below = _drawn(ys, xs, across)
    beside = _drawn(xs, ys, down)
    return Lattice(tuple(xs), tuple(ys), tuple(_slots(rows, columns, below, beside)))


def _edges(lines: Sequence[Rule], crossing: Sequence[Rule]) -> list[float]:
    """Where the lines are; the outermost ends of those that cross them where no line closes the grid; and inside it where several
    of those end together without a line that says so."""
    out: list[float] = []
    for at in sorted(rule.at for rule in lines):
        if not out or at - out[-1] > JOIN_PT:
            out.append(at)
    ends = sorted(end for rule in crossing for end in (rule.start, rule.end))
    if ends[0] < out[0] - 2 * JOIN_PT:
        out.insert(0, ends[0])
    if ends[-1] > out[-1] + 2 * JOIN_PT:
        out.append(ends[-1])
    for first, second in pairwise(ends):
        at = (first + second) / 2
        place = bisect_left(out, at)
        if (
            second - first <= JOIN_PT / 2
            and min(abs(at - edge) for edge in out[max(0, place - 1) : place + 1]) > 2 * JOIN_PT
        ):
            out.insert(place, at)
    return out


def _drawn(edges: list[float], others: list[float], rules: Sequence[Rule]) -> list[list[bool]]:
    """For each edge and each interval between the other edges, whether a line is drawn there."""
    out = [[False] * (len(others) - 1) for _ in edges]
    for rule in rules:
        at = min(range(len(edges)), key=lambda edge: abs(edges[edge] - rule.at))
        first = max(0, bisect_right(others, rule.start + JOIN_PT) - 1)
        for interval in range(first, min(len(others) - 1, bisect_left(others, rule.end))):
            low, high = others[interval], others[interval + 1]
            if min(high, rule.end) - max(low, rule.start) >= DRAWN_SHARE * (high - low):
                out[at][interval] = True
    return out


def _slots(rows: int, columns: int, below: list[list[bool]], beside: list[list[bool]]) -> list[Slot]:
    """Cells of a row joined where no line parts them, then cells of the same width joined where none is drawn between them."""
    out: list[Slot] = []
    open_above: dict[tuple[int, int], int] = {}
    for row in range(rows):
        lefts = [0, *(column for column in range(1, columns) if beside[column][row]), columns]
        current: dict[tuple[int, int], int] = {}
        for left, right in pairwise(lefts):
            above = open_above.get((left, right))
            if above is not None and not any(below[row][left:right]):
                out[above] = Slot(out[above].top, row + 1, left, right)
            else:
                above = len(out)
                out.append(Slot(row, row + 1, left, right))
            current[left, right] = above
        open_above = current
    return out
