"""How two lists become one order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.retrieval.fusion import covered_share, dense_share, fuse
from analysis.retrieval.recipe import FusionWeights
from tests.unit.analysis.builders import a_hit

SCORE = st.one_of(st.none(), st.floats(-1, 1, allow_nan=False))
WEIGHTS = FusionWeights(dense_least=0.4, dense_most=0.7, covered=0.3, uncovered=0.2)


def scores(*pairs: tuple[float | None, float | None]) -> dict[str, float]:
    """Rounded, by id."""
    hits = [a_hit(i, i + 1, id=f"h{i}", dense=dense, sparse=sparse) for i, (dense, sparse) in enumerate(pairs)]
    return {hit.id: round(score, 9) for hit, score in fuse(hits, 0.4)}


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
def test_meaning_counts_its_share_and_words_the_rest(
    pairs: tuple[tuple[float | None, float | None], ...], expected: dict[str, float]
) -> None:
    assert scores(*pairs) == expected


def test_equal_scores_come_in_the_order_of_their_ids() -> None:
    hits = [a_hit(0, 1, id=key) for key in ("c", "a", "b")]
    assert [hit.id for hit, _ in fuse(hits, 0.4)] == ["a", "b", "c"]


def test_another_share_changes_the_order() -> None:
    words, meaning = a_hit(0, 1, id="words", dense=0.1, sparse=9.0), a_hit(1, 2, id="meaning", dense=0.9, sparse=0.5)
    assert fuse([words, meaning], 0.4)[0][0] is words
    assert fuse([words, meaning], 0.7)[0][0] is meaning


def test_with_a_least_cosine_scores_do_not_depend_on_the_other_candidates() -> None:
    one = [a_hit(0, 1, id="a", dense=0.8), a_hit(0, 1, id="b", dense=0.4)]
    two = [*one, a_hit(0, 1, id="c", dense=0.1)]
    assert {hit.id: score for hit, score in fuse(one, 1.0, least_cosine=0.0)} == {"a": 1.0, "b": 0.5}
    assert fuse(two, 1.0, least_cosine=0.0)[:2] == fuse(one, 1.0, least_cosine=0.0)
    assert fuse([a_hit(0, 1, dense=-0.2)], 1.0, least_cosine=0.0)[0][1] == 0.0


def test_nothing_found_is_nothing_fused() -> None:
    assert fuse([], 0.4) == []


@pytest.mark.parametrize(
    ("coverage", "covered", "dense"),
    [(0.0, 0.0, 0.7), (0.2, 0.0, 0.7), (0.25, 0.5, 0.55), (0.3, 1.0, 0.4), (0.9, 1.0, 0.4)],
)
def test_the_less_a_questions_words_are_found_the_more_the_cosine_counts(
    coverage: float, covered: float, dense: float
) -> None:
    assert covered_share(coverage, WEIGHTS) == pytest.approx(covered)
    assert dense_share(coverage, WEIGHTS) == pytest.approx(dense)


@given(
    st.lists(st.tuples(SCORE, SCORE.map(lambda s: None if s is None else abs(s) * 30)), max_size=20), st.floats(0, 1)
)
def test_the_order_does_not_depend_on_how_the_hits_arrive(
    pairs: list[tuple[float | None, float | None]], dense: float
) -> None:
    hits = [a_hit(i, i + 1, dense=cosine, sparse=sparse) for i, (cosine, sparse) in enumerate(pairs)]
    fused = fuse(hits, dense)
    assert fused == fuse(hits[::-1], dense)
    assert all(0.0 <= score <= 1.0 + 1e-9 for _, score in fused)
    assert len(fused) == len(hits)
