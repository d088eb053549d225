"""Rows and columns put together to a grid (floor 4, pure): which lines are one row, which cell a segment is in, which cells it covers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.parsing.pdf_columns import Column
from ingest.parsing.pdf_grid import Grid, GridCell, Rule, Rules, Word, union
from ingest.parsing.pdf_rows import Row, Segment
from ingest.parsing.pdf_shape import marked, squeezed
from proviso.boxes import Box

WRAP_GAP = 0.5
"""Lines of one cell stand closer than this share of a line's height."""
OVERLAP_PT = 2.0
OPEN_ENDS = (",", "(", " and", " or", " of", " the", " to", " for", " in", " from", " by", " with", " on", " a")
Placed = dict[tuple[int, int], list[Word]]
"""Words by the first and last column they cover."""


def stacked(rows: Sequence[Row], body: int, columns: Sequence[Column], rules: Rules) -> Grid:
    """The grid of these rows, of which those before `body` head the columns."""
    whole = union([row.box for row in rows])
    edges = _edges(columns, whole)
    near = _near(rules, whole)
    placed = [_placed(row, columns, near, near.across if at < body else ()) for at, row in enumerate(rows)]
    groups = _logical(rows, placed, body, near)
    bounds = _bounds(rows, groups)
    cells: list[GridCell] = []
    for at, group in enumerate(groups):
        together: Placed = {}
        for row in group:
            for span, words in placed[row].items():
                together.setdefault(span, []).extend(words)
        cells.extend(_cells(at, _apart(together), edges, bounds, len(columns)))
    box = (edges[0], bounds[0], edges[-1], bounds[-1])
    return marked(squeezed(Grid(box, len(groups), len(columns), tuple(edges), tuple(cells))))


def _edges(columns: Sequence[Column], whole: Box) -> list[float]:
    middles = [(a.right + b.left) / 2 for a, b in pairwise(columns)]
    return [min(whole[0], columns[0].left), *middles, max(whole[2], columns[-1].right)]


def _bounds(rows: Sequence[Row], groups: Sequence[Sequence[int]]) -> list[float]:
    """Edges of rows: half way between their lines."""
    boxes = [union([rows[row].box for row in group]) for group in groups]
    middles = [(above[3] + below[1]) / 2 for above, below in pairwise(boxes)]
    return [boxes[0][1], *middles, boxes[-1][3]]


def _near(rules: Rules, whole: Box) -> Rules:
    """The lines that pass through a table."""
    across = [rule for rule in rules.across if whole[1] <= rule.at <= whole[3] + 1]
    down = [rule for rule in rules.down if whole[0] - 8 <= rule.at <= whole[2] + 8 and rule.end > whole[1]]
    return Rules(across, down)


def _placed(row: Row, columns: Sequence[Column], rules: Rules, across: Sequence[Rule]) -> Placed:
    out: Placed = {}
    for segment in row.segments:
        own = () if segment.value else [rule for rule in across if not _shared(rule, segment, row)]
        out.setdefault(_span(segment, row, columns, rules, own), []).extend(segment.words)
    return out


def _shared(rule: Rule, segment: Segment, row: Row) -> bool:
    """Whether a line is drawn under another segment of the row as well."""
    return any(
        other is not segment and min(rule.end, other.box[2]) - max(rule.start, other.box[0]) > OVERLAP_PT
        for other in row.segments
    )


def between(segment: Segment, row: Row, rules: Rules) -> tuple[float, float] | None:
    """The lines on either side of a segment, when there are two as high as it and nothing else of the row stands between them."""
    x, middle = (segment.box[0] + segment.box[2]) / 2, (segment.box[1] + segment.box[3]) / 2
    beside = [rule.at for rule in rules.down if rule.start < middle < rule.end]
    left = max((at for at in beside if at <= x), default=None)
    right = min((at for at in beside if at >= x), default=None)
    if left is None or right is None or _shared(Rule(middle, left, right), segment, row):
        return None
    return left, right


