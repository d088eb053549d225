"""Grids by lines across alone (floor 4, pure): a rule above, one under the headings, one at the foot, and words in columns between them.

At least three lines of one width must hold rows that stand in columns all the way down. Lines above and below the body of a page, under
headings and for signatures hold prose or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.parsing.pdf_columns import Column, columns_of
from ingest.parsing.pdf_grid import Grid, Rule, Rules, Word
from ingest.parsing.pdf_lattice import Lattice, Slot, joined
from ingest.parsing.pdf_rows import Row
from ingest.parsing.pdf_ruled import ruled_grid
from ingest.parsing.pdf_stacked import stacked

MIN_LINE_PT = 90.0
SAME_END_PT = 5.0
PIECE_GAP_PT = 8.0
MIN_LINES = 3
MAX_LINES = 200
MIN_APART_SHARE = 0.6
"""Share of the rows between the lines that must hold words in several columns."""
PROSE_WORDS = 6.0
FEW_ROWS = 8
MANY_ROWS_WORDS = 3.5
MAX_SKIPPED = 3
MAX_CELL_LINES = 6


def lined_grids(
    rows: Sequence[Row], groups: Sequence[Sequence[Rule]], rules: Rules, taken: Sequence[tuple[float, float]]
) -> list[Grid]:
    """The tables of these rows that stand between lines across, none of them beside or around what is `taken` already."""
    out: list[Grid] = []
    for group in groups:
        if any(top < group[-1].at and group[0].at < foot for top, foot in taken):
            continue
        for skipped in range(min(len(group) - MIN_LINES, MAX_SKIPPED) + 1):
            grid = _between(rows, group[skipped:], rules)
            if grid is not None:
                out.append(grid)
                break
    return out


def _between(rows: Sequence[Row], group: Sequence[Rule], rules: Rules) -> Grid | None:
    """The table between the first and the last of these lines."""
    held = _held(rows, group)
    columns = _columns(held)
    if not columns:
        return None
    ys = [rule.at for rule in group]
    body = next((at for at, row in enumerate(held) if row.box[3] > ys[1]), 0)
    grid = _by_lines(held, ys, columns) or stacked(held, body, columns, rules)
    return grid if grid.rows > 1 and grid.columns > 1 else None


def lines_across(rules: Rules) -> list[list[Rule]]:
    """Lines of the same width, one under the other, as many as a table has at least."""
    lines = [rule for rule in joined(rules.across, PIECE_GAP_PT) if rule.end - rule.start >= MIN_LINE_PT]
    if len(lines) > MAX_LINES:
        return []
    groups: list[list[Rule]] = []
    for line in lines:
        for group in groups:
            if abs(group[0].start - line.start) <= SAME_END_PT and abs(group[0].end - line.end) <= SAME_END_PT:
                group.append(line)
                break
        else:
            groups.append([line])
    return [group for group in groups if len(group) >= MIN_LINES]


def _held(rows: Sequence[Row], group: Sequence[Rule]) -> list[Row]:
    """The rows between the first and the last line; none when one of them reaches out of the lines' width."""
    left, right = group[0].start - SAME_END_PT, group[0].end + SAME_END_PT
    top, foot = group[0].at, group[-1].at
    held = [row for row in rows if top < (row.box[1] + row.box[3]) / 2 < foot]
    return held if all(left <= row.box[0] and row.box[2] <= right for row in held) else []


def _columns(held: Sequence[Row]) -> list[Column]:
    """The columns that the words stand in; none when they are prose or do not stand in columns."""
    apart = [row for row in held if len(row.segments) > 1]
    if len(apart) < MIN_LINES or len(apart) < MIN_APART_SHARE * len(held):
        return []
    columns = columns_of(apart)
    if any(_crosses(row, columns) for row in held if len(row.segments) == 1):
        return []
    if len(columns) < 2 or len({row.box[0] // 4 for row in apart}) > max(3, len(apart) // 3):
        return []
    segments = [segment for row in apart for segment in row.segments]
    words = sum(len(segment.words) for segment in segments) / len(segments)
    if words > (PROSE_WORDS if len(apart) <= FEW_ROWS else MANY_ROWS_WORDS):
        return []
    filled = sum(column.count for column in columns)
    return columns if filled >= 0.5 * len(columns) * len(apart) and filled >= 0.9 * len(segments) else []


def _crosses(row: Row, columns: Sequence[Column]) -> bool:
    """Whether the words of a row run over a gap between columns, and are more than a heading."""
    over = [column for column in columns if row.box[0] < column.right and row.box[2] > column.left]
    return len(over) > 1 and len(row.words()) > PROSE_WORDS


def _by_lines(held: Sequence[Row], ys: Sequence[float], columns: Sequence[Column]) -> Grid | None:
    """The grid whose rows are what stands between two lines, when lines part all rows."""
    for top, foot in pairwise(ys):
        if sum(top < (row.box[1] + row.box[3]) / 2 < foot for row in held) > MAX_CELL_LINES:
            return None
    if len(ys) <= MIN_LINES:
        return None
    middles = [(a.right + b.left) / 2 for a, b in pairwise(columns)]
    left, right = min(row.box[0] for row in held) - 1, max(row.box[2] for row in held) + 1
    xs = (left, *middles, right)
    slots = tuple(Slot(row, row + 1, column, column + 1) for row in range(len(ys) - 1) for column in range(len(xs) - 1))
    words: list[Word] = [word for row in held for word in row.words()]
    return ruled_grid(Lattice(xs, tuple(ys), slots), words)
