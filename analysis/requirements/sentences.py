"""Sentences of a specification as spans (floor 4, pure): out of blocks, over lines that wrap and over the end of a page.

Abbreviations and numbers with points end none. Each line that does not wrap, each cell of a row and each item stands alone, so
that code and tables join no sentence. Headings, the head and foot of pages and lines that a section begins with are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.requirements.naming import id_at_start
from proviso.text import Span
from proviso.types.documents import Block, Section

READ = ("heading", "paragraph", "list_item", "table_row", "table_cell", "footnote")
ROWS = ("table_row", "table_cell")
WIDEST_WRAPPED_CHARS = 130
FULL_LINE = 0.9
"""A line that the next word would make longer than this share of the widest may go on although that begins with a capital letter."""

MARKER = re.compile(
    r"(?:\((?:[A-Za-z]|\d{1,3}|[ivxlc]{1,6})\)|(?:[A-Za-z]|[ivxlc]{2,6})\)|[a-z]\.|\d{1,3}[.)]|\d{1,3}(?:\.\d{1,3})+[.)]?"
    r"|[•◦▪‣·●■□○*+\uf0b7\uf0a7–—-])[ \t\xa0]+"
)
STOP = re.compile(r"[.?!][\"”’)\]*_]*(?=\s|$)")
STARTS = re.compile(r"\s+[\"“‘'(\[*_<`]*(?:[A-Z0-9]|$)|\s*$")
NEVER = re.compile(
    r"(?:\b(?:e\.\s?g|i\.\s?e|cf|viz|vs?|resp|approx|ca|incl|excl|Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Corp|Co|al|[A-Z]\.\s?[A-Z])"
    r"|\b[A-Z][a-z]+ [A-Z])\.$"
)
BEFORE_NUMBER = re.compile(
    r"\b(?:Nos?|nos?|Figs?|Secs?|Sects?|Arts?|Eqs?|Refs?|Tabs?|Tbl|Vol|Ch|Chap|App|pp?|para|paras|min|max|typ|ver|rev|Rev|Ver|Pt|Cl|Reg)\.$"
)
LETTERED = re.compile(
    r"\b(?:Appendix|Section|Annex|Class|Type|Figure|Table|Step|Option|Level|Part|Exhibit|Schedule|Category|Group) [A-Z]\.$"
)
BACK_CHARS = 16
QUOTATION_CHARS = 120
ENDED = re.compile(r"(?:[.:;?!…][\"”’)\]*_]*|\|)\s*$")
NAMES_A_NUMBER = re.compile(
    r"(?:\b(?:Sections?|Tables?|Figures?|Appendix|Chapter|Clauses?|Annex|Part|Step|Steps|Version|than|least|most|to)|[(\[])$",
    re.IGNORECASE,
)
INNER_NUMBER = re.compile(r"\d+(?:\.\d+)+\)?|\d+\)")
SENTENCE_LIKE = re.compile(r"\s\S+\s+\S*[a-z)][.;:]\s*$")
GOES_ON = re.compile(
    r"(?:[,–—-]|\b(?:and|or|and/or|the|an?|of|to|in|by|with|for|from|that|which|must|shall|should|may|will|not))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in one part or, over the end of a page, two. `marker` is the sign of the item that it begins ("(a)", "•"), and
    `item` says whether it belongs to one; `line` counts blocks, lines and cells: sentences of one have the same.
    `page` is that of its end, where there are pages."""

    parts: tuple[Span, ...]
    line: int
    row: int | None
    marker: str = ""
    item: bool = False
    page: int | None = None

    @property
    def span(self) -> Span:
        return Span(self.parts[0].start, self.parts[-1].end)