def _over(segment: Segment, rules: Sequence[Rule]) -> tuple[float, float] | None:
    """The line drawn under a segment, from end to end."""
    left, _, right, foot = segment.box
    height = foot - segment.box[1]
    for rule in rules:
        if (
            -0.3 * height <= rule.at - foot <= height
            and rule.start <= left + OVERLAP_PT
            and rule.end >= right - OVERLAP_PT
        ):
            return rule.start, rule.end
    return None


def _span(
    segment: Segment, row: Row, columns: Sequence[Column], rules: Rules, across: Sequence[Rule]
) -> tuple[int, int]:
    """The columns that a segment stands over; a heading reaches as far as the line drawn under it."""
    left, right = segment.box[0], segment.box[2]
    if not segment.value:
        left, right = between(segment, row, rules) or _over(segment, across) or (left, right)
    over = [
        at
        for at, column in enumerate(columns)
        if min(right, column.right) - max(left, column.left) > min(OVERLAP_PT, 0.5 * (column.right - column.left))
    ]
    if segment.value and len(over) > 1:
        over = [max(over, key=lambda at: min(right, columns[at].right) - max(left, columns[at].left))]
    if over:
        return over[0], over[-1]
    middle = (left + right) / 2
    nearest = min(range(len(columns)), key=lambda at: max(columns[at].left - middle, middle - columns[at].right))
    return nearest, nearest


def _logical(rows: Sequence[Row], placed: Sequence[Placed], body: int, rules: Rules) -> list[list[int]]:
    """Lines grouped to rows."""
    groups: list[list[int]] = []
    for at, row in enumerate(rows):
        if (
            groups
            and at != body
            and _close(rows[at - 1], row, rules)
            and _continues(placed[at - 1], placed[at], at < body)
        ):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _close(above: Row, row: Row, rules: Rules) -> bool:
    """Whether two lines may be of one row."""
    return row.box[1] - above.box[3] <= WRAP_GAP * row.height and not _ruled(above, row, rules)


def _continues(before: Placed, now: Placed, heading: bool) -> bool:
    """Whether a line goes on with the cells of the line above it."""
    if heading:
        return all(a == b for a, b in before) and all(a == b for a, b in now)
    labels, values = _label(now), any(word.value for span, words in now.items() if span[0] for word in words)
    if not values and (0, 0) not in now and all(a == b for a, b in now):
        return True
    earlier = _label(before)
    alone = len(before) == 1
    if not labels or not earlier or not (alone or len(now) == 1):
        return False
    return labels[:1].islower() or earlier.endswith(OPEN_ENDS)


def _label(placed: Placed) -> str:
    return " ".join(word.text for word in placed.get((0, 0), ()))


def _ruled(above: Row, row: Row, rules: Rules) -> bool:
    """Whether a line is drawn between two lines of text."""
    top, bottom = (above.box[1] + above.box[3]) / 2, (row.box[1] + row.box[3]) / 2
    return any(top < rule.at < bottom and rule.end > row.box[0] and rule.start < row.box[2] for rule in rules.across)


def _apart(placed: Placed) -> list[tuple[int, int, list[Word]]]:
    """Cells of one row that do not overlap, from left to right."""
    out: list[tuple[int, int, list[Word]]] = []
    for (first, last), words in sorted(placed.items()):
        if out and first <= out[-1][1]:
            start, end, held = out[-1]
            out[-1] = (start, max(end, last), held + words)
        else:
            out.append((first, last, list(words)))
    return out


def _cells(
    row: int, filled: list[tuple[int, int, list[Word]]], edges: Sequence[float], bounds: Sequence[float], columns: int
) -> list[GridCell]:
    out: list[GridCell] = []
    at = 0
    for first, last, words in [*filled, (columns, columns, [])]:
        out += [
            GridCell(row, empty, 1, 1, (edges[empty], bounds[row], edges[empty + 1], bounds[row + 1]), ())
            for empty in range(at, first)
        ]
        if words:
            box = (edges[first], bounds[row], edges[last + 1], bounds[row + 1])
            out.append(GridCell(row, first, 1, last - first + 1, box, tuple(words)))
        at = last + 1
    return out
