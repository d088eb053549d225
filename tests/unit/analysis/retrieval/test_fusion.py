"""How two lists become one order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.retrieval.fusion import Weights, fuse
from tests.unit.analysis.builders import a_hit

SCORE = st.one_of(st.none(), st.floats(-1, 1, allow_nan=False))


def scores(*pairs: tuple[float | None, float | None]) -> dict[str, float]:
    hits = [a_hit(i, i + 1, id=f"h{i}", dense=dense, sparse=sparse) for i, (dense, sparse) in enumerate(pairs)]
    return {hit.id: pytest.approx(score) for hit, score in fuse(hits)}


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (((0.9, 10.0), (0.5, 5.0), (0.1, 0.0)), {"h0": 1.0, "h1": 0.5, "h2": 0.0}),
        (((0.9, None), (0.1, 8.0)), {"h0": 0.4, "h1": 0.6}),
        (((None, 10.0), (0.6, 5.0), (0.2, None)), {"h0": 0.6, "h1": 0.7, "h2": 0.0}),
        (((0.3, None),), {"h0": 0.4}),
        (((None, 2.0),), {"h0": 0.6}),
        (((None, None),), {"h0": 0.0}),
        (((-0.4, None), (-0.2, None)), {"h0": 0.0, "h1": 0.4}),
    ],
)
def test_words_count_six_tenths_and_meaning_four(
    pairs: tuple[tuple[float | None, float | None], ...], expected: dict[str, float]
) -> None:
    assert scores(*pairs) == expected


def test_equal_scores_come_in_the_order_of_their_ids() -> None:
    hits = [a_hit(0, 1, id=key) for key in ("c", "a", "b")]
    assert [hit.id for hit, _ in fuse(hits)] == ["a", "b", "c"]


def test_other_weights_change_the_order() -> None:
    words, meaning = a_hit(0, 1, id="words", dense=0.1, sparse=9.0), a_hit(1, 2, id="meaning", dense=0.9, sparse=0.5)
    assert fuse([words, meaning])[0][0] is words
    assert fuse([words, meaning], Weights(sparse=0.3, dense=0.7))[0][0] is meaning


def test_nothing_found_is_nothing_fused() -> None:
    assert fuse([]) == []


@given(st.lists(st.tuples(SCORE, SCORE.map(lambda s: None if s is None else abs(s) * 30)), max_size=20))
def test_the_order_does_not_depend_on_how_the_hits_arrive(pairs: list[tuple[float | None, float | None]]) -> None:
    hits = [a_hit(i, i + 1, dense=dense, sparse=sparse) for i, (dense, sparse) in enumerate(pairs)]
    fused = fuse(hits)
    assert fused == fuse(hits[::-1])
    assert all(0.0 <= score <= 1.0 + 1e-9 for _, score in fused)
    assert len(fused) == len(hits)
