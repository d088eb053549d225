"""The parties that the opening of a contract names (floor 4, pure), with the names the contract gives them ("Supplier").

A party is words of the text: a name before its definition, or one that ends like a company's. Whoever is only described ("the company
set forth below") is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.structure.preamble import Preamble

NAME_CHARS = 110
NAME_WORDS = 14
_SUFFIX = (
    r"(?:Inc(?:orporated)?|L\.?L\.?C|Ltd|Limited|Corp(?:oration)?|Company|Co|L\.?L\.?P|L\.?P|PLC|plc|N\.?A|N\.?V|B\.?V|GmbH|S\.?A(?:\.S)?|S\.?p\.?A|AG|AB|"
    r"Pty|Trust|Bank|University|Partnership|Association|INC(?:ORPORATED)?|LTD|LIMITED|CORP(?:ORATION)?|COMPANY|CO|TRUST|BANK|UNIVERSITY|PARTNERSHIP|"
    r"ASSOCIATION|KG|SE|Fund|FUND|LTDA|S\.?r\.?l)"
)
_COMPANY = re.compile(
    rf"(?:^|[,;]\s+|\band\s+|\bAND\s+|\n\s*)(?P<name>(?:[A-Z0-9]|[a-z][\w-]{{0,20}}\.\w)[^,;()\n]{{0,80}}?,?\s+{_SUFFIX}\b(?:,?\s+{_SUFFIX}\b)?(?:\.(?=[\s,;(]|$))?(?:\s+[IVX]{{1,4}}\b)?)(?=\s*(?:[,;(\n]|$|\s(?:and|AND|a|an|of|with|located|having|whose)\b))"
)
_SIGNATORY = re.compile(
    rf"\n[ \t]*(?P<name>[A-Z][^\n:;]{{1,100}}?\s{_SUFFIX}\b\.?),?[ \t]*\n\s*(?:[^\n:]{{1,80}}\n\s*){{0,1}}(?:By|BY|Per)[ \t]*:"
)
_EVENT = re.compile(
    r"\((?P<inside>[^()]{2,260})\)|(?:,\s*)?(?:hereinafter|herein|hereafter)\b[^\"“.;()]{0,60}(?P<quoted>[\"“][^\"“”]{1,60}[\"”](?:\s*(?:or|and)\s*[\"“][^\"“”]{1,60}[\"”])*)"
)
_TERM = re.compile(r"[\"“]\s?(?:the\s+)?([^\"“”]{1,60}?)[\s,.]*[\"”]")
_NO_ROLE = re.compile(
    r"(?:this\s+)?(?:\w+\s+)?(?:agreement|amendment|contract|lease|effective\s+date|part(?:y|ies)|date|term|closing|signing\s+date|exhibits?|act|"
    r"affiliates?|system|group\s+members?|member|guaranty|plan|addendum)s?",
    re.IGNORECASE,
)
_CUT = re.compile(
    r",?\s+(?:(?:an?|the)\s+(?:[\w’'.&-]+\s+){0,6}?(?:corporation|company|limited|partnership|trust|bank|association|organi[sz]ation|individual|entity|university|division|"
    r"member|subsidiary|business|firm|joint|public|person|professional|nonprofit|non-profit|citizen|resident|LLC|L\.L\.C|society|institution)|having|with\s+(?:its|an?|offices?|principal|registered|address|place)|"
    r"whose|organi[sz]ed|incorporated\s+(?:in|under)|located|residing|acting|duly|together\s+with|through|on\s+behalf|as\s+(?:the|an?|issuer|depositor|servicer|seller|buyer|agent|"
    r"trustee|borrower|lender|licensor|licensee)\b|its\s|in\s+(?:his|her|its)|whereby|being|at\s+\d|of\s+\d|existing|formerly|f/k/a|maintaining|registered|for\s+itself|and\s+(?:its|all)\s|"
    r"(?:[a-z]+\s+){1,2}(?:corporation|limited\s+(?:liability|partnership))\b|doing\s+business|who\b|represented|under\s+the|which\b|established|by\s+its|on\s+its)|,\s+(?:d/b/a|dba|a\s|an\s)|\s+(?:d/b/a|dba)\s|,\s+(?=\d)|,?\s+of\s+(?=[A-Z\d])|\n\s*(?=\d)|\n\n|,\s*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"[\s,;:.“”\"]*(?:(?:and|by|between|among|the\s+following|parties|\(?\d\)|\(?[a-z]\)|\d\.|on\s+the\s+(?:one|other)\s+(?:hand|part)|"
    r"(?:Client|Customer|Party|Company|Vendor|Supplier|Buyer|Seller|Licensor|Licensee|Principal|Agent|Distributor|Name|Owner|Contractor)(?:\s+(?:Name|A|B))?:)[\s,;:]+)*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:the|a|an|each|any|all|this|that|its|their|our|such|certain|other|those|both|as|in|of|to|for|hereinafter|collectively|individually|together|including|effective|dated|"
    r"with|whose|which|having|is|are|has|jointly|source|page|exhibit|date|agreement|whereas|address|attention|telephone)\b",
    re.IGNORECASE,
)
_NO_PARTY = re.compile(
    r"\b(?:means|between|shall|will|governing)\b|\bthe\s+(?:Company|Bank|Trust|Fund|Corporation)$|\b\d{5}\b|---|:|^(?:INC|LLC|LTD|CORP)\b|^For\s+and\s+on\b|"
    r"\b(?:to|and|of|the|for|by|a|in)$|^(?:Company|Bank|Trust|Fund|Corporation|Limited)$"
)
_THE_NAME = re.compile(r"the\s+(?=[A-Z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Party:
    """A name at `[start, end)` and what the contract calls it."""

    start: int
    end: int
    role: str | None = None


def parties_in(text: str, preamble: Preamble) -> list[Party]:
    """The parties in the order they are named, each name once."""
    found: list[Party] = []
    cursor = preamble.parties
    for event in _EVENT.finditer(text, preamble.parties, preamble.end):
        roles = [term for term in _TERM.findall(event.group()) if not _NO_ROLE.fullmatch(" ".join(term.split()))]
        if not _TERM.search(event.group()):
            continue
        names = list(_names(text, cursor, event.start()))
        cursor = event.end()
        role = next((" ".join(term.split()) for term in roles if term[:1].isupper()), None) or (
            roles[0] if roles else None
        )
        if names and role is not None:
            names[-1] = replace(names[-1], role=role)
        elif found and not names and role is not None and _describes(text, found[-1], cursor):
            found[-1] = replace(found[-1], role=_better(text, found[-1], role))
        found.extend(
            names if role is not None or len(names) > 1 else [name for name in names if _is_company(text, name)]
        )
    rest = text.find("\n\n", cursor, preamble.end) if found else preamble.end
    found.extend(name for name in _names(text, cursor, rest if rest > 0 else preamble.end) if _is_company(text, name))
    return _once(text, found)


def signatories(text: str) -> list[Party]:
    """Where no opening names the parties: the companies over the signature lines."""
    found = [Party(*match.span("name")) for match in _SIGNATORY.finditer(text)]
    return _once(text, [each for each in found if _plausible(text[each.start : each.end])])


def _names(text: str, start: int, end: int) -> Iterator[Party]:
    """The names in a stretch that begins where a party may be named: the first words, and companies listed after them."""
    lead = _LEAD.match(text, start, end)
    first = lead.end() if lead else start
    the = _THE_NAME.match(text, first, end)
    described = text[start:first].strip() == "," and re.match(r",\s+an?\s", text[start : start + 6])
    name = None if described else _name(text, the.end() if the else first, end)
    if name is not None and the is not None:
        name = replace(name, start=the.start()) if text[the.start()].isupper() else name
    if name is not None:
        yield name
    for company in _COMPANY.finditer(text, name.end if name else max(start, first - 2), end):
        other = Party(company.start("name"), company.end("name"))
        if _NO_NAME.match(text, other.start, other.end) is None and _plausible(text[other.start : other.end]):
            yield other


def _name(text: str, start: int, end: int) -> Party | None:
    cut = _CUT.search(text, start, min(end, start + 3 * NAME_CHARS))
    last = cut.start() if cut else end
    if cut is None and end - start > NAME_CHARS:
        return None
    while last > start and text[last - 1] in " \n,;:\xa0":
        last -= 1
    if _NO_NAME.match(text, start, last) or not _plausible(text[start:last]):
        return None
    joined = re.search(rf"\b{_SUFFIX}\b\.?,?\s+(?:and|AND)\s+(?=[A-Z])", text[start:last])
    if joined:
        last = start + len(re.sub(r",?\s+(?:and|AND)\s+$", "", joined.string[: joined.end()]))
    return Party(start, last)


def _plausible(name: str) -> bool:
    words = name.split()
    if not 0 < len(words) <= NAME_WORDS or len(name) > NAME_CHARS or "\n\n" in name:
        return False
    if sum(letter.isalpha() for letter in name) < 2 or "____" in name or re.search(r"[.;:]\s+[a-z]|[\"“”]", name):
        return False
    if _NO_PARTY.search(name) or (re.match(r"\d+\s", name) and not re.search(rf"\b{_SUFFIX}\b\.?$", name)):
        return False
    if sum(len(word) == 1 for word in words) * 2 > len(words):
        return False
    capital = [word for word in words if word[:1].isupper() or word[:1].isdigit() or "." in word[:-1] or "-" in word]
    return len(capital) * 2 >= len(
        [word for word in words if word.lower() not in ("and", "of", "the", "for", "&", "de")]
    ) and bool(capital)


def _is_company(text: str, party: Party) -> bool:
    return bool(re.search(rf"\b{_SUFFIX}\b\.?(?:\s+[IVX]+)?$", text[party.start : party.end]))


def _describes(text: str, party: Party, end: int) -> bool:
    """Whether what follows a party up to here is still about it: no other one is introduced in between."""
    return not re.search(r"(?:;|,|\n)\s*and\s", text[party.end : end], re.IGNORECASE)


def _better(text: str, party: Party, role: str) -> str:
    """Of two names for a party, the one that is a part in the contract ("Reseller") rather than its own name cut short."""
    name = "".join(text[party.start : party.end].split()).casefold()
    old = party.role
    short = old is not None and "".join(old.split()).casefold()[:3] in name
    return role if old is None or short else old


def _once(text: str, found: list[Party]) -> list[Party]:
    kept: dict[str, Party] = {}
    for party in found:
        key = " ".join(text[party.start : party.end].split()).casefold().rstrip(".")
        if key not in kept or (kept[key].role is None and party.role is not None):
            kept[key] = party
    return list(kept.values())
