"""Grows hits to passages (floor 4, pure): a chunk to the clause it stands in, or to its neighbours, within a limit.

Models find short passages less than long ones (98 → 77 % for one model when the relevant passages are cut small), so
a hit is grown to the largest section around it that is not too long. Growths that meet become one. Choosing what fits
a budget is `analysis.context`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.retrieval.search import Found
from proviso.text import Span
from proviso.types.documents import Section
from records.texts import KeptText

CLAUSE_CHARS = 2000
"""About 450 tokens: some 50 passages in an evidence budget of 24,000."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A passage: the best hit in it, and the span it has grown to."""

    found: Found
    span: Span


def grow(text: str, sections: Sequence[Section], span: Span, limit_chars: int = CLAUSE_CHARS) -> Span:
    """`span` grown within `limit_chars`: to the largest section around it that fits, else to whole paragraphs inside
    the smallest.

    A span that is longer than the limit comes back as it is. The ends are never white space.
    """
    if len(span) >= limit_chars:
        return span
    around = sorted((s for s in sections if s.start <= span.start and span.end <= s.end), key=lambda s: s.end - s.start)
    fitting = [s for s in around if s.end - s.start <= limit_chars]
    if fitting:
        return _trimmed(text, Span(min(fitting[-1].start, span.start), fitting[-1].end), span)
    home = Span(around[0].start, around[0].end) if around else Span(0, len(text))
    return _trimmed(text, _paragraphs(text, span, home, limit_chars), span)


def merge(grown: Sequence[Grown]) -> list[Grown]:
    """`grown` (best first) with those of one version that overlap or touch joined; the joined keep the best hit and
    its place in the order.
    """
    out: list[Grown] = []
    for each in grown:
        joined, rest = each, []
        for other in out:
            if _meet(joined, other):
                span = Span(min(joined.span.start, other.span.start), max(joined.span.end, other.span.end))
                joined = Grown(max((other.found, joined.found), key=lambda found: found.score), span)
            else:
                rest.append(other)
        out = sorted([*rest, joined], key=lambda kept: -kept.found.score)
    return out


def expand(found: Sequence[Found], texts: Mapping[str, KeptText], limit_chars: int = CLAUSE_CHARS) -> list[Grown]:
    """`found` grown and merged; `texts` by document id."""
    grown = []
    for each in found:
        kept = texts[each.document.document_id]
        grown.append(Grown(each, grow(kept.text, kept.structure.sections, each.span, limit_chars)))
    return merge(grown)


def _meet(one: Grown, other: Grown) -> bool:
    same = one.found.document.version_id == other.found.document.version_id
    return same and one.span.start <= other.span.end and other.span.start <= one.span.end


def _paragraphs(text: str, span: Span, home: Span, limit_chars: int) -> Span:
    """`span` with whole paragraphs of `home` added after and before it in turn, as long as they fit."""
    start, end = span.start, span.end
    after, before = end < home.end, start > home.start
    while after or before:
        if after:
            further = _paragraph_end(text, end, home.end)
            after = further - start <= limit_chars
            end = further if after else end
            after = after and end < home.end
        if before:
            earlier = _paragraph_start(text, start, home.start)
            before = end - earlier <= limit_chars
            start = earlier if before else start
            before = before and start > home.start
    return Span(start, end)


def _paragraph_end(text: str, at: int, most: int) -> int:
    """The end of the paragraph that goes on, or begins, at `at`."""
    while at < most and text[at].isspace():
        at += 1
    found = text.find("\n", at, most)
    return most if found < 0 else found


def _paragraph_start(text: str, at: int, least: int) -> int:
    while at > least and text[at - 1].isspace():
        at -= 1
    return text.rfind("\n", least, at) + 1 or least


def _trimmed(text: str, span: Span, core: Span) -> Span:
    """`span` without white space at its ends, never less than `core`."""
    start, end = span.start, span.end
    while start < core.start and text[start].isspace():
        start += 1
    while end > core.end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
