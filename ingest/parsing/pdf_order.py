"""Reading order of the lines of a page (floor 4, pure): columns one after the other, blocks drawn out of turn put where they stand.

The order of the file is kept unless the geometry proves another: a page drawn from top to bottom stays as it is. Columns are proven by
a gutter that no line between two full-width ones crosses, with prose on both of its sides: lines of several words that fill their
column. Rows of a table also leave gutters, but their cells are short, or the file draws them row by row; then nothing is moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from ingest.parsing.pdf_lines import Line, PageLines
from ingest.parsing.pdf_pieces import filled_in, split

MIN_COLUMN_LINES = 3
MIN_GUTTER_POINTS = 4.0
WORDS_A_LINE = 3.0
CHARS_A_LINE = 15.0
FILLED_SHARE = 0.55
COVERED_SHARE = 0.6
"""A gutter's line count against that of the columns beside it."""
CENTRED_POINTS = 12.0
MIN_JOINT_LINES = 6
WIDE_GAP = 0.9
RUN_ON_SHARE = 0.4
ROW_OVERLAP = 0.5
BLANK = 2.5
"""From this many line heights without a word in any column on, columns begin anew."""
LEAP = 4.0
"""From this many line heights on, a gap going down ends a block."""


def in_reading_order(page: PageLines) -> list[Line]:
    """The lines of a page as a person reads them; those turned against the page come last."""
    lines = [line for line in page.lines if not line.askew]
    askew = [line for line in page.lines if line.askew] if len(lines) < len(page.lines) else []
    parted = _parted(lines)
    if parted is not lines or any(_jumps(above, line) for above, line in pairwise(lines)):
        lines = _ordered(parted)
    return lines + askew if askew else lines


def same_row(a: Line, b: Line) -> bool:
    """Whether `b` goes on to the right of `a` on the same visual line (cells of a table row, tab stops)."""
    if a.askew or b.askew:
        return False
    overlap = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return overlap >= 0.5 * min(a.box[3] - a.box[1], b.box[3] - b.box[1]) and b.box[0] >= a.box[2] - 1


def _jumps(above: Line, line: Line) -> bool:
    """Whether the file goes back up the page, or back to the left on the same row."""
    if line.box[1] < above.box[1] - 0.5 * above.height and not same_row(above, line):
        return True
    overlap = min(above.box[3], line.box[3]) - max(above.box[1], line.box[1])
    return line.box[2] <= above.box[0] and overlap > ROW_OVERLAP * min(above.height, line.height)


def _ordered(lines: list[Line]) -> list[Line]:
    gutters = _gutters(lines)
    parted = [piece for line in lines for piece in _at_gutters(line, gutters)] if gutters else lines
    bands = [(band, _columns(band)) for band in _bands(parted, gutters)]
    if not any(len(columns) > 1 for _, columns in bands):
        return _downwards(lines)
    return [line for _, columns in bands for column in columns for line in _downwards(column)]


def _at_gutters(line: Line, gutters: Sequence[tuple[float, float]]) -> list[Line]:
    """The parts of a line that leaves the whole of a gutter blank: the ends of two columns drawn one after the other."""
    for a, b in gutters:
        if line.box[0] < a and line.box[2] > b and len(line.words) > 1:
            for at, gap in _wide_gaps(line):
                if gap[0] <= a + 2 and gap[1] >= b - 2:
                    before, after = split(line, at)
                    return [before, *_at_gutters(after, gutters)]
    return [line]


def _bands(lines: list[Line], gutters: Sequence[tuple[float, float]]) -> list[list[Line]]:
    """Groups of lines from top to bottom: what stands between lines that cross a gutter, and those lines."""
    if not gutters:
        return [lines]
    crossing = {id(line) for line in lines if any(line.box[0] < a - 1 and line.box[2] > b + 1 for a, b in gutters)}
    order = sorted(range(len(lines)), key=lambda at: lines[at].box[1])
    crossing |= _centred([lines[at] for at in order], crossing)
    groups: list[list[int]] = []
    foot, crossed = 0.0, False
    for at in order:
        line = lines[at]
        blank = line.box[1] - foot > BLANK * line.height
        if not groups or blank or (id(line) in crossing) != crossed:
            groups.append([])
        groups[-1].append(at)
        foot, crossed = max(foot, line.box[3]), id(line) in crossing
    return [[lines[at] for at in sorted(group)] for group in groups]


