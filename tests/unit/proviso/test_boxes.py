from __future__ import annotations

import contextlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proviso.boxes import MAGIC, PageWords, boxes_of, decode, encode

SIDES = st.floats(0, 2000, width=32)
WORDS = st.lists(
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.integers(0, 500), SIDES, SIDES, SIDES, SIDES),
    max_size=12,
)
Word = tuple[int, int, int, float, float, float, float]


def a_page(words: list[Word], page: int = 1, width: float = 612.0, height: float = 792.0) -> PageWords:
    return PageWords(
        page,
        width,
        height,
        array("i", [word[0] for word in words]),
        array("i", [word[1] for word in words]),
        array("i", [word[2] for word in words]),
        array("f", [side for word in words for side in word[3:]]),
    )


PAGES = st.lists(st.tuples(WORDS, SIDES, SIDES), max_size=4).map(
    lambda pages: [a_page(words, n, width, height) for n, (words, width, height) in enumerate(pages, start=1)]
)
LINES = [
    (0, 4, 0, 72.0, 100.0, 100.0, 112.0),
    (5, 9, 0, 104.0, 99.0, 130.0, 112.0),
    (10, 15, 1, 72.0, 114.0, 110.0, 126.0),
]


@given(PAGES)
def test_pages_are_read_back_as_they_were_written(pages: list[PageWords]) -> None:
    assert decode(encode(pages)) == pages


@given(PAGES, st.sets(st.integers(0, 5)))
def test_only_the_pages_wanted_are_read(pages: list[PageWords], wanted: set[int]) -> None:
    assert decode(encode(pages), wanted) == [page for page in pages if page.page in wanted]


@given(PAGES, st.integers(0, 10_000))
def test_a_file_cut_short_is_refused_and_never_read_in_part(pages: list[PageWords], cut: int) -> None:
    data = encode(pages)
    with pytest.raises(ValueError, match="word boxes"):
        decode(data[: cut % len(data)])


@given(st.binary(max_size=80), st.booleans())
def test_a_file_that_is_no_file_of_boxes_is_refused(junk: bytes, begun: bool) -> None:
    data = (MAGIC if begun else b"") + junk
    with contextlib.suppress(ValueError):
        assert encode(decode(data))


def test_a_page_with_fewer_values_than_words_is_refused() -> None:
    whole = a_page(LINES)
    torn = PageWords(7, 612.0, 792.0, whole.starts, whole.ends, whole.lines[:1], whole.boxes)
    with pytest.raises(ValueError, match=r"page 7 .* for 3 words"):
        decode(encode([torn]))


def test_a_span_has_one_box_a_line() -> None:
    found = boxes_of(a_page(LINES), 2, 12)
    assert found is not None
    assert found.boxes == ((72.0, 99.0, 130.0, 112.0), (72.0, 114.0, 110.0, 126.0))
    assert (found.page, found.width, found.height) == (1, 612.0, 792.0)


def test_a_span_has_boxes_only_where_it_touches_words() -> None:
    page = a_page(LINES)
    assert boxes_of(page, 9, 10) is None
    assert boxes_of(page, 15, 40) is None
    touched = boxes_of(page, 8, 10)
    assert touched is not None
    assert touched.boxes == ((104.0, 99.0, 130.0, 112.0),)


def test_boxes_are_rounded_to_hundredths_of_a_point() -> None:
    found = boxes_of(a_page([(0, 4, 0, 1 / 3, 2 / 3, 10.1, 20.2)]), 0, 4)
    assert found is not None
    assert found.boxes == ((0.33, 0.67, 10.1, 20.2),)


@given(WORDS, st.integers(0, 100), st.integers(0, 100))
def test_every_box_of_a_span_holds_a_word_and_none_is_wider_than_the_words(
    words: list[Word], start: int, end: int
) -> None:
    found = boxes_of(a_page(words), start, end)
    touched = [word for word in words if word[0] < end and start < word[1]]
    assert (found is None) == (not touched)
    if found is not None:
        assert len(found.boxes) == len({word[2] for word in touched})
