"""The check of boxes says nothing about good boxes, and names each promise that is broken."""

from __future__ import annotations

from array import array
from dataclasses import replace

from evals.checks.boxes import boxed_chars, random_spans, span_faults, word_faults
from proviso.boxes import PageWords
from proviso.text import Span
from proviso.types.documents import Page
from tests.unit.evals.builders import HEIGHT, WIDTH, on_pages

TEXT, PAGES, WORDS = on_pages("The fee is ten dollars.", "The term is one year.")
ALL = Span(0, len(TEXT))


def checks(words: tuple[PageWords, ...], span: Span = ALL, pages: tuple[Page, ...] = PAGES) -> set[str]:
    return {fault.check for fault in span_faults(TEXT, pages, {page.page: page for page in words}, span)}


def with_box(box: tuple[float, float, float, float]) -> tuple[PageWords, ...]:
    """Every word of the first page in this box."""
    return (replace(WORDS[0], boxes=array("f", box * len(WORDS[0]))), WORDS[1])


def test_good_boxes_have_no_faults_for_any_span() -> None:
    assert list(word_faults(TEXT, PAGES, WORDS)) == []
    for span in random_spans(len(TEXT), 200, "seed"):
        assert checks(WORDS, span) == set()


def test_words_without_boxes_are_found() -> None:
    assert checks((replace(WORDS[0], starts=array("i"), ends=array("i")), WORDS[1])) == {"empty"}


def test_white_space_between_words_needs_no_box() -> None:
    assert checks(WORDS, Span(3, 4)) == set()


def test_a_box_that_leaves_the_page_on_any_side_is_found() -> None:
    for box in ((-1, 10, 20, 20), (10, -1, 20, 20), (10, 10, WIDTH + 1, 20), (10, 10, 20, HEIGHT + 1)):
        assert checks(with_box(box)) == {"outside"}


def test_a_box_without_an_area_is_found() -> None:
    assert checks(with_box((10, 10, 10, 20))) == {"area"}


def test_boxes_of_a_page_of_another_size_are_found() -> None:
    assert checks((replace(WORDS[0], width=500.0), WORDS[1])) == {"pages"}


def test_words_that_stand_on_another_page_are_found() -> None:
    strayed = (replace(WORDS[0], starts=array("i", [30]), ends=array("i", [34])), WORDS[1])
    assert {fault.check for fault in word_faults(TEXT, PAGES, strayed)} == {"words"}


def test_word_boxes_of_other_pages_are_found() -> None:
    assert {fault.check for fault in word_faults(TEXT, PAGES, WORDS[:1])} == {"pages"}


def test_the_share_of_boxed_characters_counts_no_white_space() -> None:
    assert boxed_chars(TEXT, WORDS) == len("".join(TEXT.split()))
    assert boxed_chars(TEXT, WORDS[:1]) == len("Thefeeistendollars.")


def test_random_spans_are_the_same_for_the_same_seed_and_lie_in_the_text() -> None:
    spans = random_spans(100, 50, "7/a.pdf")
    assert spans == random_spans(100, 50, "7/a.pdf") != random_spans(100, 50, "8/a.pdf")
    assert all(0 <= span.start < span.end <= 100 for span in spans)
    assert random_spans(0, 50, "7/a.pdf") == []
