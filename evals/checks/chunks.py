"""Chunks against the canonical text (evals, pure): text equals span, header and words fit, every character in exactly one chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.chunking.chunk import indexed_text
from ingest.chunking.nodes import to_node
from proviso.types.documents import Chunk, Page


@dataclass(frozen=True, slots=True)
class Fault:
    """A promise that does not hold: which one, and where."""

    check: str
    detail: str


def chunk_faults(
    text: str, chunks: Sequence[Chunk], pages: Sequence[Page], count_tokens: Callable[[str], int], max_tokens: int
) -> list[Fault]:
    """What is wrong with the chunks of a text."""
    faults = list(_cover_faults(text, chunks))
    for number, chunk in enumerate(chunks):
        where = f"chunk {number} at [{chunk.start}, {chunk.end})"
        if not 0 <= chunk.start < chunk.end <= len(text) or chunk.index != number:
            faults.append(Fault("span", f"{where} is no span of {len(text)} characters, or is out of order"))
            continue
        faults += (Fault(check, f"{where}: {detail}") for check, detail in _chunk_faults(text, chunk, pages))
        tokens = count_tokens(indexed_text(text, chunk))
        if tokens > max_tokens or tokens != chunk.tokens:
            faults.append(Fault("limit", f"{where}: {tokens} tokens, says {chunk.tokens}, may have {max_tokens}"))
    return faults


def _chunk_faults(text: str, chunk: Chunk, pages: Sequence[Page]) -> Iterator[tuple[str, str]]:
    words = text[chunk.start : chunk.end]
    if words != words.strip() or not words:
        yield "span", "begins or ends with white space"
    node = to_node(text, chunk, "n")
    if (node.text, node.start_char_idx, node.end_char_idx) != (words, chunk.start, chunk.end):
        yield "text", "the node holds other words than the span"
    if indexed_text(text, chunk).removeprefix(f"{chunk.header}: " if chunk.header else "") != words:
        yield "text", "what is embedded holds other words than the span"
    if (chunk.page_start, chunk.page_end) != _pages_of(chunk, pages):
        yield "pages", f"says pages {chunk.page_start} to {chunk.page_end}, stands on {_pages_of(chunk, pages)}"


def _pages_of(chunk: Chunk, pages: Sequence[Page]) -> tuple[int | None, int | None]:
    touched = [page.number for page in pages if page.start < chunk.end and chunk.start < page.end]
    return (touched[0], touched[-1]) if touched else (None, None)


def _cover_faults(text: str, chunks: Sequence[Chunk]) -> Iterator[Fault]:
    """Characters that are not white space and lie in no chunk, or in more than one."""
    at = 0
    for chunk in sorted(chunks, key=lambda each: each.start):
        if chunk.start < at:
            yield Fault("cover", f"[{chunk.start}, {min(at, chunk.end)}) lies in more than one chunk")
        elif text[at : chunk.start].strip():
            yield Fault("cover", f"[{at}, {chunk.start}) lies in no chunk: {text[at : chunk.start].strip()[:60]!r}")
        at = max(at, chunk.end)
    if text[at:].strip():
        yield Fault("cover", f"[{at}, {len(text)}) lies in no chunk: {text[at:].strip()[:60]!r}")
