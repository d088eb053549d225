"""Whoever is asked back is asked one thing."""

from __future__ import annotations

import pytest

from analysis.answering.clarifying import questions_in


@pytest.mark.parametrize(
    "text",
    [
        "Which agreement do you mean?",
        "The scope holds two agreements. Which do you mean?",
        "Which agreement? Please give its title.",
        "Do you mean the notice of termination? Or that of breach?",
        "Which do you mean?\n- the reseller agreement?\n- the hosting agreement?",
        "Do you mean “who pays?” or the fee itself?",
        "Please name the agreement.",
    ],
)
def test_lead_ins_options_and_alternatives_belong_to_one_question(text: str) -> None:
    assert questions_in(text) == [text]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Which agreement? Which party?", ["Which agreement?", "Which party?"]),
        (
            "I need to know:\n1. Which agreement?\n2. Which date?",
            ["I need to know:\n1. Which agreement?", "2. Which date?"],
        ),
        ("- Which agreement?\n- Which date?", ["- Which agreement?", "- Which date?"]),
        ("", []),
        (" \n", []),
    ],
)
def test_every_further_question_stands_by_itself(text: str, questions: list[str]) -> None:
    assert questions_in(text) == questions


@pytest.mark.parametrize("text", ["a? b? c.", "x? Or y? z?", "1. a?\n2. b? Thanks.", "Why?? Really? ok"])
def test_no_word_is_lost(text: str) -> None:
    assert "".join("".join(questions_in(text)).split()) == "".join(text.split())
