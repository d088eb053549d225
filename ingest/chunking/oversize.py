"""Splits what is too long to be one chunk, by LlamaIndex's SentenceSplitter (floor 4, pure).

The splitter gives strings, and the offsets LlamaIndex would attach to them are found again by search, wrong wherever
words repeat (the last of 15 chunks of a text of 2,760 repeated characters claimed to end at 827). Here a cursor walks
the text instead, and every piece is checked. Asked only for what `phrases` cannot cut, such as a run without a blank.
This module is the only one of chunking that loads `llama_index.core` to cut: 2 s and 90 MB.
"""

from __future__ import annotations

from collections.abc import Callable

from llama_index.core.node_parser import SentenceSplitter

from ingest.chunking.cuts import sentences
from ingest.chunking.phrases import PARAGRAPH, WINDOW_CHARS, chunk_size
from proviso.text import Span


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
    splitter = SentenceSplitter(
        chunk_size=chunk_size(whole, limit),
        chunk_overlap=0,
        tokenizer=lambda piece: range(size(piece)),
        paragraph_separator=PARAGRAPH,
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
