"""The opening of a contract (floor 4, pure): the sentence that names it, its date and its parties, and how far it reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from proviso.types.documents import Section

SEARCHED_CHARS = 40_000
BEFORE_CHARS, LONGEST = 500, 3500
MOST_TRIED = 60
QUOTES_WITHIN = 700
_KIND = (
    r"agreement|amendment|addendum|contract|lease|licen[cs]e|indenture|deed|memorandum|guaranty|guarantee|undertaking|statement\s+of\s+work|"
    r"joint\s+venture|plan|terms|certificate|settlement|novation"
)
_BETWEEN = re.compile(r"\b(?:by\s+and\s+)?(?:between|among(?:st)?)\b:?", re.IGNORECASE)
_SAYS = re.compile(rf"\b(?:{_KIND})\b", re.IGNORECASE)
_MADE = re.compile(
    r"\b(?:this|made|entered|dated|effective|executed|is|as\s+of|by|concluded)\b[^.]{0,160}$|\n\s*$|\b(?:agreement|contract)\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    rf"\b(?:this|the\s+following)\s+(?:[\w’'/&,.-]+\s+){{0,14}}?(?:{_KIND})\b|^\W*(?:[\w’'/&,.-]+\s+){{0,9}}(?:{_KIND})\b|\bthis\s+is\s+(?:the|an?)\b",
    re.IGNORECASE,
)
_NOT_PARTIES = re.compile(
    r"\s*(?:the\s+part(?:y|ies)\b|them\b|such\b|two\s|both\s|other\s|us\b|the\s+(?:two|undersigned|date|time|terms|bank|amount)|parties\b|and\s+among\s+them|"
    r"each\s+of\s+the|any\s|its\s|all\s|\d)",
    re.IGNORECASE,
)
_END = re.compile(
    r"\n\s*(?:W\s*I\s*T\s*N\s*E\s*S\s*S\s*E\s*T\s*H|RECITALS?|BACKGROUND|WHEREAS|PREAMBLE|INTRODUCTION|DEFINITIONS|NOW,?\s+THEREFORE|AGREEMENT\s*\n|"
    r"In\s+consideration|The\s+parties\s+(?:hereto\s+)?agree)|\bWHEREAS\b|\bNOW,?\s+THEREFORE\b|\bWITNESSETH\b|"
    r"(?<=[.”\"])\s+(?:In\s+consideration|The\s+parties\s+agree|RECITALS|BACKGROUND)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    rf"\b(?:This|THIS)\s+(?P<title>(?:(?:[A-Z][\w&’'/,.-]*|and|of|for|to|the|No\.|\d+)\s+){{1,9}}?(?i:{_KIND}))\b(?!\s+(?:Term|Date|Year)\b)"
)


@dataclass(frozen=True, slots=True)
class Preamble:
    """`start`: the sentence that opens the contract; `parties`: right behind "between"; `end`: where the recitals or clauses begin.
    `title`: what the sentence calls the contract, as a span; empty when it is only "this Agreement"."""

    start: int
    parties: int
    end: int
    title: tuple[int, int]


def preamble_of(text: str, sections: Sequence[Section]) -> Preamble | None:
    """The opening, or None where no sentence says between whom the contract is."""
    first: Preamble | None = None
    numbered = [
        section.start for section in sections if section.number[:1].isdigit() or section.number.startswith("ARTICLE")
    ]
    for between in islice(_BETWEEN.finditer(text, 0, SEARCHED_CHARS), MOST_TRIED):
        start = max(0, between.start() - BEFORE_CHARS)
        before = text[start : between.start()]
        if not _SAYS.search(before) or not _MADE.search(before) or _NOT_PARTIES.match(text, between.end()):
            continue
        sentence = re.split(r"\n\n|(?<=[a-z)”\"])[.;]\s", before)[-1]
        if not _OPENS.search(sentence.strip() or before.rstrip().rpartition("\n\n")[2]):
            continue
        found = _preamble(text, start, between, numbered)
        if re.search(r"[\"“]", text[between.end() : min(found.end, between.end() + QUOTES_WITHIN)]):
            return found
        first = first or found
    return first


def _preamble(text: str, start: int, between: re.Match[str], numbered: Sequence[int]) -> Preamble:
    stop = _END.search(text, between.end(), between.end() + LONGEST)
    clause = next((at for at in numbered if at > between.end() + 40), len(text))
    end = min(stop.start() if stop else len(text), clause, between.end() + LONGEST)
    opening = text.rfind("\n\n", start, between.start())
    titles = list(_TITLE.finditer(text, start, between.start()))
    opening = titles[-1].start() if titles else opening + 2 if opening >= 0 else start
    return Preamble(opening, between.end(), end, titles[-1].span("title") if titles else (opening, opening))
