from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proviso.text import Span, canonical, gaps, merged

ENDS = st.tuples(st.integers(0, 60), st.integers(0, 60))
SPANS = st.lists(ENDS.map(lambda ends: Span(min(ends), max(ends))), max_size=12)
WHOLE = ENDS.map(lambda ends: Span(min(ends), max(ends)))
RAW = st.text(st.sampled_from("ab \r\n\x00\x85\u2028\u2029\ud800\udc00\x0c\t🙂é"), max_size=40) | st.text(max_size=60)


def points(spans: list[Span]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end)}


@given(RAW)
def test_canonical_text_is_canonical_already(raw: str) -> None:
    assert canonical(canonical(raw)) == canonical(raw)


@given(RAW)
def test_canonical_text_has_one_kind_of_line_end_and_can_be_stored_anywhere(raw: str) -> None:
    text = canonical(raw)
    assert not set(text) & set("\r\x00\x85\u2028\u2029")
    text.encode()


@given(RAW, RAW)
def test_what_needs_no_change_stays_as_it_is(before: str, after: str) -> None:
    text = canonical(before) + "x" + canonical(after)
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\r\r\nb", "a\n\nb"),
        ("a\u2028b\u2029c\x85d", "a\nb\nc\nd"),
        ("a\x00b\ud800c", "a\ufffdb\ufffdc"),
        ("ﬁrst  “quoted”\t\u00a0—\x0c", "ﬁrst  “quoted”\t\u00a0—\x0c"),
    ],
)
def test_only_line_ends_and_what_cannot_be_stored_are_changed(raw: str, text: str) -> None:
    assert canonical(raw) == text


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 4)])
def test_a_span_cannot_be_backward_or_before_the_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_a_span_is_half_open() -> None:
    span = Span(2, 4)
    assert (span.of("abcdef"), len(span)) == ("cd", 2)
    assert span.overlaps(Span(3, 9))
    assert not span.overlaps(Span(4, 9))
    assert span.contains(Span(2, 4))
    assert not span.contains(Span(2, 5))


@given(SPANS, st.integers(0, 5))
def test_merged_spans_cover_what_they_covered_and_lie_apart(spans: list[Span], gap: int) -> None:
    joined = merged(spans, gap)
    assert points(spans) <= points(joined)
    assert all(before.end + gap < after.start for before, after in pairwise(joined))
    assert all(
        any(span.start == one.start for one in spans) and any(span.end == one.end for one in spans) for span in joined
    )
    assert merged(joined, gap) == joined
    if gap == 0:
        assert points(joined) == points(spans)


@given(SPANS, WHOLE)
def test_gaps_and_what_is_covered_make_the_whole(covered: list[Span], whole: Span) -> None:
    free = gaps(covered, whole)
    inside = points(covered) & points([whole])
    assert points(free) == points([whole]) - inside
    assert all(len(span) for span in free)
    assert merged(free) == free


def test_what_lies_outside_the_whole_covers_nothing() -> None:
    assert gaps([Span(5, 20), Span(30, 40)], Span(0, 10)) == [Span(0, 5)]
    assert gaps([Span(0, 5), Span(50, 60)], Span(10, 20)) == [Span(10, 20)]
    assert gaps([Span(4, 4)], Span(0, 10)) == [Span(0, 10)]
    assert gaps([], Span(3, 3)) == []
