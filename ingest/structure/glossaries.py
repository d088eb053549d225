"""Entries of glossaries and lists of abbreviations (floor 4, pure): in sections that are called so, and in tables whose head says so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from proviso.structure import section_at
from proviso.types.documents import Block, Cell, Definition, Section, Table

MARK_CHARS = 16
TERM_CHARS = 60
MIN_ENTRIES = 3
"""Fewer titles in a section called "Terminology" are sub-sections, not entries."""
GLOSSARY = re.compile(
    r"\b(?:definitions?|defined\s+terms|glossary|terminology|abbreviations?|acronyms?|terms\s+and\s+definitions)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\s*(?:terms?|abbreviations?|acronyms?|symbols?|expressions?|defined\s+terms?)\s*", re.IGNORECASE)
_MEANING = re.compile(
    r"\s*(?:definitions?|meanings?|descriptions?|explanations?|expansions?|stands\s+for)\s*", re.IGNORECASE
)
_ENTRY = re.compile(
    rf"\s*(?:[•▪*-]\s+)?(?P<term>[^\W_][^:\n–—.;]{{0,{TERM_CHARS}}}?)(?:\*\*|__)?\s*(?::(?=\s|$)|\s[–—-](?=\s))(?:\*\*|__)?\s*(?P<rest>\S)?"
)


def listed(
    text: str, blocks: Sequence[Block], sections: Sequence[Section], tables: Sequence[Table]
) -> Iterator[Definition]:
    """The entries of all glossaries of a document."""
    for section in sections:
        if GLOSSARY.search(section.title) and section.end > section.start:
            yield from _in_titles(text, sections, section)
            yield from _in_blocks(text, blocks, sections, section)
    for table in tables:
        yield from _in_table(text, sections, table)


def _in_titles(text: str, sections: Sequence[Section], glossary: Section) -> Iterator[Definition]:
    """Entries that are headings of their own, without numbers."""
    first = bisect_left(sections, glossary.start, key=lambda section: section.start)
    last = bisect_left(sections, glossary.end, key=lambda section: section.start)
    inside = [each for each in sections[first:last] if each.level > glossary.level and not each.number and each.title]
    levels = Counter(each.level for each in inside)
    for each in inside:
        if levels[each.level] < MIN_ENTRIES or len(each.title) > TERM_CHARS:
            continue
        # Marks of the format ("#### ") may stand before the title; one that was mended on its way stands nowhere as it is.
        at = text.find(each.title, each.start, min(each.end, each.start + len(each.title) + MARK_CHARS))
        if at >= 0:
            yield _entry(each.title, (at, at + len(each.title)), (each.start, each.end), glossary)


def _in_blocks(
    text: str, blocks: Sequence[Block], sections: Sequence[Section], glossary: Section
) -> Iterator[Definition]:
    """Entries that are paragraphs: "term: words" or "term – words", also with the words in the next paragraph."""
    first = bisect_left(blocks, glossary.start, key=lambda block: block.start)
    last = bisect_left(blocks, glossary.end, key=lambda block: block.start)
    found = []
    for at, block in enumerate(blocks[first:last], first):
        entry = _ENTRY.match(text, block.start, block.end) if block.kind in ("paragraph", "list_item") else None
        if entry is None:
            continue
        alone = entry.group("rest") is None
        if alone and (at + 1 >= last or blocks[at + 1].kind == "heading"):
            continue
        end = blocks[at + 1].end if alone else block.end
        found.append((entry.span("term"), (entry.start("term"), end)))
    if len(found) < MIN_ENTRIES:
        return
    for term, span in found:
        deepest = section_at(sections, term[0]) or glossary
        yield _entry(text[term[0] : term[1]], term, span, deepest)


def _in_table(text: str, sections: Sequence[Section], table: Table) -> Iterator[Definition]:
    """Rows of a table whose first column holds terms: its head says so, or it stands in a glossary and has two columns."""
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, []).append(cell)
    head = [text[cell.start : cell.end] for cell in rows.get(0, [])]
    around = section_at(sections, table.start)
    told = len(head) >= 2 and bool(_HEAD.fullmatch(head[0]) and _MEANING.fullmatch(head[1]))
    inside = around is not None and bool(GLOSSARY.search(around.title)) and table.columns == 2
    if not (told or inside):
        return
    for number, cells in rows.items():
        words = text[cells[0].start : cells[0].end].strip(' \n:"“”')
        head_row = number == 0 and (told or cells[0].header)
        filled = len(cells) >= 2 and cells[1].end > cells[1].start
        if head_row or not filled or not 0 < len(words) <= TERM_CHARS:
            continue
        start = text.index(words, cells[0].start)
        yield _entry(words, (start, start + len(words)), (cells[0].start, cells[-1].end), around)


def _entry(words: str, term: tuple[int, int], span: tuple[int, int], section: Section | None) -> Definition:
    return Definition(" ".join(words.split()), *term, *span, "list", section.path if section else "")
