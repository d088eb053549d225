"""What a passage cannot be understood without (floor 4, pure): definitions of its terms, clauses it refers to, its list or lead-in.

Spans only; what fits a budget is packing's to decide. Definitions of the terms that definitions and referred clauses use are wanted
too, once; what a referred clause refers to is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.context.findings import Findings
from analysis.retrieval.expand import grow
from proviso.structure import sections_around
from proviso.text import Span
from proviso.types.answers import PassageKind
from records.texts import KeptText

ORDER: tuple[PassageKind, ...] = ("hit", "definition", "reference")

REFERENCE_CHARS = 1200
"""A clause referred to is shown with the clause around it up to this; median of 800 targets in CUAD: 1,243."""
MOST_REFERENCE_CHARS = 3000
"""A longer target (an article, an exhibit) shows its beginning, up to `REFERENCE_CHARS`."""
MOST_DEFINITION_CHARS = 2000
"""One definition in a hundred is longer: its paragraph around the term then."""
LIST_CHARS = 2000
LEAD_CHARS = 700

LIST_ITEM = re.compile(r"\s*(?:\(?[a-z]{1,4}[.)]|\(?\d{1,3}[.)]|\d+(?:\.\d+)+|\([A-Z]\)|[-–•*▪●○])\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a document that is packed, and why: found by search, or needed by what was found; `of` names the terms or the
    reference."""

    span: Span
    why: PassageKind | None = None
    """None: the document is read whole."""
    of: tuple[str, ...] = ()


def needs(kept: KeptText, findings: Findings, span: Span) -> Iterator[Piece]:
    """What the words at `span` need: what announces them, definitions in the order of first use, then clauses referred to in that of
    the references."""
    announced = lead_in(kept, span)
    if announced is not None:
        yield Piece(announced, "hit")
    yield from definitions_for(findings, kept, span)
    for reference in findings.referred_from(span):
        assert reference.target_start is not None
        assert reference.target_end is not None
        target = Span(reference.target_start, reference.target_end)
        label = " ".join(reference.label.split())
        yield Piece(_shown_of(kept, target), "reference", (label,))


def definitions_for(findings: Findings, kept: KeptText, span: Span) -> Iterator[Piece]:
    """The definitions of the terms that the words at `span` use."""
    for definition in findings.defined_for(kept.text, span):
        said = Span(min(definition.start, definition.term_start), max(definition.end, definition.term_end))
        if len(said) > MOST_DEFINITION_CHARS:
            said = _paragraph_at(kept.text, Span(definition.term_start, definition.term_end), said)
        yield Piece(said, "definition", (" ".join(definition.term.split()),))


def with_list(text: str, span: Span) -> Span:
    """`span`, and if it ends by announcing a list ("as follows:"), the paragraphs of that list up to `LIST_CHARS` more."""
    if not text[span.start : span.end].rstrip().endswith((":", ":—", ":-")):
        return span
    end, most = span.end, min(len(text), span.end + LIST_CHARS)
    while end < most:
        start = end + _blank(text[end:most])
        newline = text.find("\n", start)
        paragraph = Span(start, len(text) if newline < 0 else newline)
        first = end == span.end
        if paragraph.end > most or not (first or LIST_ITEM.match(text, paragraph.start, paragraph.end)):
            break
        end = paragraph.end
    return Span(span.start, end)


def lead_in(kept: KeptText, span: Span) -> Span | None:
    """The words of the section around `span` that announce it ("The Supplier shall not:"), when they stand outside of it."""
    sections = kept.structure.sections
    for section in reversed(sections_around(sections, span.start)):
        if section.start >= span.start:
            continue
        first = next((s.start for s in sections if section.start < s.start <= span.start), span.start)
        words = kept.text[section.start : first].rstrip()
        if len(words) <= LEAD_CHARS and words.endswith(":"):
            return Span(section.start, section.start + len(words))
    return None


def joined(pieces: Sequence[Piece], new: Piece, gap: int) -> tuple[list[Piece], Piece]:
    """The pieces that are left as they are, and `new` with those it meets: what overlaps becomes one, and so does what lies near and
    is there for the same reason. A hit stays a hit, whatever joins it."""
    rest: list[Piece] = []
    for piece in pieces:
        near = gap if piece.why == new.why else -1
        if piece.span.start <= new.span.end + near and new.span.start <= piece.span.end + near:
            why = min(piece.why, new.why, key=_rank)
            of = [*(piece.of if piece.why == why else ()), *(new.of if new.why == why else ())]
            span = Span(min(piece.span.start, new.span.start), max(piece.span.end, new.span.end))
            new = Piece(span, why, tuple(dict.fromkeys(of)))
        else:
            rest.append(piece)
    return rest, new


def _rank(why: PassageKind | None) -> int:
    return ORDER.index(why) if why else -1


def _shown_of(kept: KeptText, target: Span) -> Span:
    """A clause referred to: whole, with the clause around it if that is short; of a long one the beginning."""
    sections = kept.structure.sections
    if len(target) <= MOST_REFERENCE_CHARS:
        return grow(kept.text, sections, target, REFERENCE_CHARS)
    cut = target.start + REFERENCE_CHARS
    at = max(kept.text.rfind("\n", target.start, cut), kept.text.rfind(". ", target.start, cut) + 1)
    return Span(target.start, at if at > target.start else cut)


def _paragraph_at(text: str, place: Span, most: Span) -> Span:
    start = text.rfind("\n", most.start, place.start) + 1 or most.start
    end = text.find("\n", place.end, most.end)
    shown = Span(start, most.end if end < 0 else end)
    if len(shown) <= MOST_DEFINITION_CHARS:
        return shown
    half = MOST_DEFINITION_CHARS // 2
    return Span(max(shown.start, place.start - half), min(shown.end, place.end + half))


def _blank(text: str) -> int:
    """How many white characters `text` begins with."""
    return len(text) - len(text.lstrip())
