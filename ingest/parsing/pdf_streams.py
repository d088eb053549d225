"""Grids by alignment (floor 4, pure): labels with columns of figures beside them, without ruling lines, as in financial statements.

Figures must stand in columns, one under the other, beside labels; prose, lists, signature blocks and tables of contents do not. A table
that is missed is read as lines; one that is none would tear a text apart: whatever is in doubt is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.parsing.pdf_columns import Column, columns_of
from ingest.parsing.pdf_grid import Grid, Rules
from ingest.parsing.pdf_rows import Row, Segment
from ingest.parsing.pdf_shape import YEAR
from ingest.parsing.pdf_stacked import WRAP_GAP, between, stacked

MAX_PENDING = 4
MAX_GAP = 2.6
"""Rows further apart than this many heights of a line are not of one table."""
MAX_HEADER_ROWS = 7
MAX_HEADING_WORDS = 6
BOX_PLAY_PT = 16.0
COLUMN_PLAY_PT = 4.0
HEADER_GAP = 1.6
MIN_BODY_ROWS = 3
MIN_VALUE_SHARE = 0.6
ALIGNED_SHARE = 0.72
MAX_CLASHES = 0.08
PAGE_REFERENCE = re.compile(r"[A-Z]{0,2}-?\d{1,4}|(?:\d{1,2}\.)+\d{1,2}(?:\([a-z]{1,3}\))?")
HAS_DIGIT = re.compile(r"\d")
FOOTNOTE = re.compile(r"(?:\(\d{1,2}\)|\*{1,3}|†|‡|\([a-z]\)|\d)\s+[A-Z]|_{5,}")
MIN_SENTENCE_WORDS = 6


def stream_grids(rows: Sequence[Row], rules: Rules) -> list[Grid]:
    """The tables of these rows, from top to bottom."""
    out: list[Grid] = []
    at = floor = 0
    while at < len(rows):
        if not has_values(rows[at]):
            at += 1
            continue
        end = _run(rows, at)
        for grid, foot in _tables(rows, at, end, floor, rules):
            out.append(grid)
            floor = foot
        at = max(end, floor)
    return out


def has_values(row: Row) -> bool:
    """Whether figures stand beside something."""
    values = [segment.value for segment in row.segments]
    return any(values[1:])


def _years(row: Row) -> bool:
    """Whether a row heads columns by years."""
    texts = [segment.text for segment in row.segments if segment.value]
    return all(YEAR.fullmatch(text) for text in texts)


def _run(rows: Sequence[Row], start: int) -> int:
    """The end of the rows that may be one table with the row at `start`."""
    last, at = start, start + 1
    while at < len(rows):
        above, row = rows[at - 1], rows[at]
        if row.box[1] - above.box[3] > MAX_GAP * max(row.height, above.height):
            break
        if has_values(row):
            if _runs_over(row, rows[max(start, last - 4) : last + 1]):
                break
            last = at
        elif at - last > MAX_PENDING or _ends(rows, at, rows[max(start, last - 4) : last + 1]):
            break
        at += 1
    return last + 1


def _barrier(above: Sequence[Row]) -> float:
    """Where the figures of these rows begin."""
    edges = sorted(next(s.box[0] for s in other.segments[1:] if s.value) for other in above if has_values(other))
    return edges[len(edges) // 2]


def _runs_over(row: Row, above: Sequence[Row]) -> bool:
    """Whether a sentence that ends in a figure runs over the figures of the rows above it."""
    barrier, first, slack = _barrier(above), row.segments[0], 2 * row.height
    return len(first.words) > MIN_SENTENCE_WORDS and first.box[0] < barrier - slack and first.box[2] > barrier + slack


def _ends(rows: Sequence[Row], at: int, above: Sequence[Row]) -> bool:
    """Whether a row without figures is none of the table: prose, a footnote, or what introduces the next table."""
    row = rows[at]
    barrier, first = _barrier(above), row.segments[0]
    slack = 2 * row.height
    if len(row.segments) > 1 or first.box[0] >= barrier - slack:
        return False
    if first.box[2] > barrier + slack or FOOTNOTE.match(first.text):
        return True
    if len(first.words) < MIN_SENTENCE_WORDS or not first.text.endswith((":", ".")):
        return False
    return at + 1 < len(rows) and rows[at + 1].segments[0].box[0] >= barrier - slack


def _tables(rows: Sequence[Row], start: int, end: int, floor: int, rules: Rules) -> list[tuple[Grid, int]]:
    """The tables of one run, each with the row after it: the whole run, or its parts when their columns do not agree."""
    kept = [at for at in range(start, end) if has_values(rows[at]) and not _years(rows[at])]
    if len(kept) < 2:
        return []
    body = [rows[at] for at in kept]
    above = _above(body)
    if above:
        return _tables(rows, kept[above], end, kept[above - 1] + 1, rules)
    columns = columns_of(body)
    if _clashes(body, columns) > MAX_CLASHES * len(body):
        cut = _widest_gap(rows, start, end)
        return [*_tables(rows, start, cut, floor, rules), *_tables(rows, cut, end, cut, rules)]
    if not is_table(body, columns):
        return []
    top = _header_start(rows, start, floor, columns)
    end += _boxed_below(rows, end, columns, rules)
    while end < len(rows) and _wrapped_below(rows[end - 1], rows[end], columns):
        end += 1
    return [(stacked(rows[top:end], kept[0] - top, columns, rules), end)]


def _wrapped_below(last: Row, row: Row, columns: Sequence[Column]) -> bool:
    """Whether a line goes on with the cells of the last row."""
    if row.box[1] - last.box[3] > WRAP_GAP * row.height or any(segment.value for segment in row.segments):
        return False
    places = [_column(segment, columns) for segment in row.segments]
    return None not in places and (0 not in places or (len(places) == 1 and row.segments[0].text[:1].islower()))


def _column(segment: Segment, columns: Sequence[Column]) -> int | None:
    """The column in whose width a segment stands."""
    for at, column in enumerate(columns):
        if column.left - COLUMN_PLAY_PT <= segment.box[0] and segment.box[2] <= column.right + COLUMN_PLAY_PT:
            return at
    return None


def _boxed_below(rows: Sequence[Row], end: int, columns: Sequence[Column], rules: Rules) -> int:
    """How many rows right below the figures are ruled like cells of the same table: the fields under the numbers of their bits."""
    if end >= len(rows) or rows[end].box[1] - rows[end - 1].box[3] > HEADER_GAP * rows[end].height:
        return 0
    sides = [between(segment, rows[end], rules) for segment in rows[end].segments]
    left, right = columns[0].left - BOX_PLAY_PT, columns[-1].right + BOX_PLAY_PT
    return int(all(side is not None and left <= side[0] and side[1] <= right for side in sides))


def _above(body: Sequence[Row]) -> int:
    """How many rows with a figure in them, headings perhaps, stand above rows of figures only and begin left of all of those."""
    count = len(body)
    while count and body[count - 1].segments[0].value:
        count -= 1
    if not 0 < count < len(body) - 1:
        return 0
    left = min(row.box[0] for row in body[count:])
    return count if all(row.box[0] < left - 2 * row.height for row in body[:count]) else 0


def _clashes(body: Sequence[Row], columns: Sequence[Column]) -> int:
    """Rows in which two figures would share a cell."""
    count = 0
    for row in body:
        places = [_place(segment, columns) for segment in row.segments if segment.value]
        count += len(set(places)) < len(places)
    return count


def _place(segment: Segment, columns: Sequence[Column]) -> int:
    middle = (segment.box[0] + segment.box[2]) / 2
    return min(range(len(columns)), key=lambda at: abs((columns[at].left + columns[at].right) / 2 - middle), default=0)


def _widest_gap(rows: Sequence[Row], start: int, end: int) -> int:
    """Where a run falls apart best: above the row that stands furthest below the one before it."""
    return max(range(start + 1, end), key=lambda at: (round(rows[at].box[1] - rows[at - 1].box[3]), -at))


def is_table(body: Sequence[Row], columns: Sequence[Column]) -> bool:
    """Whether the figures of these rows stand in columns beside labels."""
    figures = [
        column for column in columns[1:] if column.values >= MIN_VALUE_SHARE * column.count and column.values > 1
    ]
    if not figures or not _aligned(figures):
        return False
    if len(body) < MIN_BODY_ROWS and not (len(figures) > 1 and all(column.values == len(body) for column in figures)):
        return False
    if sum(column.values for column in figures) < MIN_VALUE_SHARE * sum(column.count for column in columns[1:]):
        return False
    texts = [segment.text for row in body for segment in row.segments[1:] if segment.value]
    if sum(bool(HAS_DIGIT.search(text)) for text in texts) < 0.4 * len(texts):
        return False
    return not (len(columns) <= 3 and len(figures) == 1 and _contents(body))


def _aligned(columns: Sequence[Column]) -> bool:
    """Whether the figures of columns share a right, a left edge or a middle, brackets and percent signs aside."""
    shares = [(_on_edge(column), len(column.rights)) for column in columns]
    on_edge, total = sum(count for count, _ in shares), sum(count for _, count in shares)
    return on_edge >= ALIGNED_SHARE * total and all(count >= 0.5 * each for count, each in shares)


def _on_edge(column: Column) -> int:
    """How many figures of a column stand on the edge that most of them share."""
    slack = 0.9 * column.height
    middles = [(a + b) / 2 for a, b in zip(column.lefts, column.rights, strict=True)]
    counts = [0]
    for edges in (column.rights, column.lefts, middles):
        middle = sorted(edges)[len(edges) // 2] if edges else 0.0
        counts.append(sum(abs(edge - middle) <= slack for edge in edges))
    return max(counts)


def _contents(body: Sequence[Row]) -> bool:
    """Whether the last figures are numbers of pages or sections, in order."""
    last = [row.segments[-1].text for row in body if row.segments[-1].value]
    if sum(PAGE_REFERENCE.fullmatch(text) is not None for text in last) < 0.8 * len(last):
        return False
    numbers = [int(found.group()) for text in last if (found := re.search(r"\d+", text))]
    rising = sum(a <= b for a, b in pairwise(numbers))
    return rising >= 0.85 * (len(numbers) - 1)


def _header_start(rows: Sequence[Row], start: int, floor: int, columns: Sequence[Column]) -> int:
    """The first of the rows above the figures that head their columns."""
    top, edge = start, columns[1].left
    for at in range(start - 1, max(floor, start - MAX_HEADER_ROWS) - 1, -1):
        row, below = rows[at], rows[at + 1]
        if below.box[1] - row.box[3] > HEADER_GAP * row.height or not _heads(row, columns):
            break
        if row.segments[-1].box[0] >= edge - 3 * row.height:
            top = at
    return top


def _heads(row: Row, columns: Sequence[Column]) -> bool:
    """Whether what stands in this row stands above the figures, or is short and above the labels."""
    left, edge, right = columns[0].left, columns[1].left, columns[-1].right
    slack = 3 * row.height
    if row.box[2] > right + 2 * slack or row.box[0] < left - 2.5 * row.height:
        return False
    over = [segment for segment in row.segments if segment.box[0] >= edge - slack]
    beside = row.segments[: len(row.segments) - len(over)]
    if not over and len(beside[0].words) > MAX_HEADING_WORDS:
        return False
    return len(beside) <= 1 and all(segment.box[2] <= edge for segment in beside)
