"""Splits what is too long to be one chunk, by LlamaIndex's SentenceSplitter (floor 4, pure).

The splitter gives strings, and the offsets LlamaIndex would attach to them are found again by search, wrong wherever
words repeat (the last of 15 chunks of a text of 2,760 repeated characters claimed to end at 827). Here a cursor walks
the text instead, and every piece is checked. This module is the only one of chunking that loads `llama_index.core` to
cut: 2 s and 90 MB.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from llama_index.core.node_parser import SentenceSplitter

from ingest.chunking.cuts import sentences
from proviso.text import Span

WINDOW_CHARS = 100_000
"""More than this without a unit's end is not prose; it is cut here first, so that no splitter sees megabytes."""

SLACK = 1.15
"""Pieces are made about equal; this much over the equal share may go into one, or the last would be a scrap."""


def split(text: str, size: Callable[[str], int], limit: int) -> list[Span]:
    """Spans of `text`, in order, that leave out only white space and are each at most `limit` by `size`.

    `size` must not grow when a string gets shorter. It is asked for the whole and then for phrases of it.
    """
    out: list[Span] = []
    for start in range(0, len(text), WINDOW_CHARS):
        out.extend(_split_window(text, start, min(len(text), start + WINDOW_CHARS), size, limit))
    return out


def _split_window(text: str, start: int, end: int, size: Callable[[str], int], limit: int) -> list[Span]:
    words = text[start:end]
    whole = size(words)
    if whole <= limit:
        return _spans(text, start, end, [words.strip()])
    share = whole / math.ceil(whole / limit)
    splitter = SentenceSplitter(
        chunk_size=max(1, min(limit, math.ceil(share * SLACK))),
        chunk_overlap=0,
        tokenizer=lambda piece: range(size(piece)),
        paragraph_separator="\n\n",
        chunking_tokenizer_fn=sentences,
        include_metadata=False,
        include_prev_next_rel=False,
    )
    return _spans(text, start, end, splitter.split_text(words))


def _spans(text: str, start: int, end: int, pieces: list[str]) -> list[Span]:
    """Where the pieces stand. Raises ValueError when they are not the text in order, with nothing left out."""
    out = []
    at = start
    for piece in pieces:
        while at < end and text[at].isspace():
            at += 1
        if not text.startswith(piece, at):
            raise ValueError(f"the splitter returned words that do not stand at {at}")
        if piece:
            out.append(Span(at, at + len(piece)))
        at += len(piece)
    if text[at:end].strip():
        raise ValueError(f"the splitter left out words at {at}")
    return out
