"""How much of a scope is read, and the sentence that says why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.context.completeness import completeness
from analysis.context.planner import WINDOWING, Limits, Need, plan, window_size
from proviso.errors import ContextOverflow, RequestError, ScopeTooLarge

LIMITS = Limits(context_tokens=131_072, full_tokens=32_000, evidence_tokens=24_000)
NEED = Need("Who may assign this agreement?", fixed_tokens=1_000, effort="medium")
WHOLE = int((131_072 - 1_000 - 12_000) * 0.6)
ABSENCE = "Is there a limitation of liability?"


@pytest.mark.parametrize(
    ("question", "mode", "scope", "expected", "limit"),
    [
        (NEED.question, "auto", 32_000, "full", 32_000),
        (NEED.question, "auto", 32_001, "retrieve", 32_000),
        (NEED.question, "full", 60_000, "full", WHOLE),
        (NEED.question, "full", WHOLE, "full", WHOLE),
        (NEED.question, "retrieve", 100, "retrieve", 32_000),
        (ABSENCE, "auto", 60_000, "full", WHOLE),
        (ABSENCE, "auto", WHOLE + 1, "retrieve", WHOLE),
        (NEED.question, "auto", 0, "full", 32_000),
    ],
)
def test_mode_follows_from_question_wish_and_size(
    question: str, mode: str, scope: int, expected: str, limit: int
) -> None:
    made = plan(replace(NEED, question=question, mode=mode), scope, LIMITS)  # type: ignore[arg-type]
    assert (made.mode, made.full_limit, made.evidence_budget) == (expected, limit, 24_000)
    assert f"{scope:,}" in made.reason


def test_full_on_request_beyond_the_window_is_refused_with_both_counts() -> None:
    with pytest.raises(ScopeTooLarge, match=f"reads up to {WHOLE:,} tokens here and the scope has 200,000"):
        plan(replace(NEED, mode="full"), 200_000, LIMITS)


COUNT = "How many contracts expire in 2026?"


@pytest.mark.parametrize(
    ("question", "mode", "scope", "may_map", "expected"),
    [
        (COUNT, "auto", WHOLE, True, "full"),
        (COUNT, "auto", WHOLE + 1, True, "map_reduce"),
        (COUNT, "auto", WHOLE + 1, False, "retrieve"),
        (COUNT, "retrieve", WHOLE + 1, True, "retrieve"),
        ("Which of these lack a limitation of liability?", "auto", 500_000, True, "map_reduce"),
        ("Compare the termination clauses.", "auto", 500_000, True, "map_reduce"),
        (ABSENCE, "auto", 500_000, True, "map_reduce"),
        ("Name all deadlines.", "auto", 500_000, True, "map_reduce"),
        (NEED.question, "auto", 500_000, True, "retrieve"),
        (NEED.question, "map_reduce", 10, False, "map_reduce"),
        (ABSENCE, "auto", 2_000_000, True, "retrieve"),
    ],
)
def test_what_must_be_read_whole_and_is_too_long_is_read_in_windows(
    question: str, mode: str, scope: int, may_map: bool, expected: str
) -> None:
    made = plan(replace(NEED, question=question, mode=mode, may_map=may_map), scope, LIMITS)  # type: ignore[arg-type]
    assert made.mode == expected
    assert f"{scope:,}" in made.reason


@pytest.mark.parametrize(("question", "mode"), [(COUNT, "auto"), (NEED.question, "map_reduce")])
def test_beyond_the_map_limit_is_refused_with_the_estimate(question: str, mode: str) -> None:
    need = replace(NEED, question=question, mode=mode, may_map=True, documents=300)  # type: ignore[arg-type]
    with pytest.raises(ScopeTooLarge, match="in 300 documents would take about 442 windows and 2,442,000 prompt"):
        plan(need, 2_000_000, LIMITS)


def test_windows_shrink_with_the_window_of_the_model_until_nothing_fits() -> None:
    assert window_size(131_072, 1_000) == (WINDOWING.window_tokens, WINDOWING.output_tokens)
    assert window_size(8_192, 1_000) == (8_192 - 1_000 - 2_048 - 100, 2_048)
    with pytest.raises(ContextOverflow, match="no room for documents in a window of 4,096"):
        window_size(4_096, 2_600)


def test_no_room_for_documents_is_refused_with_the_numbers() -> None:
    with pytest.raises(ContextOverflow, match="take 1,000 tokens and the answer is given 130,500"):
        plan(replace(NEED, max_output_tokens=130_500), 10, LIMITS)


@pytest.mark.parametrize(("effort", "output"), [("low", 4_000), ("medium", 12_000), ("high", 30_000)])
def test_effort_decides_what_is_kept_for_the_answer(effort: str, output: int) -> None:
    assert plan(replace(NEED, effort=effort), 10, LIMITS).output_tokens == output  # type: ignore[arg-type]


def test_the_request_may_set_output_and_evidence() -> None:
    made = plan(replace(NEED, max_output_tokens=700, evidence_tokens=5_000), 10, LIMITS)
    assert (made.output_tokens, made.evidence_budget) == (700, 5_000)


def test_a_small_window_keeps_half_of_itself_for_documents() -> None:
    made = plan(replace(NEED, effort="high"), 100_000, Limits(8_192, 32_000, 24_000))
    assert made.output_tokens == 4_096
    assert made.mode == "retrieve"
    assert made.evidence_budget == 8_192 - 1_000 - 4_096 - 100


def test_the_reason_warns_when_completeness_cannot_be_had() -> None:
    made = plan(replace(NEED, question=ABSENCE), 500_000, LIMITS)
    assert "question of absence" in made.reason
    assert "may still be there" in made.reason


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Is there a most favoured nation clause?", "absence"),
        ("Does the contract mention source code escrow?", "absence"),
        ("Which standard terms are missing?", "absence"),
        ("Summarise the agreement.", "summary"),
        ("What are the key terms?", "summary"),
        ("What is this contract about?", "summary"),
        ("List all deadlines.", "counting or listing"),
        ("Which of these lack a cap on liability?", "counting or listing"),
        ("In which agreements may the supplier assign?", "counting or listing"),
        ("Compare the two leases.", "comparison"),
        ("How do the notice periods differ between the agreements?", "comparison"),
        ("Does the supplier have to give notice?", None),
        ("Name every deadline.", "everything"),
        ("How many parties are there?", "counting or listing"),
        ("Tell me everything about assignment", "everything"),
        ("Who may assign this agreement?", None),
        ("What law governs?", None),
        ("When does the term end?", None),
    ],
)
def test_questions_of_completeness_are_recognised(question: str, kind: str | None) -> None:
    assert completeness(question) == kind


@given(
    st.integers(4_096, 200_000),
    st.integers(0, 40_000),
    st.integers(0, 400_000),
    st.sampled_from(["auto", "full", "retrieve"]),
    st.sampled_from(["low", "medium", "high"]),
    st.one_of(st.none(), st.integers(1, 60_000)),
)
def test_a_plan_never_promises_more_than_the_window_holds(
    window: int, fixed: int, scope: int, mode: str, effort: str, output: int | None
) -> None:
    need = Need("Who pays?", fixed, effort, mode, output)  # type: ignore[arg-type]
    try:
        made = plan(need, scope, Limits(window, 32_000, 24_000))
    except (RequestError, ContextOverflow):
        return
    held = scope if made.mode == "full" else made.evidence_budget
    assert fixed + held + made.output_tokens <= window
    assert made.evidence_budget > 0
