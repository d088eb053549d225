"""What is read of a model's reply, and what wordings do to a question."""

from __future__ import annotations

import math

import pytest

from analysis.retrieval.feedback import Asked
from analysis.retrieval.recipe import RewriteWeights
from analysis.retrieval.rewriting import WORDING_CHARS, reworded, wordings_in
from proviso.types.search import SparseVector

QUESTION = "Can we walk away?"
GOOD = "<wording>Either party may terminate this Agreement.</wording>"


def test_wordings_are_read_from_their_marks_alone() -> None:
    reply = f"Sure! Here you are:\n{GOOD}\n<WORDING>\n termination for\n convenience </WORDING>\nLet me know!"
    assert wordings_in(reply, QUESTION) == ("Either party may terminate this Agreement.", "termination for convenience")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Either party may terminate this Agreement.",
        "<wording></wording><wording> … </wording>",
        "<wording>Either party may terminate",
        "<wording>Either <b>party</b> may terminate</wording>",
        '{"wordings": ["Either party may terminate"]}',
        f"<wording>{QUESTION.upper()}</wording>",
    ],
    ids=["nothing", "no marks", "no words", "cut off", "other marks inside", "JSON", "the question itself"],
)
def test_a_reply_in_another_form_holds_no_wording(reply: str) -> None:
    assert wordings_in(reply, QUESTION) == ()


def test_what_came_whole_before_a_cut_counts() -> None:
    assert wordings_in(f"{GOOD}\n<wording>terminat", QUESTION) == ("Either party may terminate this Agreement.",)


def test_at_most_three_wordings_are_taken_each_once_and_none_endless() -> None:
    reply = GOOD * 2 + "".join(f"<wording>term {n} {'x' * 2 * WORDING_CHARS}</wording>" for n in range(5))
    found = wordings_in(reply, QUESTION)
    assert [each[:8] for each in found] == ["Either p", "term 0 x", "term 1 x"]
    assert max(map(len, found)) == WORDING_CHARS


ASKED = Asked([1.0, 0.0, 0.0], SparseVector((1, 2), (1.0, 2.0)))
WORDINGS = [
    ([0.0, 1.0, 0.0], SparseVector((2, 3, 4), (1.0, 1.0, 1.0))),
    ([0.0, 1.0, 0.0], SparseVector((3, 5), (2.0, 1.0))),
]
RARITY = {2: 1.0, 3: 2.0, 4: 3.0, 5: 0.5}.__getitem__


def test_words_of_wordings_join_the_question_by_how_telling_they_are() -> None:
    made = reworded(ASKED, WORDINGS, RARITY, RewriteWeights(words=0.5, terms=3), 1.0)
    words = dict(zip(made.words.tokens, made.words.weights, strict=True))
    assert words == pytest.approx({1: 1.0, 2: 2.0 + 1.5 / 8, 3: 1.5 * 4 / 8, 4: 1.5 * 3 / 8})


def test_the_vector_turns_towards_the_wordings_and_less_so_where_they_differ() -> None:
    alike = reworded(ASKED, WORDINGS, RARITY, RewriteWeights(vector=1.0), 1.0)
    assert alike.dense == pytest.approx([math.sqrt(0.5), math.sqrt(0.5), 0.0])
    apart = [WORDINGS[0], ([0.0, 0.0, 1.0], WORDINGS[1][1])]
    assert reworded(ASKED, apart, RARITY, RewriteWeights(vector=1.0), 1.0).dense[0] > alike.dense[0]


def test_a_question_that_wants_none_of_it_stays_as_it_is() -> None:
    made = reworded(ASKED, WORDINGS, RARITY, RewriteWeights(), 0.0)
    assert made.dense == pytest.approx(ASKED.dense)
    assert dict(zip(made.words.tokens, made.words.weights, strict=True)) == pytest.approx(
        {1: 1.0, 2: 2.0, 3: 0.0, 4: 0.0, 5: 0.0}
    )


def test_a_question_without_words_of_its_own_takes_those_of_the_wordings() -> None:
    made = reworded(Asked([1.0, 0.0, 0.0], SparseVector((), ())), WORDINGS, RARITY, RewriteWeights(words=1.0), 1.0)
    assert math.fsum(made.words.weights) == pytest.approx(1.0)
