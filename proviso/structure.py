"""Look-ups by span in what was found of a document's structure (floor 0, pure): sections, definitions and references around a place.

Nothing is found here; `ingest.structure` does that. Sections come in the order of their start, as they are kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from proviso.text import Span
from proviso.types.documents import Definition, Reference, Section

TERMS_AT_ONCE = 400
"""Alternatives of one regular expression: beyond, several are made."""


def section_at(sections: Sequence[Section], offset: int) -> Section | None:
    """The deepest section that holds `offset`."""
    at = bisect_right(sections, offset, key=lambda section: section.start) - 1
    while at >= 0 and sections[at].end <= offset:
        at -= 1
    return sections[at] if at >= 0 else None


def sections_around(sections: Sequence[Section], offset: int) -> list[Section]:
    """The sections that hold `offset`, the outermost first."""
    held: list[Section] = []
    level = 0
    for section in reversed(sections[: bisect_right(sections, offset, key=lambda section: section.start)]):
        if section.end > offset and (not held or section.level < level):
            held.append(section)
            level = section.level
            if level <= 1:
                break
    return held[::-1]


def references_in(references: Sequence[Reference], span: Span) -> list[Reference]:
    """The references that stand inside `span`; they come in the order of their start."""
    first = bisect_left(references, span.start, key=lambda reference: reference.start)
    after = bisect_left(references, span.end, key=lambda reference: reference.start)
    return [reference for reference in references[first:after] if reference.end <= span.end]


def definitions_used(text: str, definitions: Sequence[Definition], span: Span) -> list[Definition]:
    """The definitions of the terms that the words at `span` use, in the order of their first use; not those made in it. A term
    that is defined twice comes with its first definition."""
    by_term: dict[str, Definition] = {}
    for definition in definitions:
        by_term.setdefault(_folded(definition.term), definition)
    words = text[span.start : span.end]
    used: dict[str, int] = {}
    for pattern in _patterns(definition.term for definition in by_term.values()):
        for found in pattern.finditer(words):
            used.setdefault(_folded(found.group()), found.start())
    chosen = [by_term[term] for term in sorted(used, key=lambda term: used[term]) if term in by_term]
    return [each for each in chosen if not (span.start <= each.term_start and each.term_end <= span.end)]


def _folded(term: str) -> str:
    return " ".join(term.split())


def _patterns(terms: Iterable[str]) -> list[re.Pattern[str]]:
    """One expression for many terms, the longest first, so that "Net Sales Price" is not taken for "Net Sales"."""
    ordered = sorted({_folded(term) for term in terms if term.strip()}, key=len, reverse=True)
    groups = [ordered[at : at + TERMS_AT_ONCE] for at in range(0, len(ordered), TERMS_AT_ONCE)]
    shape = r"\s+".join
    return [
        re.compile(r"(?<!\w)(?:" + "|".join(shape(map(re.escape, term.split())) for term in group) + r")(?!\w)")
        for group in groups
    ]
