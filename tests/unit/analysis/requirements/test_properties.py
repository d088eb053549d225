"""What holds for every document: spans slice to the words, rows stand in order, nothing used is lost, ids do not change."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.requirements.keywords import keywords_in
from analysis.requirements.requirement import Requirement
from analysis.requirements.sentences import sentences
from proviso.text import Span
from tests.unit.analysis.requirements.builders import Spec, a_spec

WORDS = st.sampled_from(
    "The pump MUST shall not stop if when 5 V at least 3.3 e.g. No. 7 ( ) , ; : . ? \n \t • (a) (b) 1. 2. REQ-1: [R-3] either or and "
    'may should “ ” " Section 4.1 it will'.split(" ")
)
PIECES = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
KINDS = st.sampled_from(("paragraph", "list_item", "table_row", "heading", "footer", "footnote"))
BLOCKS = st.lists(st.tuples(KINDS, PIECES, st.integers(1, 3)), min_size=1, max_size=10)


@given(BLOCKS)
def test_spans_lie_in_the_text_and_rows_in_its_order(blocks: list[tuple[str, str, int]]) -> None:
    spec = a_spec(*blocks)  # type: ignore[arg-type]
    rows = spec.rows()
    assert [row.parts[0].start for row in rows] == sorted(row.parts[0].start for row in rows)
    for above, below in pairwise(rows):
        assert above.parts[-1].end <= below.parts[0].start
    for row in rows:
        _check(spec, row)


def _check(spec: Spec, row: Requirement) -> None:
    assert row.span == Span(row.parts[0].start, row.parts[-1].end)
    assert all(above.end <= below.start for above, below in pairwise(row.parts))
    for part in row.parts:
        assert part.of(spec.text) == part.of(spec.text).strip() != ""
    held = [row.span] + ([row.lead_in] if row.lead_in else [])
    assert all(any(span.contains(keyword.span) for span in held) for keyword in row.keywords)
    inner = [
        *row.conditions,
        *(span for q in row.quantities for span in (q.value, q.unit, q.comparison, q.parameter) if span),
    ]
    assert all(any(part.contains(span) for part in row.parts) and len(span) for span in inner)


@given(BLOCKS)
def test_sentences_are_trimmed_apart_and_in_order(blocks: list[tuple[str, str, int]]) -> None:
    spec = a_spec(*blocks)  # type: ignore[arg-type]
    parts = [part for sentence in sentences(spec.text, spec.blocks, spec.sections) for part in sentence.parts]
    assert all(above.end <= below.start for above, below in pairwise(parts))
    assert all(part.of(spec.text).strip() == part.of(spec.text) for part in parts)


@given(BLOCKS)
def test_each_key_word_of_a_sentence_that_says_something_is_in_a_row(blocks: list[tuple[str, str, int]]) -> None:
    spec = a_spec(*blocks)  # type: ignore[arg-type]
    found = spec.found()
    taken = {keyword.span for row in found.found for keyword in row.keywords}
    for sentence in sentences(spec.text, spec.blocks, spec.sections):
        used = [each for part in sentence.parts for each in keywords_in(spec.text, part)]
        words = len(sentence.span.of(spec.text).split()) - sum(len(each.span.of(spec.text).split()) for each in used)
        if words >= 2 and sentence.span not in found.convention.spans:
            assert {each.span for each in used} <= taken


@given(BLOCKS)
def test_ids_are_unique_and_the_same_each_time(blocks: list[tuple[str, str, int]]) -> None:
    spec = a_spec(*blocks)  # type: ignore[arg-type]
    ids = [row.id for row in spec.rows()]
    assert ids == [row.id for row in spec.rows()]
    assert len(set(ids)) == len(ids)
