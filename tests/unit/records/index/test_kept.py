"""What is kept of chunks is what the index said last, and no more than fits."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from records.index.kept import AT_ONCE, KeptChunks, hits_with
from records.index.messages import brief_frame, brief_in, payloads_frame, payloads_in
from records.index.points import row_of
from records.index.schema import Scored, hits_of
from tests.contracts.indexes import a_point

ROW: list[Any] = ["acme", "doc_1", "ver_1", 0, 0, 9, "2.1", "Term", 1, None]


def test_what_was_asked_for_before_a_write_is_not_kept_after_it() -> None:
    kept = KeptChunks()
    asked = kept.writes
    kept.drop(["a"])
    assert kept.keep({"a": ROW}, asked) == {"a": ("doc_1", "ver_1", 0, 0, 9, "2.1", "Term", 1, None)}
    assert kept.of(["a"]) == {}
    kept.keep({"a": ROW}, kept.writes)
    assert kept.of(["a", "b"]).keys() == {"a"}
    kept.drop(["a"])
    assert kept.of(["a"]) == {}


def test_the_oldest_go_when_there_are_too_many() -> None:
    kept = KeptChunks(most=AT_ONCE + 10)
    for number in range(3 * AT_ONCE):
        kept.keep({str(number): ROW}, kept.writes)
    found = kept.of(map(str, range(3 * AT_ONCE)))
    assert 10 <= len(found) <= AT_ONCE + 10
    assert str(3 * AT_ONCE - 1) in found


LISTS = st.lists(st.tuples(st.integers(0, 20), st.floats(-1, 40, width=32)), max_size=20, unique_by=lambda one: one[0])


@given(LISTS, LISTS)
def test_hits_are_those_that_whole_results_would_give(
    dense: list[tuple[int, float]], sparse: list[tuple[int, float]]
) -> None:
    rows = {point.id: row_of(point) for point in (a_point(number) for number in range(21))}
    ids = list(rows)

    def scored(found: list[tuple[int, float]]) -> list[Scored]:
        return [(ids[at], score, rows[ids[at]].payload) for at, score in found]

    whole = hits_of(scored(dense), scored(sparse))
    brief = brief_in(brief_frame([scored(dense), scored(sparse)]))
    told = payloads_in(payloads_frame({point_id: row.payload for point_id, row in rows.items()}))
    assert hits_with(KeptChunks().keep(told, 0), *brief) == whole


def test_a_point_that_has_gone_meanwhile_is_no_hit() -> None:
    assert hits_with({}, [("a", 0.5)], [("a", 3.0)]) == []
