"""Cuts a text into units: sentences, items, headings, table rows (floor 4, pure).

Units come in order, do not overlap, and leave out nothing but white space. Where the parser found blocks, they say
where lines end; a line break inside a block is only a wrapped line. Without blocks every line break may be a cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.chunking.shape import BODY, ITEM, NUMBERED, TOP, Unit
from proviso.text import Span
from proviso.types.documents import Block, Section

NAMED = r"(?i:article|section|clause|schedule|exhibit|annex|appendix)[ \t]+(?:[IVXLC]+|\d+(?:\.\d+)*|[A-Z])\b[.:]?"
DOTTED = r"(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|[A-H]\.)(?=\s)"
PLAIN = r"(?:\d{1,2}|[IVX]{1,5})\.(?=\s)|\d{1,2}(?=[ \t]+[\"“]?[A-Z])"
NUMBER = rf"(?:{NAMED}|{DOTTED}|{PLAIN})"
ITEM_MARK = r"(?:\((?:[a-z]{1,2}|[ivx]{1,5}|[A-Z]|\d{1,2})\)|[a-z]\.(?=\s+[\"“(]?[A-Z]))"

LINES = re.compile(r"\n\s*")
PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
SENTENCES = re.compile(
    r"(?=[\s\"”)])(?:"
    rf"(?<=[.;:])\s+(?={NUMBER}\s+[\"“]?[A-Z]|{ITEM_MARK})"
    r"|(?<=[.;])[\"”)]?\s+(?=[\"“(]?[A-Z])"
    r"|(?<=;)\s+"
    r"|\s{64,}"  # the gap between columns
    r")"
)
ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Ltd|Co|Corp|No|Nos|Mr|Mrs|Ms|Dr|St|Sec|Art|v|e\.g|i\.e|[A-Z]))\.$"
    r"|(?:^|\s)(?:\d{1,2}(?:\.\d{1,2})*|[IVX]+|[a-z])\.$"
)
LOOK_BACK = 9

DOTTED_NUMBER = re.compile(r"(?:[A-Z]|\w+(?:\.\w+)+)\.?")
NAMED_START = re.compile(NAMED)
DOTTED_START = re.compile(DOTTED)
PLAIN_START = re.compile(PLAIN)
ITEM_START = re.compile(ITEM_MARK)
CAPITALS = re.compile(r"[A-Z][A-Z0-9 ,&/'’\-]{4,70}[.:]?\s*$")


def units(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> list[Unit]:
    """The units of `text` in order. What a unit begins is taken from sections and headings, and from its own mark."""
    marks = _marks(text, blocks, sections)
    starts = {0, *marks, *_sentence_starts(text, 0, len(text))}
    starts.update(m.end() for m in (PARAGRAPHS if blocks else LINES).finditer(text))
    starts.update(_block_starts(text, blocks))
    out = []
    for span in _trimmed(text, sorted(starts)):
        level = marks.get(span.start) or _level(text, span, trusted=not sections)
        out.append(Unit(span.start, span.end, level, _opens_paragraph(text, span.start)))
    return out


def sentences(text: str) -> list[str]:
    """`text` cut after its sentences; the pieces joined are the text."""
    cuts = [0, *_sentence_starts(text, 0, len(text)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts) if b > a]


def _sentence_starts(text: str, start: int, end: int) -> Iterator[int]:
    for match in SENTENCES.finditer(text, start, end):
        if not ABBREVIATION.search(text, max(start, match.start() - LOOK_BACK), match.start()):
            yield match.end()


def _marks(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> dict[int, int]:
    """Level by position of what sections and heading blocks say begins there; positions skip leading white space."""
    out: dict[int, int] = {}
    found = [(b.start, _depth(b.level)) for b in blocks if b.kind == "heading"]
    found += [(s.start, _rank(s)) for s in sections]
    for start, level in found:
        out[_skip_space(text, start)] = level
    out.pop(len(text), None)
    return out


def _rank(section: Section) -> int:
    """What a section opens, by its printed number: under a document title or an exhibit, 7. is still a top-level clause."""
    number = section.number
    if not number:
        return _depth(section.level)
    if number[0] == "(" or number[0].islower():
        return ITEM
    return NUMBERED if DOTTED_NUMBER.fullmatch(number) else TOP


def _depth(level: int) -> int:
    return min(max(level, TOP), ITEM)


def _block_starts(text: str, blocks: Sequence[Block]) -> Iterator[int]:
    """Where blocks begin; a table cell begins nothing inside its row."""
    row_end = -1
    for block in sorted(blocks, key=lambda each: (each.start, -each.end)):
        if block.kind == "table_row":
            row_end = block.end
        if block.kind != "table_cell" or block.start >= row_end:
            yield _skip_space(text, block.start)
            yield block.end


def _trimmed(text: str, starts: Sequence[int]) -> Iterator[Span]:
    """The spans between cuts without white space around them, those that hold nothing left out."""
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        words = text[start:end]
        kept = words.strip()
        if kept:
            at = start + len(words) - len(words.lstrip())
            yield Span(at, at + len(kept))


def _level(text: str, span: Span, trusted: bool) -> int:
    """What the mark at the start of a unit opens; beside real sections a mark alone opens nothing top-level."""
    words = text[span.start : min(span.end, span.start + 80)]
    own_line = _at_line_start(text, span.start)
    if NAMED_START.match(words) and own_line:
        level = TOP
    elif DOTTED_START.match(words):
        level = NUMBERED
    elif PLAIN_START.match(words) or (own_line and len(words) > LOOK_BACK and CAPITALS.match(words)):
        level = TOP
    else:
        level = ITEM if ITEM_START.match(words) else BODY
    return level if trusted else max(level, NUMBERED)


def _at_line_start(text: str, at: int) -> bool:
    while at > 0 and text[at - 1].isspace():
        if text[at - 1] == "\n":
            return True
        at -= 1
    return at == 0


def _opens_paragraph(text: str, at: int) -> bool:
    """Whether a paragraph begins here; one that goes on over a page break begins with a small letter."""
    if text[at].islower() and not ITEM_START.match(text, at):
        return False
    before = text[max(0, at - 200) : at]
    return not before.strip() or before[len(before.rstrip()) :].count("\n") > 1


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
