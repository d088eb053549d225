"""Windows cover every word of a document once, each within its size, cut where sections begin."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.answering.mapping.windows import Window, cut, halves
from proviso.text import Span
from proviso.types.documents import Section
from records.texts import KeptText
from tests.unit.analysis.builders import a_document, a_section, a_text


def words(text: str) -> int:
    return len(text.split())


def an_agreement(articles: int, clauses: int, words_each: int) -> KeptText:
    """Articles of clauses, a paragraph each."""
    text, sections = "", list[Section]()
    for article in range(1, articles + 1):
        start = len(text)
        text += f"ARTICLE {article}\n"
        inner = []
        for clause in range(1, clauses + 1):
            at = len(text)
            text += f"{article}.{clause} " + "word " * (words_each - 1) + "\n\n"
            inner.append(a_section(f"{article}.{clause}", "", 2, at, len(text)))
        sections += [a_section(str(article), "", 1, start, len(text)), *inner]
    return a_text(text, sections)


def test_a_document_that_fits_is_one_window() -> None:
    kept = an_agreement(2, 2, 10)
    assert cut(kept, words(kept.text), words) == [(Span(0, len(kept.text)), words(kept.text))]


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_a_text_without_words_has_no_window(text: str) -> None:
    assert cut(a_text(text), 100, words) == []


def test_windows_are_cut_at_the_highest_heading_of_their_second_half() -> None:
    kept = an_agreement(6, 4, 50)
    windows = cut(kept, 500, words)
    starts = [kept.text[span.start :].split("\n")[0] for span, _ in windows]
    assert starts == ["ARTICLE 1", "ARTICLE 3", "ARTICLE 5"]


def test_a_section_longer_than_a_window_is_cut_between_its_clauses() -> None:
    kept = an_agreement(1, 30, 50)
    windows = cut(kept, 400, words)
    assert all(kept.text[span.start :].startswith("1.") for span, _ in windows[1:])
    assert all(tokens <= 400 for _, tokens in windows)


def test_a_text_without_sections_is_cut_between_paragraphs() -> None:
    kept = a_text("\n\n".join("word " * 30 + "end." for _ in range(20)))
    windows = cut(kept, 100, words)
    assert all(span.of(kept.text).rstrip().endswith("end.") for span, _ in windows)
    assert max(tokens for _, tokens in windows) <= 100


def test_a_paragraph_longer_than_a_window_is_cut_between_words() -> None:
    kept = a_text("word " * 1000)
    windows = cut(kept, 150, words)
    assert all(span.of(kept.text).startswith("word") for span, _ in windows)
    assert sum(tokens for _, tokens in windows) == 1000


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab \n", max_size=400), st.lists(st.integers(0, 399), max_size=8), st.integers(2, 40))
def test_windows_cover_every_word_once_and_in_order(text: str, starts: list[int], size: int) -> None:
    sections = [a_section(str(at), "", 1 + at % 3, at, len(text)) for at in sorted(set(starts)) if at < len(text)]
    windows = cut(a_text(text, sections), size, len)
    spans = [span for span, _ in windows]
    assert all(one.end <= other.start for one, other in pairwise(spans))
    outside = "".join(text[i] for i in range(len(text)) if not any(s.start <= i < s.end for s in spans))
    assert not outside.strip()
    assert all(tokens <= size for _, tokens in windows)


def test_a_window_is_halved_where_a_section_begins_near_its_middle() -> None:
    kept = an_agreement(4, 2, 50)
    one, other = halves(kept, Window(a_document(), Span(0, len(kept.text)), 400), words)
    assert (one.span.start, one.span.end, other.span.end) == (0, other.span.start, len(kept.text))
    assert kept.text[other.span.start :].startswith("ARTICLE 3")
    assert one.tokens + other.tokens == words(kept.text)


def test_a_window_of_one_word_is_not_halved() -> None:
    window = Window(a_document(), Span(0, 1), 1)
    assert halves(a_text("a"), window, words) == [window]
