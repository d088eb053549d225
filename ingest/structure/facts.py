"""What a contract says of itself (floor 4, pure): title, parties and dates, each with the words that say it. Nothing is inferred from
the name of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.structure.dates import Dated, dates_in
from ingest.structure.parties import Party, parties_in, signatories
from ingest.structure.preamble import Preamble, preamble_of
from proviso.types.documents import Definition, Fact, Section

SIGNED_CHARS = 2500
"""Signature blocks stand in the last part of a contract, before its exhibits."""
COVER_CHARS = 6000
AROUND = 90
_EFFECTIVE_BEFORE = re.compile(
    r"(?:effective\s+(?:as\s+of|date|on|this|from)|(?:shall\s+(?:be|become)|is|are)\s+effective|commenc(?:e|ing)\s+(?:on|as\s+of)|with\s+effect\s+from|effect\s+(?:the|on|this))"
    r"[\s:,]*(?:is\s+|of\s+|the\s+|this\s+|on\s+|as\s+of\s+)*$",
    re.IGNORECASE,
)
_EFFECTIVE_AFTER = re.compile(
    r"[\s,]*\(?(?:the\s+|hereinafter[\w\s,]{0,30})?[\"“](?:the\s+)?(?:Effective|Commencement|Start)\s+Date[\"”]",
    re.IGNORECASE,
)
_DATED_BEFORE = re.compile(
    r"(?:dated(?:\s+for\s+reference)?|made|entered\s+in(?:to|\s+to)?|executed|as\s+of|concluded|signed|agreement)\b[\s:,]*(?:and\s+)?(?:is\s+|effective\s+|(?:entered\s+into|executed|made)\s+)?"
    r"(?:effect\s+|as\s+of\s+|on\s+|this\s+|the\s+|of\s+|effective\s+|dated\s+|at\s+|by\s+|between\s+|this,\s+|[,:]\s*)*$|^\s*(?:dated?:?)\s*(?:as\s+of\s+)?$",
    re.IGNORECASE,
)
_COVER = re.compile(r"(?:^|\n)[ \t\xa0]*(?:dated?|made)(?:\s+as\s+of)?[\s:]*(?:the\s+)?$", re.IGNORECASE)
_DATED = re.compile(r"\bdated\s*:?\s*(?:as\s+of\s*)?:?\s*$", re.IGNORECASE)
_SIGNED = re.compile(r"\bdated?\s*:?\s*(?:as\s+of\s*)?:?\s*$", re.IGNORECASE)
_SIGNATURES = re.compile(r"IN\s+WITNESS\s+WHEREOF|executed\s+(?:this|as\s+of|by)|\n\s*By:|/s/", re.IGNORECASE)
_OTHER_DOCUMENT = re.compile(
    r"\bamendment\b[^;]{0,120}\bto\s+(?:the|that)\b[^;]{0,150}$|\b(?:that\s+certain|pursuant\s+to|between\s+the\s+\w+\s+and)\b[^.]{0,120}$",
    re.IGNORECASE,
)


def find_facts(
    text: str, sections: Sequence[Section], definitions: Sequence[Definition], shown: tuple[int, int] | None
) -> tuple[Fact, ...]:
    """Title (`shown`: where it stands), parties and dates, in this order."""
    preamble = preamble_of(text, sections)
    facts = []
    if shown is not None:
        facts.append(Fact("title", " ".join(text[slice(*shown)].split()), *shown))
    parties = (parties_in(text, preamble) if preamble is not None else []) or signatories(text)
    facts.extend(_party(text, party) for party in parties)
    return (*facts, *_dates(text, preamble, definitions, sections))


def _party(text: str, party: Party) -> Fact:
    return Fact("party", " ".join(text[party.start : party.end].split()), party.start, party.end, party.role)


def _dates(
    text: str, preamble: Preamble | None, definitions: Sequence[Definition], sections: Sequence[Section]
) -> Iterator[Fact]:
    """At most one date for each role but signatures; where two claim to be the effective one, none is."""
    found = [*_opening(text, preamble), *_defined(text, definitions)]
    for role in ("dated", "effective"):
        of_role = [each for each in found if each[0] == role]
        if of_role and len({each[1].iso for each in of_role}) == 1:
            first = of_role[0][1]
            yield Fact("date", first.iso, first.start, first.end, role)
    seen: set[str] = set()
    signatures = list(_signatures(text, sections))
    below = {each.iso for each in signatures if _DATED.search(text, max(0, each.start - 12), each.start)}
    if len(below) == 1 and not any(role == "dated" for role, _ in found):
        last = next(each for each in signatures if each.iso in below)
        yield Fact("date", last.iso, last.start, last.end, "dated")
    for each in signatures:
        if each.iso not in seen:
            seen.add(each.iso)
            yield Fact("date", each.iso, each.start, each.end, "signed")


def _opening(text: str, preamble: Preamble | None) -> Iterator[tuple[str, Dated]]:
    """Dates in the sentence that opens the contract, else on its cover."""
    found: list[tuple[str, Dated]] = []
    if preamble is not None:
        for each in dates_in(text, preamble.start, preamble.end):
            found.extend((role, each) for role in _roles(text, each, preamble.start))
    if not any(role == "dated" for role, _ in found):
        end = preamble.parties if preamble else COVER_CHARS
        for each in dates_in(text, 0, min(end, COVER_CHARS)):
            if _COVER.search(text, max(0, each.start - 40), each.start):
                found.append(("dated", each))
                break
    first = next((each.iso for role, each in found if role == "dated"), None)
    yield from (pair for pair in found if pair[0] != "dated" or pair[1].iso == first)


def _roles(text: str, each: Dated, floor: int) -> list[str]:
    before = text[max(floor, each.start - AROUND) : each.start]
    if _OTHER_DOCUMENT.search(text, max(floor, each.start - 3 * AROUND), each.start):
        return []
    after = _EFFECTIVE_AFTER.match(text, each.end, each.end + AROUND)
    roles = ["effective"] if after or _EFFECTIVE_BEFORE.search(before) else []
    return [*roles, "dated"] if _DATED_BEFORE.search(before) else roles


def _defined(text: str, definitions: Sequence[Definition]) -> Iterator[tuple[str, Dated]]:
    """A definition of the effective date that is a date and nothing else."""
    for definition in definitions:
        if definition.form == "means" and definition.term.casefold() in ("effective date", "commencement date"):
            inside = list(dates_in(text, definition.term_end, definition.end))
            if len(inside) == 1:
                yield "effective", inside[0]


def _signatures(text: str, sections: Sequence[Section]) -> Iterator[Dated]:
    """Dates that stand after "Date:" where the contract is signed, before its exhibits."""
    marks = [mark.start() for mark in _SIGNATURES.finditer(text)]
    if not marks:
        return
    clauses = [section.start for section in sections if section.number[:1].isdigit()]
    first = next((mark for mark in marks if not clauses or mark > clauses[0]), None)
    if first is None:
        return
    for each in dates_in(text, first, first + SIGNED_CHARS):
        if _SIGNED.search(text, max(first, each.start - 12), each.start):
            yield each
