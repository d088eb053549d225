"""All requirement sentences of a document (floor 4, pure): `requirements(text, blocks, sections)`.

A row is a sentence with a key word of its own, or an item without one whose lead-in binds all items. A lead-in with one key word
whose items are rows is none itself; one whose items are alternatives or examples is one row that holds them. Sentences that say
what the key words mean are none. So every key word that is used is one of the `keywords` of a row.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analysis.requirements.conditions import conditions_in
from analysis.requirements.keywords import convention_of, is_possible, keywords_of
from analysis.requirements.lists import listings, logic_of
from analysis.requirements.naming import names
from analysis.requirements.printed import printed_id
from analysis.requirements.quantities import quantities_in
from analysis.requirements.requirement import Convention, Keyword, Logic, Requirement, Requirements
from analysis.requirements.sentences import Sentence, sentences
from proviso.structure import section_at, sections_around
from proviso.text import Span
from proviso.types.documents import Block, Section

LEAST_WORDS = 2
"""Besides the key word: a cell that says "MUST" or "SHALL NOT" is no sentence."""

NOTE = re.compile(r"[*_\s]*(?:NOTE|Note|EXAMPLE|Example|INFORMATIVE)(?:\s*\d+)?\s*[:.–—-]")
INFORMATIVE = re.compile(r"\b(?:informative|non-?normative)\b", re.IGNORECASE)
SAYS_SO = re.compile(
    r"\b(?:section|annex|appendix|chapter|clause)\s+is\s+(?:\w+\s+)?(?:informative|non-?normative)\b", re.IGNORECASE
)
HEAD_CHARS = 400


@dataclass(slots=True)
class _Draft:
    """A row before it has its id: which sentences it is made of, and what leads it in."""

    sentences: list[int]
    keywords: list[Keyword]
    lead_in: int | None = None
    logic: Logic | None = None
    items: list[Span] = field(default_factory=list)

    @property
    def binding(self) -> list[Keyword]:
        """Those in capitals, or all. Items inherit the last one, the nearest to them."""
        return [each for each in self.keywords if each.capitals] or self.keywords


def requirements(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> Requirements:
    """The requirements of a document in the order of the text, and how it marks what binds. `sections` are in the order of
    their start, as they are kept. The same input gives the same ids."""
    found = sentences(text, blocks, sections)
    convention = convention_of(text, [sentence.span for sentence in found])
    keywords = _keywords(text, found, convention)
    drafts = _drafts(text, found, keywords)
    rows = [_row(text, found, sections, convention, draft) for draft in drafts]
    made = names([row.printed_id.of(text) if row.printed_id else None for row in rows], [row.section for row in rows])
    return Requirements(convention, tuple(replace(row, id=name) for row, name in zip(rows, made, strict=True)))


def _keywords(text: str, found: Sequence[Sentence], convention: Convention) -> list[list[Keyword]]:
    """The key words of each sentence; none for those that only say what the words mean, or say nothing besides."""
    stated = set(convention.spans)
    out = []
    for sentence in found:
        used = [] if sentence.span in stated else keywords_of(text, sentence.parts)
        words = len(sentence.span.of(text).split()) - sum(len(each.span.of(text).split()) for each in used)
        out.append(used if words >= LEAST_WORDS else [])
    return out


def _drafts(text: str, found: Sequence[Sentence], keywords: Sequence[Sequence[Keyword]]) -> list[_Draft]:
    """The rows in the order of the text."""
    by_sentence = {at: _Draft([at], list(used)) for at, used in enumerate(keywords) if used}
    for listing in listings(text, found):
        lead_in = _led_in_by(found, by_sentence, listing.lead_in)
        if lead_in is None or listing.items[0][0] in lead_in.sentences:
            continue
        lead_in.logic = logic_of(text, found, listing, found[lead_in.sentences[0]].span.start, lead_in.keywords)
        inherits = lead_in.logic == "all" and lead_in.sentences[0] == listing.lead_in
        made = [_take(found, by_sentence, item, lead_in, inherits=inherits) for item in listing.items]
        if any(made) and len(lead_in.binding) == 1:
            del by_sentence[listing.lead_in]
    return [by_sentence[at] for at in sorted(by_sentence)]


def _led_in_by(found: Sequence[Sentence], by_sentence: dict[int, _Draft], at: int) -> _Draft | None:
    """The row that a list belongs to: that of its lead-in, or of the sentence just before on the same line, as in "A shall use
    one of several ways. Possible ways are:"."""
    if at not in by_sentence and at > 0 and found[at - 1].line == found[at].line:
        at -= 1
    return by_sentence.get(at)


