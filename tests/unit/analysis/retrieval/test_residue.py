"""What is left of a question when the names in it have done their work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.retrieval.residue import residue
from proviso.names import words_of

NAMES = frozenset("vericel mediwound supply hertz".split())


def left(question: str) -> str:
    """With every word of NAMES taken for a name."""
    return residue(question, frozenset(place for place, word in enumerate(words_of(question)) if word.text in NAMES))


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Consider the Supply Agreement between Vericel and MediWound; Who pays?", "Who pays?"),
        ("In our deal with Vericel, who pays for recalls?", "who pays for recalls?"),
        ("Regarding Vericel: is there a cap?", "is there a cap?"),
        ("Who pays for recalls? I mean the Vericel agreement.", "Who pays for recalls?"),
        ("Vericel supply - who pays for recalls?", "who pays for recalls?"),
        ("Who pays for recalls under the Vericel agreement?", "Who pays for recalls ?"),
        ("Can Hertz terminate?", "Can terminate?"),
        ("Is there a cap? Does it bind Vericel and MediWound?", "Is there a cap? Does it bind ?"),
    ],
)
def test_clauses_that_only_name_a_document_go_and_names_inside_others(question: str, rest: str) -> None:
    assert left(question) == rest


FILE = "Vericel_04-08-2020__EX.1 - SUPPLY (MediWound)_Hertz-.pdf"


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Who pays in {}?", "Who pays ?"),
        ("What does {} say about recalls?", "What does say about recalls?"),
        ("According to “{}” who pays?", "According to who pays?"),
        ('In "{}" who pays?', "who pays?"),
        ("who pays for recalls ({})", "who pays for recalls"),
        ("recalls: {}, `{}`", "recalls:"),
        ("[{}] who pays (and when)?", "who pays (and when)?"),
        ("Vericel's obligations (on recalls)", "'s obligations (on recalls)"),
        ("Vericel-related recalls", "related recalls"),
    ],
)
def test_nothing_is_left_of_a_file_name_and_the_marks_around_it(question: str, rest: str) -> None:
    question = question.replace("{}", FILE)
    named = NAMES | set("04 08 2020 ex 1".split())
    places = frozenset(place for place, word in enumerate(words_of(question)) if word.text in named)
    assert residue(question, places) == rest


@pytest.mark.parametrize("question", ["Vericel", "The Vericel agreement", "Vericel and MediWound?", "about Hertz"])
def test_where_nothing_would_be_left_the_question_itself_is_asked(question: str) -> None:
    assert left(question) == question


@pytest.mark.parametrize("question", ["Who pays for recalls?", "", "  Two  spaces; in a deal, who?"])
def test_a_question_without_a_name_stays_as_it_is(question: str) -> None:
    assert left(question) == question


WORDS = st.sampled_from("vericel Vericel and of the who pays , ; ? . in our deal - agreement is a cap".split())


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_what_is_left_is_words_of_the_question_in_their_order_and_no_less_than_the_question_if_nothing(
    text: str,
) -> None:
    rest, said = [word.text for word in words_of(left(text))], iter([word.text for word in words_of(text)])
    assert all(word in said for word in rest)
    assert bool(rest) == bool(words_of(text))
