"""Splits what is too long to be one chunk at its paragraphs, sentences, phrases or words (floor 4, pure), without loading LlamaIndex.

The pieces are exactly those of `oversize`, LlamaIndex's SentenceSplitter, wherever a word fits by itself, which it nearly
always does; loading LlamaIndex takes 2.5 s of processor time and 90 MB in each reader child. A test holds the two together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from ingest.chunking.cuts import sentences
from proviso.text import Span

PARAGRAPH = "\n\n"
PHRASES = re.compile("[^,.;。？！]+[,.;。？！]?|[,.;。？！]")
WINDOW_CHARS = 100_000
"""More than this without a unit's end is not prose; `oversize` cuts it first, so that no splitter sees megabytes."""

SLACK = 1.15
"""Pieces are made about equal; this much over the equal share may go into one, or the last would be a scrap."""

Size = Callable[[str], int]


class TooLong(ValueError):
    """A word does not fit by itself."""


def chunk_size(whole: int, limit: int) -> int:
    """How large a piece may become when a text of size `whole` is cut into about equal pieces of at most `limit`."""
    return max(1, min(limit, math.ceil(whole / math.ceil(whole / limit) * SLACK)))


def split(text: str, size: Size, limit: int) -> list[Span]:
    """Spans of `text`, in order, that leave out only white space and are each at most `limit` by `size`. Raises TooLong when words are
    not small enough."""
    if len(text) > WINDOW_CHARS:
        raise TooLong(f"{len(text)} characters")
    whole = size(text)
    if whole <= limit:
        return list(_stripped(text, [(0, len(text))]))
    most = chunk_size(whole, limit)
    return list(_stripped(text, _merged(_pieces(text, 0, size, most), most)))


def _pieces(text: str, start: int, size: Size, most: int) -> Iterator[tuple[int, int, int]]:
    """Start, end and size of the largest paragraphs, sentences, phrases or words that fit."""
    own = size(text)
    if own <= most:
        yield start, start + len(text), own
        return
    parts = _parts(text)
    if len(parts) == 1:
        raise TooLong(text)
    for part in parts:
        yield from _pieces(part, start, size, most)
        start += len(part)


def _parts(text: str) -> list[str]:
    """`text` at its paragraphs, else at its sentences, else at its phrases, else at its words."""
    cuts: tuple[Callable[[str], list[str]], ...] = (_paragraphs, sentences, PHRASES.findall, _words)
    parts = [text]
    for cut in cuts:
        parts = cut(text)
        if len(parts) > 1:
            break
    return parts


def _paragraphs(text: str) -> list[str]:
    return _apart(text, PARAGRAPH)


def _words(text: str) -> list[str]:
    return _apart(text, " ")


def _apart(text: str, mark: str) -> list[str]:
    """`text` cut before each mark, which stays with what follows it."""
    parts = [mark + part if i else part for i, part in enumerate(text.split(mark))]
    return [part for part in parts if part]


def _merged(pieces: Iterator[tuple[int, int, int]], most: int) -> Iterator[tuple[int, int]]:
    """Neighbours joined for as long as they fit."""
    begin = end = held = 0
    for start, stop, size in pieces:
        if held and held + size > most:
            yield begin, end
            begin, held = start, 0
        end, held = stop, held + size
    yield begin, end


def _stripped(text: str, spans: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> Iterator[Span]:
    """Without white space around them, those that hold nothing left out."""
    for start, end in spans:
        words = text[start:end]
        kept = words.strip()
        if kept:
            at = start + len(words) - len(words.lstrip())
            yield Span(at, at + len(kept))
