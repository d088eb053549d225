"""What the best passages of several documents add to a question."""

from __future__ import annotations

import math

import pytest

from analysis.retrieval.feedback import Asked, expanded, spokesmen, turned
from analysis.retrieval.recipe import FeedbackWeights
from proviso.types.search import IndexHit, SparseVector, StoredVectors
from tests.unit.analysis.builders import a_hit

FIFTEEN = FeedbackWeights(documents=25, least_documents=15, gate=0.6)
WEIGHTS = FeedbackWeights(terms=2, terms_weight=4.0, vector_weight=1.0)
ASKED = Asked((1.0, 0.0), SparseVector((3, 7), (2.0, 2.0)))


def hits(*scores: float, at: int = 0) -> list[IndexHit]:
    """A passage of one document after the other, by its score."""
    return [a_hit(at, at + 9, f"d{n:02}", dense=None, sparse=score) for n, score in enumerate(scores)]


def speaking(found: list[IndexHit], weights: FeedbackWeights = FIFTEEN) -> list[str]:
    """By words alone."""
    return spokesmen(found, 0.0, weights)


def a_passage(dense: tuple[float, ...], **words: float) -> StoredVectors:
    """`t7=0.5` is token 7."""
    tokens = sorted((int(token[1:]), weight) for token, weight in words.items())
    return StoredVectors(dense, SparseVector(tuple(t for t, _ in tokens), tuple(w for _, w in tokens)))


def alike(token: int) -> float:
    return 1.0


def test_one_passage_of_each_document_speaks_and_it_is_its_best() -> None:
    best = hits(*[0.9] * 20)
    assert speaking([*hits(*[0.8] * 20, at=100), *best]) == [hit.id for hit in best]


def test_no_more_documents_speak_than_wanted() -> None:
    assert len(speaking(hits(*[0.9] * 40))) == 25


@pytest.mark.parametrize(("documents", "spoken"), [(0, 0), (14, 0), (15, 15)])
def test_fewer_than_fifteen_documents_say_nothing(documents: int, spoken: int) -> None:
    assert len(speaking(hits(*[0.9] * documents))) == spoken


@pytest.mark.parametrize(("fifteenth", "spoken"), [(0.59, 0), (0.61, 20)])
def test_a_question_that_one_document_alone_answers_learns_nothing_from_the_others(
    fifteenth: float, spoken: int
) -> None:
    assert len(speaking(hits(1.0, *[0.8] * 13, fifteenth, *[0.1] * 5))) == spoken


def test_the_gate_sees_cosines_as_they_are_and_not_as_they_lie_among_the_candidates() -> None:
    near = [a_hit(0, 9, f"d{n:02}", dense=0.9 - n / 100, sparse=None) for n in range(20)]
    far = [a_hit(0, 9, f"d{n:02}", dense=0.9 if n == 0 else 0.2, sparse=None) for n in range(20)]
    assert len(spokesmen(near, 1.0, FIFTEEN)) == 20
    assert spokesmen(far, 1.0, FIFTEEN) == []


def test_own_words_sum_to_one_and_added_ones_to_their_weight() -> None:
    words = expanded(ASKED, [a_passage((0.0, 1.0), t7=1.0, t9=3.0)], alike, WEIGHTS).words
    assert words.tokens == (3, 7, 9)
    assert words.weights == pytest.approx((0.5, 0.5 + 1.0, 3.0))
    assert sum(words.weights) == pytest.approx(1.0 + WEIGHTS.terms_weight)


def test_the_best_terms_are_added_rare_ones_first_and_ties_by_their_number() -> None:
    passages = [a_passage((0.0, 1.0), t1=1.0, t4=1.0, t5=1.0), a_passage((0.0, 1.0), t5=1.0, t8=1.0)]
    assert expanded(ASKED, passages, alike, WEIGHTS).words.tokens == (1, 3, 5, 7)
    assert expanded(ASKED, passages, lambda token: 9.0 if token == 8 else 1.0, WEIGHTS).words.tokens == (3, 5, 7, 8)


def test_a_question_without_words_has_the_added_ones_alone() -> None:
    words = expanded(Asked((1.0, 0.0), SparseVector((), ())), [a_passage((0.0, 1.0), t9=2.0)], alike, WEIGHTS).words
    assert (words.tokens, words.weights) == ((9,), (4.0,))


def test_passages_without_words_leave_the_questions_own() -> None:
    assert expanded(ASKED, [a_passage((0.0, 1.0))], alike, WEIGHTS).words == SparseVector((3, 7), (0.5, 0.5))


def test_the_vector_turns_towards_the_mean_of_the_passages_and_keeps_its_length() -> None:
    passages = [a_passage((0.0, 1.0)), a_passage((0.0, 1.0))]
    assert expanded(ASKED, passages, alike, WEIGHTS).dense == pytest.approx((math.sqrt(0.5), math.sqrt(0.5)))
    assert turned((1.0, 0.0), (0.0, 1.0), 0.0) == [1.0, 0.0]
    assert math.hypot(*turned((0.6, 0.8), (0.0, 1.0), 0.3)) == pytest.approx(1.0)
    assert turned((1.0, 0.0), (-1.0, 0.0), 1.0) == [0.0, 0.0]
