"""Columns of aligned rows (floor 4, pure): where segments of many rows leave the same gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsing.pdf_rows import Row, Segment

TICKS = 2
"""Steps per point at which gaps are looked for."""
TOLERATED = 16
"""One row in this many may run over a gap."""


@dataclass(slots=True)
class Column:
    """A column from `left` to `right`, and the figures that stand in it."""

    left: float
    right: float
    height: float = 0.0
    count: int = 0
    values: int = 0
    lefts: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)


def columns_of(body: Sequence[Row]) -> list[Column]:
    """The columns of these rows, from left to right."""
    columns = [Column(left, right) for left, right in _covered(body)]
    for row in body:
        for segment in row.segments:
            over = [column for column in columns if segment.box[0] < column.right and segment.box[2] > column.left]
            for column in over[:1] if len(over) == 1 else ():
                column.count += 1
                column.height = max(column.height, segment.box[3] - segment.box[1])
                if segment.value:
                    column.values += 1
                    _align(column, segment)
    return [column for column in columns if column.count]


def _align(column: Column, segment: Segment) -> None:
    """Notes where a figure stands; dashes stand anywhere."""
    if any(letter.isdigit() for letter in segment.text):
        left, right = segment.figure()
        column.lefts.append(left)
        column.rights.append(right)


def _covered(body: Sequence[Row]) -> list[tuple[float, float]]:
    """Stretches of the page's width on which words stand, save for what few rows run over."""
    origin = min(row.box[0] for row in body)
    width = int(TICKS * (max(row.box[2] for row in body) - origin)) + 2
    change = [0] * (width + 1)
    for row in body:
        for segment in row.segments:
            change[int(TICKS * (segment.box[0] - origin))] += 1
            change[int(TICKS * (segment.box[2] - origin)) + 1] -= 1
    allowed = len(body) // TOLERATED
    out: list[tuple[float, float]] = []
    depth, start = 0, -1
    for at in range(width + 1):
        depth += change[at]
        if depth > allowed and start < 0:
            start = at
        elif depth <= allowed and start >= 0:
            out.append((origin + start / TICKS, origin + at / TICKS))
            start = -1
    return out