def _take(
    found: Sequence[Sentence], by_sentence: dict[int, _Draft], item: Sequence[int], lead_in: _Draft, *, inherits: bool
) -> bool:
    """One item of a list: a row of its own when it has key words or inherits those of the lead-in, else a part of the lead-in's.
    What inherits "MUST" is not weakened by a "will" of its own. Tells whether it was made a row that inherits."""
    plain: list[int] = []
    weak: list[Keyword] = []
    for at in item:
        own = by_sentence[at].keywords if at in by_sentence else []
        if own and not (inherits and lead_in.binding[-1].capitals and not any(each.capitals for each in own)):
            break
        plain.append(at)
        weak += own
    for at in plain:
        by_sentence.pop(at, None)
    for at in item[len(plain) :]:
        if at in by_sentence and by_sentence[at].lead_in is None:
            by_sentence[at].lead_in, by_sentence[at].logic = lead_in.sentences[0], lead_in.logic
    lead_in.items.append(Span(found[item[0]].span.start, found[item[-1]].span.end))
    if not inherits or not plain:
        return False
    inherited = lead_in.keywords if len(lead_in.binding) == 1 else lead_in.binding[-1:]
    by_sentence[plain[0]] = _Draft(plain, [*inherited, *weak], lead_in=lead_in.sentences[0], logic=lead_in.logic)
    return True


def _row(
    text: str, found: Sequence[Sentence], sections: Sequence[Section], convention: Convention, draft: _Draft
) -> Requirement:
    first = found[draft.sentences[0]]
    parts = [part for at in draft.sentences for part in found[at].parts]
    section = section_at(sections, parts[0].start)
    printed, parts[0] = printed_id(text, found, draft.sentences[0], parts, section)
    span = Span(parts[0].start, parts[-1].end)
    own = next((each for each in draft.keywords if span.contains(each.span)), None)
    return Requirement(
        id="",
        span=span,
        parts=_adjacent(text, parts),
        keywords=tuple(draft.keywords),
        section=section.path if section else "",
        number=section.number if section else "",
        printed_id=printed,
        lead_in=found[draft.lead_in].span if draft.lead_in is not None else None,
        logic=draft.logic,
        items=() if draft.lead_in is not None and own is None else tuple(draft.items),
        conditions=tuple(
            each for part, key in _keyed(parts, draft) for each in conditions_in(text, part, key.span if key else None)
        ),
        quantities=tuple(each for part, key in _keyed(parts, draft) for each in quantities_in(text, part, key)),
        possible=is_possible(convention, draft.keywords),
        informative=_is_informative(text, sections, first, span),
    )


def _keyed(parts: Sequence[Span], draft: _Draft) -> list[tuple[Span, Keyword | None]]:
    """Each part of the row with its first key word: what stands at the end of a page is read into nothing."""
    return [(part, next((each for each in draft.keywords if part.contains(each.span)), None)) for part in parts]


def _adjacent(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """The parts with those joined that only white space lies between, but for the end of a page."""
    out: list[Span] = []
    for part in parts:
        if out and not text[out[-1].end : part.start].strip():
            out[-1] = Span(out[-1].start, part.end)
        else:
            out.append(part)
    return tuple(out)


def _is_informative(text: str, sections: Sequence[Section], sentence: Sentence, span: Span) -> bool:
    """Whether it stands in a note or an example, or a section around it says that it does not bind."""
    if NOTE.match(text, sentence.span.start, span.end):
        return True
    around = sections_around(sections, span.start)
    return any(INFORMATIVE.search(each.title) or SAYS_SO.search(_head(text, sections, each)) for each in around)


def _head(text: str, sections: Sequence[Section], section: Section) -> str:
    """The first words of a section, not those of a section inside it."""
    below = bisect_right(sections, section.start, key=lambda each: each.start)
    until = sections[below].start if below < len(sections) else section.end
    return text[section.start : min(section.start + HEAD_CHARS, section.end, until)]
