"""How hard the model thinks when nobody says."""

from __future__ import annotations

import pytest

from analysis.answering.effort import automatic, effort_for


@pytest.mark.parametrize(
    "question",
    [
        "Which law governs?",
        "When does the agreement end?",
        "Who are the parties?",
        "What is the notice period for termination?",
        "How much is the monthly fee?",
        "Find the definition of Confidential Information.",
    ],
)
def test_a_short_lookup_is_asked_with_low_effort(question: str) -> None:
    assert automatic(question) == "low"


@pytest.mark.parametrize(
    "question",
    [
        "May the supplier assign the agreement without consent?",
        "What happens if the customer pays late?",
        "Does the warranty survive termination?",
        "Can FIIOC terminate, and on what notice?",
        "When must the customer give notice if the supplier has been acquired by a competitor of the customer during the term?",
        "Tell me about the insurance.",
    ],
)
def test_ordinary_questions_are_asked_with_medium_effort(question: str) -> None:
    assert automatic(question) == "medium"


@pytest.mark.parametrize(
    "question",
    [
        "Compare the termination rights of both parties.",
        "Which of these contracts lack a limitation of liability?",
        "Which documents mention escrow?",
        "List every deadline.",
        "How many requirements apply to the pump?",
        "Summarise the obligations of the licensee.",
        "Do the two agreements contradict each other on payment?",
        "Is anything said about export control?",
        "What are the risks for the customer?",
    ],
)
def test_completeness_comparison_and_synthesis_are_asked_with_high_effort(question: str) -> None:
    assert automatic(question) == "high"


def test_what_is_asked_for_is_taken_and_nothing_asked_for_is_the_default() -> None:
    assert effort_for("low", "Compare everything.") == "low"
    assert effort_for(None, "Which law governs?") == "medium"
    assert effort_for("auto", "Which law governs?") == "low"
    assert automatic("Which law governs?", "map_reduce") == "high"
