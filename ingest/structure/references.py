"""Words that refer to another place (floor 4, pure): Section 8.2(b), Article IV, Exhibit A, Table 3, links.

A reference leads to the one section of that number. Where there is none, or more than one, or the words name another document, it
leads nowhere: nothing is guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.structure.definitions import Outlined
from ingest.structure.destinations import Destinations
from proviso.structure import section_at
from proviso.types.documents import Link, Reference, ReferenceKind

_NUMBER = r"(?:\d{1,4}(?:\.\d{1,3}){0,5}|[A-Z](?:\.\d{1,3}){1,5})(?![\d%])(?:\s?\((?:[a-z]{1,4}|[A-Z]|\d{1,2})\)){0,5}"
_PART = r"(?:\((?:[a-z]{1,4}|[A-Z]|\d{1,2})\)){1,4}"
_ROMAN = r"(?:[IVXLC]{1,7}|\d{1,3}|(?i:one|two|three|four|five|six|seven|eight|nine|ten))(?![\w.])"
_NAMED = (
    r"(?:[A-Z](?:\.\d{1,3}){1,4}|[A-Z]{1,2}|[IVXLC]{1,6}|\d{1,3}(?:\.\d{1,3}){0,3})"
    r"(?:-\d{1,2})?(?![\w])(?:\s?\((?:[a-z]{1,4}|\d{1,2})\)){0,3}"
)
_JOIN = r"\s*(?:,\s*(?:and|or)?|and/or|and|or|through|to|&|–|-)\s*"
_KINDS: Mapping[str, ReferenceKind] = {
    "section": "section", "clause": "section", "subsection": "section", "paragraph": "section", "sec": "section", "§": "section",
    "article": "article", "exhibit": "exhibit", "schedule": "schedule", "annex": "annex", "appendix": "appendix",
    "appendices": "appendix", "attachment": "exhibit", "table": "table", "figure": "figure",
}  # fmt: skip
_REFERENCE = re.compile(
    r"(?=[SsſCcPp§AaEeTtFf])(?<!\w)(?:(?<![\w§])(?P<word>(?i:sub-?sections?|sections?|sec\.|clauses?|paragraphs?)|§{1,2})\s*(?:No\.\s*)?"
    rf"(?P<numbers>{_NUMBER}(?:{_JOIN}(?:(?:(?i:sections?|clauses?)\s+)?{_NUMBER}|{_PART}(?!\w))){{0,12}})"
    rf"|(?<!\w)(?P<article>(?:ARTICLE|Article|article)s?|ARTICLES)\s+(?P<romans>{_ROMAN}(?:{_JOIN}{_ROMAN}){{0,8}})"
    r"|(?<!\w)(?P<name>(?:EXHIBIT|Exhibit|exhibit|SCHEDULE|Schedule|schedule|ANNEX|Annex|APPENDIX|Appendix|ATTACHMENT|Attachment)(?:S|s)?|Appendices)"
    rf"\s+[\"“]?(?P<ids>{_NAMED}(?:{_JOIN}{_NAMED}){{0,8}})"
    r"|(?<!\w)(?P<float>Tables?|TABLES?|Figures?|FIGURES?)\s+(?P<counts>(?:[A-Z][.-])?\d{1,3}(?:[.-]\d{1,3})?(?![\w])))"
)
_THIS = re.compile(
    r"\b[Tt]his\s+(?P<what>Section|Article|Clause|Exhibit|Schedule|Annex|Appendix|section|clause)\b(?!\s+[\dIVXA-Z])"
)
_ONE = {
    "numbers": re.compile(rf"(?:(?i:sections?|clauses?)\s+)?(?P<number>{_NUMBER}|{_PART})"),
    "romans": re.compile(rf"(?P<number>{_ROMAN})"),
    "ids": re.compile(rf"(?P<number>{_NAMED})"),
    "counts": re.compile(r"(?P<number>\S+)"),
}
_OWN = re.compile(
    r"\s*,?\s*(?:of|to|in|under)\s+(?:this|the\s+present)\s+\w+|\s+(?:hereof|herein|hereto|hereunder|above|below)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\s*,?\s*(?:respectively,?\s*)?(?:of|to|in|under|from)\s+(?:"
    r"\[[A-Z][^\]\n]{1,40}\]|(?:the\s+)?RFC\s?\d+|"
    r"(?:(?:the|that|certain|such|any|an?|said|its|their|each|of|applicable|related|respective|original|existing|unamended|other)\s+){0,4}"
    r"(?:[A-Z]{3,6}\b(?!\s+[a-z]+ment)|"
    r"(?:(?:[A-Z][\w’'&.-]{0,30}|of|and|for|the|on|Data|\d{4})\s+){0,9}?"
    r"(?:Act|Code|Agreement|Agreements|Law|Laws|Rules|Rule|Regulations?|Lease|Indenture|Plan|Treaty|Directive|Contract|License|Note|Statutes?|Bylaws|"
    r"By-laws|Constitution|Convention|Order|Policy|Manual|Standard|Specification|Guidelines|Addendum|Amendment|Charter|Certificate|U\.S\.C|C\.F\.R)"
    r"\b(?:\s+of\s+(?:1[89]|20)\d\d)?(?:\s*\[[^\]\n]{1,30}\])?))"
)
_CITED_BEFORE = re.compile(
    r"(?:\[[A-Z][\w.:-]{1,30}\]|RFC\s?\d{3,5}|\d+\s+(?:U\.?S\.?C|C\.?F\.?R)\.?|U\.C\.C\.|I\.R\.C\.),?\s+(?:at\s+)?$"
)
_STATUTE = re.compile(r"(?:§|Treas\.\s+Reg\.|U\.S\.C\.)\s*$")
_LAST_PART = re.compile(r"\s?\([^()]{1,4}\)$")
_LEADERS = re.compile(r"[^\n]{0,100}?(?:\.\s?){5,}")
BEFORE_CHARS = 48
OWN_NAMES = frozenset(
    ("Agreement", "Contract", "Lease", "License", "Plan", "Policy", "Addendum", "Specification", "Standard", "Order")
)
"""With "the" before it and nothing more, such a word may be what the document calls itself."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """What can be led to besides sections: links of the file and the places they lead to."""

    links: Sequence[Link] = ()
    anchors: Mapping[str, int] | None = None


def find_references(document: Outlined, pointing: Pointing = Pointing()) -> tuple[Reference, ...]:
    """All references in the order of their start; none overlaps another."""
    places = Destinations(document.text, document.blocks, document.sections, document.tables)
    headings = {section.start for section in document.sections}
    blocks = [(block.start, block.end) for block in document.blocks if block.kind in ("header", "footer")]
    found = [
        each for each in _textual(document, places) if each.start not in headings and not _inside(blocks, each.start)
    ]
    return _with_links(document, found, pointing)


def _textual(document: Outlined, places: Destinations) -> Iterator[Reference]:
    text = document.text
    for match in _REFERENCE.finditer(text):
        if _LEADERS.match(text, match.end(), match.end() + 140):
            continue
        group = next(name for name in _ONE if match.group(name))
        word = match.group("word") or match.group("article") or match.group("name") or match.group("float")
        kind = _kind(word)
        if kind is None:
            continue
        other = _external(text, match, kind)
        yield from _one_by_one(document, places, match, group, kind, other)
    yield from _selves(document, places)


def _one_by_one(
    document: Outlined, places: Destinations, match: re.Match[str], group: str, kind: ReferenceKind, other: int
) -> Iterator[Reference]:
    """Each number of "Sections 3 and 4" is a reference of its own; the first includes the word."""
    text = document.text
    parts = list(_ONE[group].finditer(text, match.start(group), match.end(group)))
    number = ""
    for at, part in enumerate(parts):
        number = _whole(number, part.group("number"))
        start = match.start() if at == 0 else part.start()
        end = part.end()
        if other:
            end = other if at == len(parts) - 1 else end
            yield Reference(start, end, "external", " ".join(text[start:end].split()))
            continue
        made = Reference(start, end, kind, " ".join(text[start:end].split()))
        yield places.resolved(made, number)


def _whole(before: str, number: str) -> str:
    """The whole number of a part: "(b)" after "8.2(a)" is 8.2(b)."""
    if not number.startswith("("):
        return number
    stem = before
    for _ in range(number.count("(")):
        stem = _LAST_PART.sub("", stem)
    return stem + number


def _selves(document: Outlined, places: Destinations) -> Iterator[Reference]:
    for match in _THIS.finditer(document.text):
        kind = _kind(match.group("what"))
        if kind is not None:
            made = Reference(*match.span(), kind, " ".join(match.group().split()))
            yield places.around(made)


def _external(text: str, match: re.Match[str], kind: ReferenceKind) -> int:
    """Where the words end that name another document; 0 when they name none."""
    if kind in ("table", "figure"):
        found = _OTHER.match(text, match.end(), match.end() + 160)
        return found.end() if found and "[" in found.group() else 0
    before = text[max(0, match.start() - BEFORE_CHARS) : match.start()]
    if _CITED_BEFORE.search(before) or _STATUTE.search(before):
        return match.end()
    if _OWN.match(text, match.end(), match.end() + 60):
        return 0
    found = _OTHER.match(text, match.end(), match.end() + 160)
    if found is None:
        return 0
    words = found.group().replace(",", " ").split()
    return 0 if len(words) <= 3 and words[-1] in OWN_NAMES and words[1:2] == ["the"] else found.end()


def _kind(word: str) -> ReferenceKind | None:
    name = word.lower().replace("-", "").rstrip(".")
    if name.startswith("§"):
        return "section"
    return _KINDS.get(name) or _KINDS.get(name.removesuffix("s"))


def _inside(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(spans, (offset, offset + 1 << 40)) - 1
    return at >= 0 and offset < spans[at][1]


def _with_links(document: Outlined, found: list[Reference], pointing: Pointing) -> tuple[Reference, ...]:
    """Links inside the document are references, too; one that covers a reference in words says where that leads."""
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[Reference] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    starts = [each.start for each in kept]
    out = list(kept)
    extra: list[Reference] = []
    for link in pointing.links:
        target = _link_target(document, link, pointing.anchors or {})
        if target is None or link.end <= link.start:
            continue
        at = bisect_left(starts, link.end) - 1
        over = at >= 0 and kept[at].end > link.start
        if over and kept[at].kind != "external":
            out[at] = replace(out[at], target=target[0], target_start=target[1], target_end=target[2])
        elif not over:
            label = " ".join(document.text[link.start : link.end].split())
            extra.append(Reference(link.start, link.end, "link", label, *target))
    return tuple(_apart(sorted([*out, *extra], key=lambda each: each.start)))


def _apart(references: Sequence[Reference]) -> Iterator[Reference]:
    end = 0
    for each in references:
        if each.start >= end:
            yield each
            end = each.end


def _link_target(document: Outlined, link: Link, anchors: Mapping[str, int]) -> tuple[str, int, int] | None:
    """The section that begins at the anchor of a link, or holds it."""
    place = anchors.get(link.target.removeprefix("#")) if link.target.startswith("#") else None
    section = section_at(document.sections, place) if place is not None else None
    return (section.path, section.start, section.end) if section else None