def sentences(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> list[Sentence]:
    """The sentences of a document in the order of the text."""
    found: list[Sentence] = []
    headings = {section.start: section for section in sections}
    number = 0
    for at, block in enumerate(blocks):
        if block.kind not in READ:
            continue
        for line in _lines(text, block):
            number += 1
            if block.kind not in ROWS and _is_heading(text, line, block, headings):
                continue
            for sentence in _of_line(text, line, number, at if block.kind in ROWS else None):
                placed = replace(sentence, page=block.page)
                if found and block.kind == "paragraph" and _follows(text, found[-1], placed):
                    found[-1] = replace(found[-1], parts=(*found[-1].parts, *placed.parts), page=block.page)
                else:
                    found.append(placed)
    return found


def _is_heading(text: str, line: Span, block: Block, headings: dict[int, Section]) -> bool:
    """Whether it is the first line of a heading, or a section begins with it and it says no more than number and title. A line
    that ends as a sentence does is none, whatever it looks like: "3.2 The system shall log each access."."""
    if SENTENCE_LIKE.search(line.of(text)):
        return False
    section = headings.get(line.start)
    if block.kind == "heading" and line.start == block.start:
        return True
    if section is None or not section.title:
        return False
    rest = "".join(line.of(text).split()).removeprefix("".join(section.number.split()))
    return rest.strip(".:-–— ") == "".join(section.title.split()).strip(".:-–— ")


def _lines(text: str, block: Block) -> Iterator[Span]:
    """The cells of a row, or what stands between line ends that no sentence goes over."""
    if block.kind in ROWS:
        yield from _trimmed(text, _cut(text, Span(block.start, block.end), "\t"))
        return
    lines = _cut(text, Span(block.start, block.end), "\n")
    widest = max((len(line) for line in lines), default=0)
    held: Span | None = None
    for line in lines:
        if held is not None and _wraps(text, held, line, widest):
            held = Span(held.start, line.end)
        else:
            if held is not None:
                yield from _trimmed(text, [held])
            held = line
    if held is not None:
        yield from _trimmed(text, [held])


def _wraps(text: str, above: Span, line: Span, widest: int) -> bool:
    """Whether a sentence may go on over this line end."""
    start = max(above.start, text.rfind("\n", above.start, above.end) + 1)
    last = text[start : above.end].rstrip()
    words = line.of(text).strip()
    if not words or not last or id_at_start(text, line) or _begins_item(last, words):
        return False
    full = widest <= WIDEST_WRAPPED_CHARS and len(last) + 1 + len(words.split()[0]) > FULL_LINE * widest
    if ENDED.search(last) and not _abbreviates(text, start + len(last), words):
        return (last[-1] == ";" and words[0].islower()) or (full and last[-1] != ":")
    return words[0].islower() or bool(GOES_ON.search(last)) or full


def _begins_item(last: str, words: str) -> bool:
    """Whether a line begins an item, and not with the number of what the line above names: "… (Section" and "5.4.1) of type"."""
    marker = MARKER.match(words)
    if marker is None:
        return False
    goes_on = NAMES_A_NUMBER.search(last) or (INNER_NUMBER.fullmatch(marker.group().strip()) and not ENDED.search(last))
    return not goes_on


def _of_line(text: str, line: Span, number: int, row: int | None) -> Iterator[Sentence]:
    marker = MARKER.match(text, line.start, line.end)
    item = bool(marker) and row is None
    start = marker.end() if marker and row is None else line.start
    sign = marker.group().strip() if marker and row is None else ""
    for place in _split(text, Span(start, line.end)):
        yield Sentence((place,), number, row, sign, item)
        sign = ""


def _split(text: str, line: Span) -> Iterator[Span]:
    start = line.start
    for stop in STOP.finditer(text, line.start, line.end):
        ends = STARTS.match(text, stop.end(), line.end) and not _in_quotation(text, start, stop.end(), line.end)
        if ends and not _abbreviates(text, stop.start() + 1, text[stop.end() : line.end]):
            yield from _trimmed(text, [Span(start, stop.end())])
            start = stop.end()
    yield from _trimmed(text, [Span(start, line.end)])


def _in_quotation(text: str, start: int, at: int, end: int) -> bool:
    """Whether words in quotation marks go on behind `at`, and end nearby."""
    near = min(end, at + QUOTATION_CHARS)
    straight = text.count('"', start, at) % 2 == 1 and text.find('"', at, near) >= 0
    curly = text.rfind("“", start, at) > text.rfind("”", start, at) and text.find("”", at, near) >= 0
    return straight or curly


def _abbreviates(text: str, end: int, rest: str) -> bool:
    """Whether the point that ends at `end` belongs to an abbreviation, as the words before and after it show."""
    before = text[max(0, end - BACK_CHARS) : end]
    if not before.endswith(".") or LETTERED.search(text, max(0, end - 2 * BACK_CHARS), end):
        return False
    following = rest.lstrip()[:1]
    if BEFORE_NUMBER.search(before):
        return following.isdigit() or following == "("
    return bool(NEVER.search(before)) and following != ""


def _follows(text: str, above: Sentence, sentence: Sentence) -> bool:
    """Whether a sentence goes on with this one on another page: it did not end, and this begins in small letters."""
    if sentence.page is None or sentence.page == above.page or sentence.marker or above.row is not None:
        return False
    return not ENDED.search(above.parts[-1].of(text)) and sentence.span.of(text)[0].islower()


def _cut(text: str, span: Span, sign: str) -> list[Span]:
    out, start = [], span.start
    while (at := text.find(sign, start, span.end)) >= 0:
        out.append(Span(start, at))
        start = at + 1
    return [*out, Span(start, span.end)]


def _trimmed(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans without the white space around them; none is empty."""
    for span in spans:
        words = span.of(text)
        left, length = len(words) - len(words.lstrip()), len(words.strip())
        if length:
            yield Span(span.start + left, span.start + left + length)
