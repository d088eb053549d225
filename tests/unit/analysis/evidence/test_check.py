"""What an answer says without proof is pointed at, to the character."""

from __future__ import annotations

import pytest

from analysis.evidence.check import markers, unsupported
from proviso.types.answers import Evidence, EvidenceState


def evidence(n: int, text: str, state: EvidenceState = "exact", section: str = "12.3") -> Evidence:
    verified = state != "unverified"
    return Evidence(
        n, "d", 1, "Lease 7", text, text if verified else None, 0 if verified else None, len(text) if verified else None,
        4 if verified else None, 4 if verified else None, (), section, state,
    )  # fmt: skip


def found(answer: str, *evidence: Evidence) -> list[tuple[str, str]]:
    result = unsupported(answer, evidence)
    assert all(answer[each.start : each.end] == each.text for each in result)
    return [(each.why, each.text) for each in result]


LAW = evidence(1, "This Agreement is governed by the laws of Delaware.")
TERM = evidence(2, "The term is thirty (30) months from the 1st day of March, 2026 at a fee of USD 1.2 million.")


def test_a_sentence_with_a_marker_to_verified_evidence_is_supported() -> None:
    assert found("Delaware law governs the agreement [1].", LAW) == []
    assert found("Delaware law governs the agreement. [1]", LAW) == []
    assert found("Delaware law governs, and the term is fixed [1][2].", LAW, TERM) == []


def test_a_sentence_without_a_marker_is_not() -> None:
    assert found("Delaware law governs [1]. The parties must arbitrate in Texas.", LAW) == [
        ("no_evidence", "The parties must arbitrate in Texas.")
    ]


def test_a_marker_to_unverified_or_missing_evidence_does_not_count() -> None:
    assert found("The parties must arbitrate [3].", evidence(3, "They arbitrate.", "unverified"))[0][0] == "no_evidence"
    assert found("The parties must arbitrate [9].", LAW)[0][0] == "no_evidence"
    assert found("The parties must arbitrate [3].", evidence(3, "They arbitrate.", "partial")) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The term is 30 months [2].",
        "The term is thirty months [2].",
        "It starts on March 1, 2026 [2].",
        "It starts on 2026-03-01 [2].",
        "The fee is $1,200,000 [2].",
        "The fee is 1.2 million dollars [2].",
        "It starts in March 2026 [2].",
        "Section 12.3 sets the term [2].",
        "See page 4 for the term [2].",
        "One of the terms is fixed [2].",
    ],
)
def test_a_number_is_found_in_its_evidence_in_any_form(sentence: str) -> None:
    assert found(sentence, TERM) == []


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("The term is 36 months [2].", "36"),
        ("The term is sixty months [2].", "sixty"),
        ("It starts on March 2, 2026 [2].", "March 2, 2026"),
        ("The fee is $1,300,000 [2].", "1,300,000"),
        ("The fee is 12 million dollars [2].", "12 million"),
        ("Section 12.4 sets the term [2].", "12.4"),
    ],
)
def test_a_number_that_is_not_there_is_pointed_at(sentence: str, number: str) -> None:
    assert found(sentence, LAW, TERM) == [("number_not_in_evidence", number)]


def test_a_number_of_other_evidence_does_not_carry_a_sentence() -> None:
    assert found("The law changes after 30 months [1].", LAW, TERM) == [("number_not_in_evidence", "30")]


@pytest.mark.parametrize(
    "text",
    [
        "# Governing law of the agreement",
        "**Governing law of the agreement**",
        "The agreement says the following:",
        "Governing law",
        "---",
        "| Clause | What it says here |\n|---|---|",
        "The documents do not contain a change-of-control clause.",
        "No non-compete provision was found in the provided documents.",
        "The agreement is silent about renewal.",
        "",
    ],
)
def test_headings_lead_ins_and_statements_of_absence_need_no_evidence(text: str) -> None:
    assert found(text, LAW) == []


def test_list_items_and_table_rows_are_claims_of_their_own() -> None:
    items = "Findings:\n1. Delaware law governs the contract [1].\n2. Arbitration is in Texas.\n"
    table = "\n| Law | what |\n|---|---|\n| Delaware | governs the contract |\n"
    answer = items + table
    assert found(answer, LAW) == [
        ("no_evidence", "Arbitration is in Texas."),
        ("no_evidence", "| Delaware | governs the contract |"),
    ]


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert found("ACME Inc. and Beta Ltd. agreed to Delaware law [1].", LAW) == []


def test_markers_in_groups_and_ranges_are_read() -> None:
    assert markers("so [1, 2] and [4-6] and [9]") == [1, 2, 4, 5, 6, 9]
