"""Defined terms and where they are defined (floor 4, pure): "X" means …, … (the "X"), glossaries and lists of abbreviations.

A term is taken only from words that define: quotation marks alone define nothing. The span of a definition ends where its sentence
ends, or its list of items.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.structure.glossaries import listed
from ingest.structure.sentences import sentence_end, sentence_start
from proviso.structure import section_at
from proviso.types.documents import Block, Definition, Section, Table

TERM_CHARS = 80
TERM_WORDS = 10
LEAD_CHARS = 40
LEAD_WORDS = 14
_QUOTED = rf"[\"“]\s?[^\"“”]{{1,{TERM_CHARS}}}[\"”]|‘[^‘’\"“”\n]{{1,{TERM_CHARS}}}’"
_VERB = (
    r"(?:(?:shall|will|is\s+intended\s+to)\s+)?(?:mean(?:s|ing)?\b(?!\s+of)|(?:have|has|bear)\s+the\s+(?:same\s+)?(?:respective\s+)?meanings?\b|"
    r"refers?\s+to\b|(?:is|are|be)\s+defined\s+(?:as|in|to)\b|is\s+deemed\s+to\s+mean\b)"
)
_MEANS = re.compile(
    rf"(?P<terms>(?:{_QUOTED})(?:\s*(?:,|or|and|/|and/or|,\s*(?:or|and))\s*(?:{_QUOTED})){{0,4}})"
    rf"(?:\s*\([^()]{{0,80}}\))?(?:\s+or\s+words\s+of\s+similar\s+\w+)?,?\s+(?:(?:as\s+used|when\s+used|as\s+applied|with\s+respect\s+to|in\s+relation\s+to|for)\s[^.;:]{{1,80}}?,?\s+)?{_VERB}",
)
_PLAIN_MEANS = re.compile(
    r"(?:\(?[a-z0-9]{1,4}[.)]\s+|\d{1,3}(?:\.\d{1,3}){0,4}\.?\s+|[•▪-]\s+)?"
    r"(?P<term>[A-Z][\w’'/&.-]{1,30}(?:\s(?:[A-Z(][\w’'/&.)-]{0,30}|of|and|or|the|to|for|in)){0,7})"
    r",?\s+(?:shall\s+mean|means?|has\s+the\s+meanings?|shall\s+have\s+the\s+meanings?)\b"
)
_NOT_TERMS = frozenset("the this that it which nothing what term party such each any no neither".split())
_PARENTHESIS = re.compile(r"\((?P<inside>[^()]{3,320})\)")
_TERM = re.compile(_QUOTED)
_GLUE = frozenset(
    "the this that these those each a an any all both and or as to in of it its such collectively individually together jointly severally "
    "with hereinafter hereafter herein hereof referred called known defined also sometimes being be is are respectively singly single "
    "separately generally either one may for short purposes agreement following foregoing them other through their at hereto".split()
)
_LEADING = frozenset(
    "the this each a an any collectively individually together hereinafter hereafter herein referred called all".split()
)
_WORD = re.compile(r"[\w’'-]+")
_ARTICLE = re.compile(r"(?:the|this|an?)\s+(?=\S)", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?:the|each\s+of\s+the)\s+)?(?:terms?|words?|phrases?|expressions?|following\s+terms?)\s+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Outlined:
    """What definitions and references are looked for in: the blocks as parsed, so that a sentence is whole, and the sections."""

    text: str
    blocks: Sequence[Block]
    sections: Sequence[Section]
    tables: Sequence[Table] = ()


def find_definitions(document: Outlined) -> tuple[Definition, ...]:
    """All definitions in the order of their terms, one for each place where a term is defined."""
    starts = [block.start for block in document.blocks]
    found: dict[int, Definition] = {}
    for each in _all(document, starts):
        found.setdefault(each.term_start, each)
    return tuple(found[start] for start in sorted(found))


def _all(document: Outlined, starts: list[int]) -> Iterator[Definition]:
    text = document.text
    for match in _MEANS.finditer(text):
        block = _block(document.blocks, starts, match.start())
        if block is None:
            continue
        lead = _LEAD.search(text, max(block.start, match.start() - LEAD_CHARS), match.start())
        end = sentence_end(text, match.end(), block, document.blocks)
        start = lead.start() if lead else match.start()
        for term in _TERM.finditer(text, match.start("terms"), match.end("terms")):
            yield from _definition(document, term.span(), (start, end), "means")
    yield from _unquoted(document)
    for match in _PARENTHESIS.finditer(text):
        block = _block(document.blocks, starts, match.start())
        if block is None or not _defines(match.group("inside")):
            continue
        span = (sentence_start(text, match.start(), block), match.end())
        for term in _TERM.finditer(text, match.start("inside"), match.end("inside")):
            yield from _definition(document, term.span(), span, "parenthesis")
    yield from listed(document.text, document.blocks, document.sections, document.tables)


def _unquoted(document: Outlined) -> Iterator[Definition]:
    """Terms without quotation marks at the start of a paragraph, as bold ones lose them: "Affiliate means …"."""
    for block in document.blocks:
        found = (
            _PLAIN_MEANS.match(document.text, block.start, block.end)
            if block.kind in ("paragraph", "list_item")
            else None
        )
        if found and found.group("term").split()[0].lower() not in _NOT_TERMS:
            end = sentence_end(document.text, found.end(), block, document.blocks)
            yield _made(document, found.span("term"), (found.start("term"), end), "means")


def _definition(document: Outlined, quoted: tuple[int, int], span: tuple[int, int], form: str) -> Iterator[Definition]:
    """The definition of a quoted term, unless what is quoted is no term."""
    start, end = quoted[0] + 1, quoted[1] - 1
    while start < end and document.text[end - 1] in " \n,.;\xa0":
        end -= 1
    while start < end and document.text[start].isspace():
        start += 1
    article = _ARTICLE.match(document.text, start, end)
    start = article.end() if article else start
    words = document.text[start:end].split()
    if words and len(words) <= TERM_WORDS and any(letter.isalnum() for letter in words[0]):
        yield _made(document, (start, end), span, form)


def _made(document: Outlined, term: tuple[int, int], span: tuple[int, int], form: str) -> Definition:
    section = section_at(document.sections, term[0])
    words = " ".join(document.text[term[0] : term[1]].split())
    kind = "means" if form == "means" else "parenthesis"
    return Definition(words, *term, *span, kind, section.path if section else "")  # type: ignore[arg-type]


def _defines(inside: str) -> bool:
    """Whether a parenthesis holds nothing but quoted terms and the words that introduce them; without such words ("i-on") only one
    word or a capitalised one is a term."""
    terms = _TERM.findall(inside)
    if not terms:
        return False
    words = [word.lower() for word in _WORD.findall(_TERM.sub(" ", inside))]
    if not all(word in _GLUE for word in words) or len(words) > LEAD_WORDS:
        return False
    return bool(_LEADING & set(words)) or all(len(term.split()) == 1 or term[1:2].isupper() for term in terms)


def _block(blocks: Sequence[Block], starts: list[int], offset: int) -> Block | None:
    at = bisect_right(starts, offset) - 1
    return blocks[at] if at >= 0 and offset < blocks[at].end else None
