"""The check of chunks says nothing about good chunks, and names each promise that is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from evals.checks.chunks import chunk_faults
from ingest.chunking.chunk import indexed_text
from proviso.types.documents import Chunk
from tests.unit.evals.builders import on_pages

TEXT, PAGES, _ = on_pages("The fee is ten dollars.", "The term is one year.")
MAX_TOKENS = 12


def count(text: str) -> int:
    return len(text.split())


def a_chunk(index: int, words: str, header: str = "") -> Chunk:
    start = TEXT.index(words)
    page = next(page.number for page in PAGES if page.start <= start < page.end)
    chunk = Chunk(index, start, start + len(words), header, "", "", page, page, 0)
    return replace(chunk, tokens=count(indexed_text(TEXT, chunk)))


GOOD = (a_chunk(0, "The fee is ten dollars.", "Fees"), a_chunk(1, "The term is one year."))


def checks(*chunks: Chunk) -> set[str]:
    return {fault.check for fault in chunk_faults(TEXT, chunks, PAGES, count, MAX_TOKENS)}


def test_good_chunks_have_no_faults() -> None:
    assert checks(*GOOD) == set()


def test_words_left_out_are_found_at_both_ends_and_between() -> None:
    assert checks(GOOD[0]) == {"cover"}
    assert checks(replace(GOOD[1], index=0)) == {"cover"}
    assert checks(a_chunk(0, "The fee is ten"), GOOD[1]) == {"cover"}


def test_words_in_two_chunks_are_found() -> None:
    assert checks(GOOD[0], replace(a_chunk(1, "dollars."), page_start=1), replace(GOOD[1], index=2)) == {"cover"}


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda chunk: replace(chunk, end=chunk.end + 1), "span"),
        (lambda chunk: replace(chunk, index=7), "span"),
        (lambda chunk: replace(chunk, start=chunk.end), "span"),
        (lambda chunk: replace(chunk, page_end=2), "pages"),
        (lambda chunk: replace(chunk, tokens=chunk.tokens - 1), "limit"),
        (lambda chunk: replace(chunk, header="one two three four five six seven eight nine"), "limit"),
    ],
)
def test_each_broken_promise_is_found(spoil: Callable[[Chunk], Chunk], check: str) -> None:
    assert check in checks(spoil(GOOD[0]), GOOD[1])


def test_a_span_beyond_the_text_is_found() -> None:
    assert checks(GOOD[0], replace(GOOD[1], end=len(TEXT) + 1)) == {"span"}
