"""The turns before a question: condensed by rule and told, and follow-ups searched with the question before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.context.history import SHORTENED, condense, searched_as, shorter, stands_alone
from proviso.types.chat import Message

LONG = "Either party may terminate on sixty days' notice [1]. " + "The notice must be in writing [2][3]. " * 40


def words(text: str) -> int:
    return len(text.split())


def turns(count: int, answer: str = LONG) -> list[Message]:
    return [m for i in range(count) for m in (Message("user", f"Question number {i}?"), Message("assistant", answer))]


def test_a_history_that_fits_stays_as_it_is() -> None:
    history = turns(3)
    condensed = condense(history, words, 10_000)
    assert condensed.kept == tuple(history)
    assert (condensed.counts.shortened, condensed.left_out, condensed.told()) == (0, 0, [])


def test_the_oldest_answers_are_shortened_first_and_every_question_is_kept() -> None:
    history = turns(4)
    condensed = condense(history, words, sum(words(m.content) for m in history) - 100)
    assert condensed.shortened == 1
    assert condensed.left_out == 0
    assert SHORTENED in condensed.kept[1].content
    assert condensed.kept[2:] == tuple(history[2:])
    assert [m for m in condensed.kept if m.role == "user"] == [m for m in history if m.role == "user"]


def test_turns_are_left_out_only_when_every_answer_is_short_and_both_counts_are_told() -> None:
    history = turns(10)
    condensed = condense(history, words, 300)
    assert all(SHORTENED in m.content for m in condensed.kept if m.role == "assistant")
    assert condensed.left_out == len(history) - len(condensed.kept) > 0
    assert condensed.kept[0].role == "user"
    assert condensed.shortened == sum(m.role == "assistant" for m in condensed.kept)
    told = "; ".join(condensed.told())
    assert f"{condensed.shortened} older answers" in told
    assert f"the {condensed.left_out} oldest messages" in told


@given(st.integers(0, 8), st.integers(0, 900), st.sampled_from([LONG, "Yes [1].", "no sentence " * 100]))
def test_what_is_kept_fits_and_nothing_goes_uncounted(count: int, limit: int, answer: str) -> None:
    history = turns(count, answer)
    condensed = condense(history, words, limit)
    assert sum(words(m.content) for m in condensed.kept) <= limit
    assert len(condensed.kept) + condensed.left_out == len(history)
    before = sum(words(m.content) for m in history)
    after = sum(words(m.content) for m in condensed.kept)
    assert before - after == condensed.shortened_tokens + condensed.left_out_tokens


def test_a_shortened_answer_keeps_its_first_sentences_without_markers_and_says_so() -> None:
    short = shorter(Message("assistant", LONG)).content
    assert short.startswith("Either party may terminate on sixty days' notice. The notice")
    assert "[1]" not in short
    assert short.endswith(SHORTENED)
    assert len(short) < 420


def test_a_question_and_a_short_answer_are_not_shortened() -> None:
    for turn in (Message("user", LONG), Message("assistant", "Yes [1].")):
        assert shorter(turn) is turn


@pytest.mark.parametrize(
    "question",
    [
        "and for the other party?",
        "What about Germany?",
        "Why?",
        "How long?",
        "Does it renew automatically?",
        "Is that capped?",
        "Who else?",
        "And when does this end?",
        "Are those exclusive?",
    ],
)
def test_a_question_that_cannot_stand_alone_is_searched_with_the_one_before_it(question: str) -> None:
    history = turns(1)
    assert not stands_alone(question)
    assert searched_as(question, history) == f"Question number 0?\n{question}"


@pytest.mark.parametrize(
    "question",
    [
        "Who may assign this agreement?",
        "Is there a cap on the liability of the supplier?",
        "What law governs the agreement?",
        "Which party pays the shipping costs?",
        "Under what conditions can the Supplier terminate the agreement if it has not been paid in time by the customer?",
    ],
)
def test_a_question_that_stands_alone_is_searched_as_it_is(question: str) -> None:
    assert searched_as(question, turns(2)) == question


def test_a_chain_of_follow_ups_leads_back_to_a_question_that_stands_alone() -> None:
    history = [
        Message("user", "What is the notice period for termination?"),
        Message("assistant", "Sixty days [1]."),
        Message("user", "And for the supplier?"),
        Message("assistant", "Ninety days [1]."),
    ]
    assert searched_as("Why?", history) == "What is the notice period for termination?\nAnd for the supplier?\nWhy?"


def test_the_first_question_has_none_before_it() -> None:
    assert searched_as("and for the other party?", ()) == "and for the other party?"
