"""Long blocks cut by LlamaIndex, with offsets that hold on repeated words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking.oversize import split
from proviso.text import Span

REPEATED = "The party shall pay. " * 130


def covered(text: str, spans: list[Span]) -> bool:
    kept = set()
    for span in spans:
        kept.update(range(span.start, span.end))
    return all(char.isspace() or i in kept for i, char in enumerate(text))


def test_offsets_are_right_on_repeated_words() -> None:
    spans = split(REPEATED, lambda words: len(words.split()), 40)
    assert len(spans) > 10
    assert covered(REPEATED, spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert spans[-1].end == len(REPEATED.rstrip())


def test_pieces_are_about_equal_and_end_with_sentences() -> None:
    spans = split(REPEATED, len, 1000)
    sizes = [len(span) for span in spans]
    assert max(sizes) <= 1000
    assert min(sizes) > 500
    assert all(span.of(REPEATED).endswith("pay.") for span in spans)


def test_what_fits_stays_whole() -> None:
    assert split("  A short clause. ", len, 100) == [Span(2, 17)]


@pytest.mark.parametrize("text", ["x" * 5_000, "é" * 120_000, "word " * 50_000], ids=["run", "windows", "words"])
def test_a_run_without_sentences_is_cut_too(text: str) -> None:
    spans = split(text, len, 700)
    assert max(len(span) for span in spans) <= 700
    assert covered(text, spans)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab.;, \n！。\x1c\u2028\u00a0"), max_size=300), st.integers(1, 40))
def test_no_word_is_lost_or_moved(text: str, limit: int) -> None:
    spans = split(text, len, limit)
    assert covered(text, spans)
    assert all(len(span) <= limit for span in spans)
