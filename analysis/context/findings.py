"""What a document defines and where it points, ready to be looked up by place (floor 4, pure).

Ingestion has found definitions and references. Terms are kept by their first words, so that only the passages that are packed are looked
through for them, once, and never the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from proviso.structure import references_in
from proviso.text import Span
from proviso.types.documents import Definition, Details, Reference

MORE_OF_WORD = r"(?:[-’'.&/]\w+)*"
WORD = re.compile(r"\w+" + MORE_OF_WORD)
POSSESSIVE = re.compile(r"[’']s?$")
FINDING_BYTES = 600
"""A definition with its term, or a reference, in memory."""

Terms = dict[str, dict[tuple[str, ...], int]]


@dataclass(frozen=True, slots=True)
class Findings:
    """Definitions and references in the order of their start; `terms` by their first word, each with the place of its definition, and
    the `initial` that a word begins with which may begin a term."""

    definitions: tuple[Definition, ...] = ()
    references: tuple[Reference, ...] = ()
    terms: Terms = field(default_factory=dict)
    initial: re.Pattern[str] | None = None

    @classmethod
    def of(cls, details: Details) -> Findings:
        """A term that is defined twice goes by its first definition."""
        terms: Terms = {}
        for place, definition in enumerate(details.definitions):
            words = tuple(_singular(match.group()) for match in WORD.finditer(definition.term))
            if words:
                terms.setdefault(words[0], {}).setdefault(words, place)
        initials = "".join(re.escape(initial) for initial in sorted({word[0] for word in terms}))
        initial = re.compile(rf"(?<!\w)[{initials}]\w*{MORE_OF_WORD}") if initials else None
        return cls(details.definitions, details.references, terms, initial)

    @property
    def memory_bytes(self) -> int:
        return FINDING_BYTES * (1 + len(self.definitions) + len(self.references))

    def defined_for(self, text: str, span: Span) -> list[Definition]:
        """The definitions of the terms that the words at `span` use, in the order of first use; not those that are made in it. Case
        counts, number and possessive do not: "Affiliates" uses "Affiliate". Where several terms begin, the longest is used."""
        found = [self.definitions[place] for place in dict.fromkeys(self._used(text, span))]
        return [each for each in found if not (span.start <= each.term_start and each.term_end <= span.end)]

    def referred_from(self, span: Span) -> list[Reference]:
        """The references inside `span` that lead to a place of this document outside it."""
        return [
            each
            for each in references_in(self.references, span)
            if each.target_start is not None
            and each.target_end is not None
            and not span.contains(Span(each.target_start, each.target_end))
        ]

    def _used(self, text: str, span: Span) -> Iterator[int]:
        """Places of definitions, use by use."""
        at = span.start
        for candidate in self.initial.finditer(text, span.start, span.end) if self.initial else ():
            terms = self.terms.get(_singular(candidate.group()))
            if not terms or candidate.start() < at:
                continue
            following = islice(WORD.finditer(text, candidate.start(), span.end), max(map(len, terms)))
            read = [(_singular(match.group()), match.end()) for match in following]
            held = [term for term in terms if tuple(word for word, _ in read[: len(term)]) == term]
            if held:
                longest = max(held, key=len)
                at = read[len(longest) - 1][1]
                yield terms[longest]


def _singular(word: str) -> str:
    """A word without possessive and the commonest plural; what comes out need not be a word, only the same for both."""
    word = POSSESSIVE.sub("", word)
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
