"""Tables drawn with bars and dashes in plain text (floor 4, pure), one line a row, as specifications have them.

Drawings of packets look alike: they are told by their short columns, their bit rulers and rows of changing width, and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from proviso.types.documents import Cell, Table

MAX_LINE_CHARS = 500
_CELL = re.compile(r"(?<=\|)[^|]*(?=\|)")


def drawn_tables(lines: Sequence[tuple[int, str]]) -> tuple[tuple[Table, ...], dict[int, bool]]:
    """The tables, and the lines they take, by number: True for a row, False for a rule between rows. `lines` come with offsets."""
    tables: list[Table] = []
    taken: dict[int, bool] = {}
    for first, last in _runs(lines):
        table = _table([lines[at] for at in range(first, last)])
        if table is not None:
            tables.append(table)
            taken |= {at: not _is_rule(lines[at][1]) for at in range(first, last)}
    return tuple(tables), taken


def _runs(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Stretches of lines that are all rules and rows."""
    first: int | None = None
    for at, (_, line) in enumerate([*lines, (0, "")]):
        drawn = bool(_is_rule(line) or _is_row(line))
        if drawn and first is None:
            first = at
        elif not drawn and first is not None:
            yield first, at
            first = None


def _table(lines: Sequence[tuple[int, str]]) -> Table | None:
    rows = [(at, line) for at, line in lines if not _is_rule(line)]
    rules = [number for number, (_, line) in enumerate(lines) if _is_rule(line)]
    edges = {tuple(found.start() for found in re.finditer(r"\|", line)) for _, line in rows}
    if len(rows) < 2 or not rules or len(edges) != 1 or len(next(iter(edges))) < 3 or _has_wrapped_rows(lines, rules):
        return None
    head = 1 if rules[0] == 0 and len(rules) > 1 and rules[1] == 2 else int(rules[0] == 1)
    cells = [
        Cell(*_trimmed(at, line, found), row, column, header=row < head)
        for row, (at, line) in enumerate(rows)
        for column, found in enumerate(_CELL.finditer(line))
    ]
    start = rows[0][0] + len(rows[0][1]) - len(rows[0][1].lstrip())
    return Table(start, rows[-1][0] + len(rows[-1][1].rstrip()), len(rows), len(next(iter(edges))) - 1, tuple(cells))


def _has_wrapped_rows(lines: Sequence[tuple[int, str]], rules: list[int]) -> bool:
    """Whether cells run over several lines: every row is ruled off, and some of those have more lines than one."""
    gaps = [after - before - 1 for before, after in pairwise(rules)]
    return len(gaps) > 2 and max(gaps) > 1


def _is_rule(line: str) -> bool:
    words = line.strip()
    if not 3 < len(words) < MAX_LINE_CHARS or words[0] not in "+|" or words[-1] not in "+|":
        return False
    return not words.strip("+|-=: \t") and ("---" in words or "===" in words)


def _is_row(line: str) -> bool:
    words = line.strip()
    return 1 < len(words) < MAX_LINE_CHARS and words[0] == words[-1] == "|"


def _trimmed(at: int, line: str, found: re.Match[str]) -> tuple[int, int]:
    words = found.group()
    start = at + found.start() + (len(words) - len(words.lstrip()) if words.strip() else 0)
    return start, start + len(words.strip())