def _centred(lines: list[Line], crossing: set[int]) -> set[int]:
    """Lines next to one that crosses and part of it: beside it on its row, or a caption, centred with nothing beside it."""
    middle = (min(line.box[0] for line in lines) + max(line.box[2] for line in lines)) / 2
    found: set[int] = set()
    for above, line, below in zip([None, *lines], lines, [*lines[1:], None], strict=False):
        centred = abs((line.box[0] + line.box[2]) / 2 - middle) < CENTRED_POINTS
        clear = (above is None or above.box[3] <= line.box[1] + 1) and (
            below is None or line.box[3] <= below.box[1] + 1
        )
        within = above is not None and id(above) in crossing and line.box[3] < above.box[3] + 0.5 * line.height
        if within or (clear and centred and {id(above), id(below)} & crossing):
            found.add(id(line))
    return found


def _gutters(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Strips from top to bottom which far fewer lines cross than stand on either side, as (left, right)."""
    if len(lines) < 2 * MIN_COLUMN_LINES:
        return []
    left = min(line.box[0] for line in lines)
    width = int(max(line.box[2] for line in lines) - left) + 2
    counts = np.zeros(width + 1, np.int32)
    np.add.at(counts, [max(0, int(line.box[0] - left)) for line in lines], 1)
    np.add.at(counts, [min(width, int(line.box[2] - left) + 1) for line in lines], -1)
    counts = np.cumsum(counts)[:width]
    peak_before, peak_after = np.maximum.accumulate(counts), np.maximum.accumulate(counts[::-1])[::-1]
    low = counts < COVERED_SHARE * np.minimum(peak_before, peak_after)
    return [_lowest(counts, a, b, left) for a, b in _stretches(low) if b - a >= MIN_GUTTER_POINTS]


def _lowest(counts: np.ndarray[tuple[int], np.dtype[np.int32]], a: int, b: int, left: float) -> tuple[float, float]:
    """The part of a stretch that the fewest lines cover."""
    least = counts[a:b].min()
    inside = np.flatnonzero(counts[a:b] == least)
    return left + a + float(inside[0]), left + a + float(inside[-1]) + 1


def _stretches(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _columns(lines: list[Line]) -> list[list[Line]]:
    """The columns of a band from left to right, when each reads as prose and they stand beside each other; else the band itself."""
    if len(lines) < 2 * MIN_COLUMN_LINES:
        return [lines]
    columns: list[list[Line]] = []
    edge = -1.0
    for line in sorted(lines, key=lambda line: line.box[0]):
        if columns and line.box[0] < edge - 1:
            columns[-1].append(line)
        else:
            columns.append([line])
        edge = max(edge, line.box[2])
    place = {id(line): at for at, column in enumerate(columns) for line in column}
    columns = [[line for line in lines if place[id(line)] == at] for at in range(len(columns))]
    beside = all(_beside(a, b) for a, b in pairwise(columns))
    proven = len(columns) > 1 and beside and all(map(_prose, columns)) and _drawn_by_column(lines, columns)
    return columns if proven else [lines]


def _beside(a: Sequence[Line], b: Sequence[Line]) -> bool:
    """Whether two columns share most of the shorter one's height."""
    top, foot = max(_top(a), _top(b)), min(_foot(a), _foot(b))
    return foot - top > 0.5 * min(_foot(a) - _top(a), _foot(b) - _top(b))


def _prose(column: Sequence[Line]) -> bool:
    column = [line for line in column if line.grid is None]
    if len(column) < MIN_COLUMN_LINES:
        return False
    width = max(line.box[2] for line in column) - min(line.box[0] for line in column)
    words = sum(len(line.words) for line in column) / len(column)
    chars = sum(len(line.text) for line in column) / len(column)
    filled = median(line.box[2] - line.box[0] for line in column) >= FILLED_SHARE * width
    return filled and words >= WORDS_A_LINE and chars >= CHARS_A_LINE


def _drawn_by_column(band: Sequence[Line], columns: Sequence[Sequence[Line]]) -> bool:
    """Whether the file draws the columns one after the other, or line by line across them; a table is drawn cell by cell."""
    place = {id(line): at for at, column in enumerate(columns) for line in column}
    changes = sum(place[id(a)] != place[id(b)] for a, b in pairwise(band))
    if changes <= 3 * len(columns):
        return True
    return changes > 0.6 * len(band) and all(_runs_on(column) for column in columns)


def _runs_on(column: Sequence[Line]) -> bool:
    """Whether sentences go on from line to line, as they do in columns and hardly ever down the cells of a table."""
    goes_on = sum(b.text[:1].islower() and a.text[-1:] not in ".;:" for a, b in pairwise(column))
    return goes_on >= RUN_ON_SHARE * (len(column) - 1)


def _downwards(lines: list[Line]) -> list[Line]:
    """Blocks from top to bottom where the file jumps; what stands side by side stays in the order of the file."""
    if not any(_jumps(above, line) for above, line in pairwise(lines)):
        return lines
    runs: list[list[Line]] = []
    for line in filled_in(lines):
        if not runs or _jumps(runs[-1][-1], line) or line.box[1] - runs[-1][-1].box[3] > LEAP * line.height:
            runs.append([line])
        else:
            runs[-1].append(line)
    return [line for group in _apart(runs) for run in group for line in run]


def _apart(runs: list[list[Line]]) -> list[list[list[Line]]]:
    """Runs in groups that share no height, from top to bottom."""
    groups: list[tuple[float, float, list[list[Line]]]] = []
    for run in runs:
        top, foot, joined = _top(run), _foot(run), [run]
        for group in [group for group in groups if group[0] < foot - 1 and top < group[1] - 1]:
            groups.remove(group)
            top, foot, joined = min(top, group[0]), max(foot, group[1]), group[2] + joined
        groups.append((top, foot, joined))
    place = {id(run): at for at, run in enumerate(runs)}
    return [sorted(group, key=lambda run: place[id(run)]) for _, _, group in sorted(groups, key=lambda g: g[:2])]


def _parted(lines: list[Line]) -> list[Line]:
    """Lines cut at a gutter that they cross only as a wide gap: columns drawn line by line. The same list when there is none."""
    gaps = [(line, at, gap) for line in lines if len(line.words) > 5 for at, gap in _wide_gaps(line)]
    if len(gaps) < MIN_JOINT_LINES:
        return lines
    starts = sorted(gap[0] for _, _, gap in gaps)
    cut: dict[int, int] = {}
    for left in starts:
        through = [(line, at) for line, at, gap in gaps if gap[0] <= left + 1 < gap[1]]
        if len(through) >= MIN_JOINT_LINES and len(through) > len(cut):
            cut = {id(line): at for line, at in through}
    if len(cut) < max(MIN_JOINT_LINES, 0.5 * len(lines)):
        return lines
    parts = [(line, *split(line, cut[id(line)])) for line in lines if id(line) in cut]
    left_side, right_side = [half for _, half, _ in parts], [half for _, _, half in parts]
    if not all(_prose(side) and _runs_on(side) for side in (left_side, right_side)):
        return lines
    halves = {id(line): (a, b) for line, a, b in parts}
    return [piece for line in lines for piece in halves.get(id(line), (line,))]


def _wide_gaps(line: Line) -> list[tuple[int, tuple[float, float]]]:
    """Gaps between words of a line wider than a space can be: the word after each, and from where to where."""
    return [
        (at, (a[2][2], b[2][0]))
        for at, (a, b) in enumerate(pairwise(line.words), start=1)
        if b[2][0] - a[2][2] > WIDE_GAP * line.height
    ]


def _top(lines: Sequence[Line]) -> float:
    return min(line.box[1] for line in lines)


def _foot(lines: Sequence[Line]) -> float:
    return max(line.box[3] for line in lines)
