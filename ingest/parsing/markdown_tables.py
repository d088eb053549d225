"""Tables of Markdown (floor 4, pure): lines of cells between bars, a rule of dashes under the head."""

from __future__ import annotations

import re
from itertools import pairwise

from proviso.types.documents import Cell, Table

_RULE = re.compile(r"[\s|:-]*-[\s|:-]*$")
_BAR = re.compile(r"(?<!\\)\|")


def table_of(text: str, start: int, end: int) -> Table:
    """The table whose lines are `text[start:end]`."""
    cells: list[Cell] = []
    row = columns = 0
    at = start
    for number, line in enumerate(text[start:end].split("\n")):
        if line.strip() and not (number == 1 and _RULE.match(line)):
            found = [Cell(*span, row, column, header=row == 0) for column, span in enumerate(_spans(line, at))]
            cells += found
            columns = max(columns, len(found))
            row += 1
        at += len(line) + 1
    words = text[start:end]
    first = start + len(words) - len(words.lstrip())
    return Table(first, first + len(words.strip()), row, columns, tuple(cells))


def _spans(line: str, at: int) -> list[tuple[int, int]]:
    """The cells of a row, without the bars at its ends and the white space around their words."""
    bars = [match.start() for match in _BAR.finditer(line)]
    first = len(line) - len(line.lstrip())
    last = len(line.rstrip())
    edges = bars if bars[:1] == [first] else [first - 1, *bars]
    if edges[-1] != last - 1 or len(edges) == 1:
        edges = [*edges, last]
    spans = []
    for left, right in pairwise(edges):
        words = line[left + 1 : right]
        start = at + left + 1 + (len(words) - len(words.lstrip()) if words.strip() else 0)
        spans.append((start, start + len(words.strip())))
    return spans
