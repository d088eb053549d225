"""Where the id of a requirement is printed (floor 4, pure): before it, behind it, in its row, on the line above, or in its heading."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.requirements.naming import id_alone, id_at_end, id_at_start
from analysis.requirements.sentences import MARKER, Sentence
from proviso.text import Span
from proviso.types.documents import Section

MOST_ON_A_LINE = 8
"""Sentences that may stand between an id and one that it also names."""


def printed_id(
    text: str, found: Sequence[Sentence], at: int, parts: Sequence[Span], section: Section | None
) -> tuple[Span | None, Span]:
    """The id printed for the sentence at `at`, whose parts are given, and its first part without it."""
    first = parts[0]
    if begun := id_at_start(text, first):
        return begun[0], Span(begun[1], first.end)
    beside = _in_its_row if found[at].row is not None else _above
    name = id_at_end(text, parts[-1]) or _on_its_line(text, found, at) or beside(text, found, at)
    return name or (_in_heading(text, section) if section else None), first


def _on_its_line(text: str, found: Sequence[Sentence], at: int) -> Span | None:
    """The id that its line begins with, or that stands alone behind it."""
    sentence = found[at]
    if sentence.row is None and (begun := id_at_start(text, found[_line_start(found, at)].span)):
        return begun[0]
    below = found[at + 1] if at + 1 < len(found) else None
    return id_alone(text, below.span) if below and below.line == sentence.line else None


def _in_its_row(text: str, found: Sequence[Sentence], at: int) -> Span | None:
    """The id that is all of a cell before it."""
    for each in range(at - 1, -1, -1):
        if found[each].row != found[at].row:
            return None
        if alone := id_alone(text, found[each].span):
            return alone
    return None


def _above(text: str, found: Sequence[Sentence], at: int) -> Span | None:
    """The id alone on the line above."""
    above = _line_start(found, at) - 1
    return id_alone(text, found[above].span) if above >= 0 and found[above].row is None else None


def _in_heading(text: str, section: Section) -> Span | None:
    """The id that the heading of its section begins with, behind its number: "4.1.2 REQ-7 Pump"."""
    end = text.find("\n", section.start, section.end)
    line = Span(section.start, end if end >= 0 else section.end)
    number = MARKER.match(text, line.start, line.end)
    title = Span(number.end(), line.end) if number else line
    begun = id_at_start(text, title)
    return begun[0] if begun else id_alone(text, title)


def _line_start(found: Sequence[Sentence], at: int) -> int:
    start = at
    while start > max(0, at - MOST_ON_A_LINE) and found[start - 1].line == found[at].line:
        start -= 1
    return start
