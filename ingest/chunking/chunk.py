"""Canonical text to chunks (floor 4): clauses by their own marks, fitted to the embedder by its own tokenizer.

Every character that is not white space lies in exactly one chunk, and every span comes from the split itself. The
tokenizer is asked once per finished chunk, and for parts only where a chunk does not fit. Embedding and indexing are
not done here.
"""

from __future__ import annotations

import functools
import importlib
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.chunking import phrases
from ingest.chunking.clauses import clauses
from ingest.chunking.cuts import units
from ingest.chunking.outline import Outline, Owner, found_sections
from ingest.chunking.shape import BODY, Shape, Unit
from ingest.chunking.tables import Head, Heads
from proviso.errors import InternalError
from proviso.text import Span
from proviso.types.documents import Block, Chunk, Page, Parsed, Section

SHAPE = Shape()
LEAST_MAX_TOKENS = 32
HEADER_SHARE = 4
"""A section path takes at most this part (a quarter) of the embedder's limit, and is shortened to its number otherwise; the head of a
table that was cut takes as much again, as many of its headings as there is room for."""

TIGHTENINGS = 6
"""How often a piece may be cut again when parts counted alone came to less than the whole."""

Split = Callable[[str, Callable[[str], int], int], list[Span]]


def chunk(
    parsed_text: str,
    blocks: Sequence[Block],
    pages: Sequence[Page],
    sections: Sequence[Section],
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> list[Chunk]:
    """`chunk_parsed`, of a text whose tables nobody knows."""
    parsed = Parsed(parsed_text, tuple(blocks), "", pages=tuple(pages), sections=tuple(sections))
    return chunk_parsed(parsed, count_tokens, max_tokens)


def chunk_parsed(parsed: Parsed, count_tokens: Callable[[str], int], max_tokens: int) -> list[Chunk]:
    """The chunks of a text in order; header and words of each are at most `max_tokens` by `count_tokens`."""
    if max_tokens < LEAST_MAX_TOKENS:
        raise ValueError(f"an embedder with a limit of {max_tokens} tokens cannot hold a clause")
    text, pages = parsed.text, parsed.pages
    pieces = _bounded(text, units(text, parsed.blocks, parsed.sections))
    outline = Outline(parsed.sections or found_sections(text, pieces), len(text))
    fit = _Fit(text, outline, Heads(text, parsed.tables), count_tokens, max_tokens)
    page_starts = [page.start for page in pages]
    out: list[Chunk] = []
    for group in clauses(pieces, SHAPE):
        for piece in fit.fitted(group, fit.room, TIGHTENINGS):
            numbers = _pages(pages, page_starts, piece.start, piece.end)
            owner = piece.owner
            out.append(
                Chunk(
                    len(out), piece.start, piece.end, piece.header, owner.section, owner.heading, *numbers, piece.tokens
                )
            )
    return out


def indexed_text(text: str, chunk: Chunk) -> str:
    """What is embedded and indexed for a chunk of `text`: header and words."""
    return _indexed(chunk.header, text[chunk.start : chunk.end])


def _indexed(header: str, words: str) -> str:
    return f"{header}: {words}" if header else words


def _bounded(text: str, pieces: Sequence[Unit]) -> list[Unit]:
    """`pieces` with those of more characters than a chunk may have split."""
    out: list[Unit] = []
    for unit in pieces:
        if unit.end - unit.start <= SHAPE.longest_unit_chars:
            out.append(unit)
        else:
            out.extend(_split(text, unit, len, SHAPE.most_chars))
    return out


def _split(text: str, unit: Unit, size: Callable[[str], int], limit: int) -> Iterator[Unit]:
    """Parts of a unit; the first opens what the unit opened."""
    for i, span in enumerate(_spans(text[unit.start : unit.end], size, limit)):
        start, end = unit.start + span.start, unit.start + span.end
        yield Unit(start, end, BODY if i else unit.level, opens_paragraph=not i and unit.opens_paragraph)


def _spans(words: str, size: Callable[[str], int], limit: int) -> list[Span]:
    """What is too long, cut at its phrases or words where that is enough, else by LlamaIndex."""
    try:
        return phrases.split(words, size, limit)
    except phrases.TooLong:
        return _splitter()(words, size, limit)


@functools.cache
def _splitter() -> Split:
    """LlamaIndex takes 2 s and 90 MB to load: a process pays at the first run without a blank, not when it starts."""
    split: Split = importlib.import_module("ingest.chunking.oversize").split
    return split


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    owner: Owner
    header: str
    tokens: int


class _Fit:
    """Makes groups of units fit the embedder together with their headers."""

    def __init__(
        self, text: str, outline: Outline, heads: Heads, count_tokens: Callable[[str], int], max_tokens: int
    ) -> None:
        self._text = text
        self._outline = outline
        self._heads = heads
        self._count = count_tokens
        self._max_tokens = max_tokens
        self._most = max_tokens // HEADER_SHARE
        self._paths: dict[Owner, str] = {}
        self._columns: dict[Head, str] = {}
        self.room = max_tokens

    def fitted(self, group: Sequence[Unit], room: int, tightenings: int) -> Iterator[_Piece]:
        """The group as one piece, or as several of at most `room` tokens of words each."""
        piece = self._piece(group)
        if piece.tokens <= self._max_tokens:
            yield piece
            return
        if not tightenings:
            raise InternalError(f"the words at [{piece.start}, {piece.end}) cannot be cut to {self._max_tokens} tokens")
        overhead = piece.tokens - self._count(self._text[piece.start : piece.end])
        room = min(room, self._max_tokens - overhead)
        for part in self._parts(group, room):
            yield from self.fitted(part, max(1, room * 4 // 5), tightenings - 1)

    def _piece(self, group: Sequence[Unit]) -> _Piece:
        start, end = group[0].start, group[-1].end
        owner = self._outline.owner(group)
        header = self._header(owner, self._heads.over(start))
        return _Piece(start, end, owner, header, self._count(_indexed(header, self._text[start:end])))

    def _header(self, owner: Owner, head: Head | None) -> str:
        """The path of the section, and over rows of a table that began before them what its columns are."""
        return " > ".join(part for part in (self._path(owner), self._over(head) if head else "") if part)

    def _path(self, owner: Owner) -> str:
        """The longest path of the owner that leaves most of the embedder's limit to the words."""
        if owner not in self._paths:
            self._paths[owner] = next(each for each in owner.headers if not each or self._count(each) <= self._most)
        return self._paths[owner]

    def _over(self, head: Head) -> str:
        """As much of the head as there is room for, from its beginning."""
        if head not in self._columns:
            lines = (" | ".join(head.words[:count]) for count in range(len(head.words), 0, -1))
            self._columns[head] = next((line for line in lines if self._count(line) <= self._most), "")
        return self._columns[head]

    def _parts(self, group: Sequence[Unit], room: int) -> list[list[Unit]]:
        """`group` in parts of at most `room` tokens, about equal, a unit that is longer alone split."""
        sized = [(unit, self._tokens(unit)) for whole in group for unit in self._within(whole, room)]
        total = sum(tokens for _, tokens in sized)
        share = total / math.ceil(total / room)
        parts: list[list[Unit]] = [[]]
        held = 0
        for unit, tokens in sized:
            if parts[-1] and (held + tokens > room or held + tokens / 2 > share):
                parts.append([])
                held = 0
            parts[-1].append(unit)
            held += tokens
        return parts

    def _within(self, unit: Unit, room: int) -> Iterator[Unit]:
        if self._tokens(unit) <= room:
            yield unit
        else:
            yield from _split(self._text, unit, self._count, room)

    def _tokens(self, unit: Unit) -> int:
        return self._count(self._text[unit.start : unit.end])


def _pages(pages: Sequence[Page], starts: Sequence[int], start: int, end: int) -> tuple[int | None, int | None]:
    """Numbers of the pages that hold the first and the last character; None for formats without pages."""
    if not pages:
        return None, None
    first = max(0, bisect_right(starts, start) - 1)
    last = max(first, bisect_right(starts, end - 1) - 1)
    return pages[first].number, pages[last].number
