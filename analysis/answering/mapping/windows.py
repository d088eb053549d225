"""Cuts a document into windows (floor 4, pure): spans that cover all its words, each within a number of tokens.

A document that fits is one window. Otherwise it is cut where a section begins, the higher in the outline the better,
else between paragraphs, and only inside a paragraph that is a window by itself. Windows do not overlap: no words are
asked twice, so that what is found can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from proviso.text import Span
from proviso.types.search import ReadableDocument
from records.texts import KeptText

PARAGRAPH_RANK = 90
WORD_RANK = 99
"""Worse than any level of an outline."""
LEAST_SHARE = 0.5
"""A window is not cut short at a section below this share of its size."""
PARAGRAPH = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True)
class Window:
    """One part of one document, in one call; `tokens` of its text."""

    document: ReadableDocument
    span: Span
    tokens: int


@dataclass(frozen=True, slots=True)
class _Atom:
    """Words that are not cut. `rank`: of the place where they begin; the lower, the better to cut there."""

    span: Span
    tokens: int
    rank: int


def cut(kept: KeptText, size: int, count: Callable[[str], int]) -> list[tuple[Span, int]]:
    """The windows of a text in reading order with their tokens; none of a text without words."""
    text = kept.text
    if not text.strip():
        return []
    whole = count(text)
    if whole <= size:
        return [(Span(0, len(text)), whole)]
    atoms = [atom for span, rank in _sections(kept) if span.of(text) for atom in _atoms(text, span, rank, size, count)]
    return [(span, tokens) for span, tokens in _packed(atoms, size) if span.of(text).strip()]


def halves(kept: KeptText, window: Window, count: Callable[[str], int]) -> list[Window]:
    """The window in two, cut like any other as near to its middle as there is a good place; itself where it is too short."""
    text, span = kept.text, window.span
    quarter, middle = len(span) // 4, (span.start + span.end) // 2
    around = range(span.start + quarter, span.end - quarter)
    places = [section.start for section in kept.structure.sections if section.start in around]
    places = places or [
        match.end() for match in PARAGRAPH.finditer(text, span.start, span.end) if match.end() in around
    ]
    at = min(places or [_middle(text, span)], key=lambda place: abs(place - middle))
    parts = [part for part in _split(span, [at]) if part.of(text).strip()]
    return [Window(window.document, part, count(part.of(text))) for part in parts] if len(parts) > 1 else [window]


def _sections(kept: KeptText) -> Iterator[tuple[Span, int]]:
    """The text between one beginning of a section and the next, with the level of the section that begins there."""
    levels: dict[int, int] = {0: 0}
    for section in kept.structure.sections:
        levels[section.start] = min(section.level, levels.get(section.start, WORD_RANK))
    starts = sorted(start for start in levels if start < len(kept.text))
    for start, end in zip(starts, [*starts[1:], len(kept.text)], strict=True):
        yield Span(start, end), levels[start]


def _atoms(text: str, span: Span, rank: int, size: int, count: Callable[[str], int]) -> Iterator[_Atom]:
    """A span as it is when it fits, else its paragraphs, else pieces of a paragraph."""
    tokens = count(span.of(text))
    if tokens <= size:
        yield _Atom(span, tokens, rank)
        return
    pieces = list(_split(span, [match.end() for match in PARAGRAPH.finditer(text, span.start, span.end)]))
    below = PARAGRAPH_RANK
    if len(pieces) == 1:
        pieces, below = list(_split(span, [_middle(text, span)])), WORD_RANK
    for at, piece in enumerate(pieces):
        yield from _atoms(text, piece, below if at else rank, size, count)


def _split(span: Span, places: Sequence[int]) -> Iterator[Span]:
    at = span.start
    for place in [*places, span.end]:
        if at < place <= span.end:
            yield Span(at, place)
            at = place


def _middle(text: str, span: Span) -> int:
    """After the blank nearest before the middle, else the middle."""
    middle = (span.start + span.end) // 2
    blank = text.rfind(" ", span.start + 1, middle)
    return blank + 1 if blank > span.start else max(middle, span.start + 1)


def _packed(atoms: Sequence[_Atom], size: int) -> Iterator[tuple[Span, int]]:
    first = 0
    while first < len(atoms):
        last = _cut_before(atoms, first, size)
        yield (
            Span(atoms[first].span.start, atoms[last - 1].span.end),
            sum(atom.tokens for atom in atoms[first:last]),
        )
        first = last


def _cut_before(atoms: Sequence[_Atom], first: int, size: int) -> int:
    """Where the window that begins with atom `first` ends: as full as it gets, but better at a higher heading."""
    held, last = atoms[first].tokens, first + 1
    places: list[tuple[int, int]] = []
    while last < len(atoms):
        if held >= LEAST_SHARE * size:
            places.append((atoms[last].rank, -last))
        if held + atoms[last].tokens > size:
            return -min(places)[1] if places else last
        held += atoms[last].tokens
        last += 1
    return last
