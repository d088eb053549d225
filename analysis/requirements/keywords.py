"""The words that bind, and those that only speak of such words (floor 4, pure).

"MUST" in quotation marks is mentioned, not used. "May" with a capital letter is a month or a question, not a key word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.requirements.requirement import Convention, Keyword, Strength
from proviso.text import Span

MODALS: dict[str, Strength] = {
    "must": "must",
    "shall": "must",
    "required": "must",
    "should": "should",
    "recommended": "should",
    "may": "may",
    "optional": "may",
    "need": "may",
    "will": "will",
}
OPPOSITE: dict[Strength, Strength] = {
    "must": "must_not",
    "should": "should_not",
    "may": "must_not",
    "will": "will_not",
}
NEGATED: dict[str, Strength] = {"required": "may", "recommended": "should_not", "optional": "must"}
CAPITALS = re.compile(
    r"\b(?:(?P<modal>MUST|SHALL|SHOULD|MAY|WILL)(?P<not>\s+NOT)?|(?P<un>NOT\s+)?(?P<adjective>REQUIRED|RECOMMENDED|OPTIONAL)"
    r"|(?P<free>NEED)\s+NOT)\b"
)
BE = r"(?:is|are|be|been)"
SMALL = re.compile(
    r"\b(?:(?P<modal>must|shall|should|may|will)(?P<not>\s+not)?"
    rf"|{BE}(?P<un>\s+not)?\s+(?:expressly\s+|strictly\s+)?(?:(?P<adjective>required|recommended|optional)|(?P<obliged>oblig(?:at)?ed\s+to)"
    r"|(?P<allowed>permitted\s+to|allowed\s+to)|(?P<forbidden>prohibited|forbidden)))\b"
)
NEITHER = re.compile(r"\bmay\s+or\s+may\s+not\b", re.IGNORECASE)
QUOTES = "\"'“”‘’«»„`"
SPOKEN_OF = re.compile(r"\b(?:an?|the|key\s?words?|terms?|words?)\s+$", re.IGNORECASE)
A_KIND_OF = re.compile(r"[\s-]+(?:levels?|requirements?|statements?|key\s?words?|clauses?)\b", re.IGNORECASE)
STATES = re.compile(
    r"\b(?:interpreted|RFC\s?2119|RFC\s?8174|BCP\s?14|indicates?|denotes?|signif(?:y|ies)|expresses|means?|used\s+(?:to|for|in)|defined\s+as)\b",
    re.IGNORECASE,
)
KEY_WORDS = re.compile(r"\bkey\s?words?\b", re.IGNORECASE)
NOT = re.compile(r"not\b", re.IGNORECASE)
FEW = 3


def keywords_in(text: str, span: Span) -> list[Keyword]:
    """The key words used in the words of `span`, in their order."""
    found = [*_capitals(text, span), *_small(text, span)]
    return sorted(found, key=lambda keyword: keyword.span)


def keywords_of(text: str, parts: Sequence[Span]) -> list[Keyword]:
    """The same for a sentence that may run over the end of a page: a "not" that begins the next page still belongs to its word."""
    out: list[Keyword] = []
    above_end = -1
    for part in parts:
        if out and out[-1].span.end == above_end and NOT.match(text, part.start, part.end):
            out[-1] = replace(out[-1], strength=OPPOSITE.get(out[-1].strength, out[-1].strength))
        out += keywords_in(text, part)
        above_end = part.end
    return out


def states_convention(text: str, span: Span) -> bool:
    """Whether the sentence says what the key words mean: two of them, mentioned, and a verb of meaning."""
    words = span.of(text)
    mentioned = sum(_mentioned(text, Span(*match.span())) for match in _matches(text, span))
    every = sum(1 for _ in CAPITALS.finditer(words))
    return bool(STATES.search(words)) and (mentioned >= 2 or (every >= FEW and bool(KEY_WORDS.search(words))))


def convention_of(text: str, sentences: Sequence[Span]) -> Convention:
    """How the document marks what binds."""
    stated = tuple(span for span in sentences if states_convention(text, span))
    if any(CAPITALS.search(span.of(text)) for span in stated):
        return Convention("stated_capitals", stated)
    capitals = sum(1 for match in CAPITALS.finditer(text) if match["modal"])
    binding = sum(1 for match in SMALL.finditer(text) if match["modal"] in ("must", "shall"))
    if not stated and capitals >= FEW and capitals > binding:
        return Convention("used_capitals")
    return Convention("any_case", stated)


def is_possible(convention: Convention, keywords: Sequence[Keyword]) -> bool:
    """Whether no key word binds by the document's own convention: it is in small letters where capitals bind, or says "will"."""
    weak = ("will", "will_not")
    if convention.custom == "any_case":
        return all(keyword.strength in weak and not keyword.capitals for keyword in keywords)
    return not any(keyword.capitals for keyword in keywords)


def _matches(text: str, span: Span) -> Iterator[re.Match[str]]:
    yield from CAPITALS.finditer(text, span.start, span.end)
    yield from SMALL.finditer(text, span.start, span.end)


def _capitals(text: str, span: Span) -> Iterator[Keyword]:
    for match in CAPITALS.finditer(text, span.start, span.end):
        place = Span(*match.span())
        if not _mentioned(text, place) and not _in_a_name(text, place):
            word = (match["modal"] or match["adjective"] or match["free"]).lower()
            strength = NEGATED[word] if match["un"] else _turned(MODALS[word], bool(match["not"]))
            yield Keyword(place, strength, capitals=True)


def _small(text: str, span: Span) -> Iterator[Keyword]:
    undecided = {match.end() - 3 for match in NEITHER.finditer(text, span.start, span.end)}
    for match in SMALL.finditer(text, span.start, span.end):
        place = Span(*match.span())
        if match["not"] and match.end("not") - 3 in undecided:
            continue
        if not _mentioned(text, place) and (strength := _strength(match)):
            yield Keyword(place, strength, capitals=False)


def _strength(match: re.Match[str]) -> Strength | None:
    """None for "is not required to": nobody is told anything by it that binds."""
    if match["modal"]:
        return _turned(MODALS[match["modal"]], bool(match["not"]))
    if match["forbidden"]:
        return None if match["un"] else "must_not"
    if match["allowed"]:
        return "must_not" if match["un"] else "may"
    if match["un"]:
        return NEGATED[match["adjective"]] if match["adjective"] in ("recommended", "optional") else None
    return "must" if match["obliged"] else MODALS[match["adjective"]]


def _turned(strength: Strength, negated: bool) -> Strength:
    return OPPOSITE[strength] if negated else strength


def _mentioned(text: str, place: Span) -> bool:
    """Whether the word is spoken of: in quotation marks of its own, as "a MUST", or as "SHOULD-level"."""
    before, after = text[max(0, place.start - 1) : place.start], text[place.end : place.end + 2].lstrip(",.;")
    if before and before in QUOTES and after[:1] and after[0] in QUOTES:
        return True
    modal = place.of(text).partition(" ")[0] in ("MUST", "SHALL", "SHOULD", "MAY", "WILL")
    return modal and bool(
        SPOKEN_OF.search(text, max(0, place.start - 12), place.start) or A_KIND_OF.match(text, place.end)
    )


def _in_a_name(text: str, place: Span) -> bool:
    """Whether it is part of something longer: "MAY_FRAGMENT", "<OPTIONAL>", "x=REQUIRED"."""
    around = text[max(0, place.start - 1) : place.start] + text[place.end : place.end + 1]
    return any(sign in "_=<>/" for sign in around)
