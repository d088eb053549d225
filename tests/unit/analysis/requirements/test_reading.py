"""Ids, conditions and quantities."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.requirements.finding import requirements
from tests.unit.analysis.requirements.builders import a_spec


@pytest.mark.parametrize(
    ("words", "id", "rest"),
    [
        ("REQ-12: The pump shall stop.", "REQ-12", "The pump shall stop."),
        ("[R-3] The pump shall stop.", "R-3", "The pump shall stop."),
        ("SR.4.2 The pump shall stop.", "SR.4.2", "The pump shall stop."),
        ("SYS_PWR_001 - The pump shall stop.", "SYS_PWR_001", "The pump shall stop."),
        ("**FR-1.2** The pump shall stop.", "FR-1.2", "The pump shall stop."),
        ("The pump shall stop. [REQ-7]", "REQ-7", "The pump shall stop."),
        ("The pump shall stop [REQ-7].", "REQ-7", "The pump shall stop [REQ-7]."),
        ("RFC-2119: The pump shall stop.", "#1", "RFC-2119: The pump shall stop."),
        ("AAL2: The pump shall stop.", "#1", "AAL2: The pump shall stop."),
    ],
)
def test_an_id_is_read_as_printed(words: str, id: str, rest: str) -> None:
    spec = a_spec(words)
    row = spec.rows()[0]
    assert (row.id, spec.of(row.span)) == (id, rest)
    if row.printed_id:
        assert spec.of(row.printed_id) == id


def test_an_id_may_stand_in_its_row_or_on_the_line_above() -> None:
    spec = a_spec(
        ("table_row", "REQ-1\tThe pump shall stop\tTest"),
        "REQ-2\nThe valve shall close.",
        "REQ-3",
        "The lamp shall glow.",
    )
    assert [row.id for row in spec.rows()] == ["REQ-1", "REQ-2", "REQ-3"]


def test_an_id_may_stand_in_the_heading() -> None:
    spec = a_spec(
        ("heading", "4.1 REQ-9 Pump"), "The pump shall stop.", ("heading", "4.2 Lamp"), "The lamp shall glow."
    )
    assert [(row.id, spec.of(row.printed_id)) for row in spec.rows()] == [("REQ-9", "REQ-9"), ("4.2#1", "")]


def test_sentences_under_one_printed_id_are_told_apart() -> None:
    spec = a_spec("REQ-5: The pump shall stop. It shall not start again.")
    assert [row.id for row in spec.rows()] == ["REQ-5", "REQ-5/2"]


def test_without_a_printed_id_section_and_rank_make_one() -> None:
    spec = a_spec(
        ("heading", "4.1 Pumps"),
        "The pump shall stop. It shall not start again.",
        ("heading", "4.2 Lamps"),
        "It shall glow.",
    )
    assert [(row.id, row.section) for row in spec.rows()] == [("4.1#1", "4.1"), ("4.1#2", "4.1"), ("4.2#1", "4.2")]


@pytest.mark.parametrize(
    ("words", "conditions"),
    [
        ("If the door is open, the motor shall stop.", ["If the door is open"]),
        (
            "When the tank, the pipe, or the valve leaks, the pump shall stop.",
            ["When the tank, the pipe, or the valve leaks"],
        ),
        ("The motor shall stop if the door is open.", ["if the door is open"]),
        ("The motor shall stop when asked, unless it is locked.", ["when asked", "unless it is locked"]),
        ("In manual mode, if the door is open, the motor shall stop.", ["if the door is open"]),
        ("The motor shall stop (if it runs) at once.", ["if it runs"]),
        ("The motor shall stop even if the door is closed.", []),
        ("The motor shall stop at once.", []),
    ],
)
def test_conditions_are_clauses_of_the_sentence(words: str, conditions: list[str]) -> None:
    spec = a_spec(words)
    assert [spec.of(each) for each in spec.rows()[0].conditions] == conditions


@pytest.mark.parametrize(
    ("words", "quantities"),
    [
        ("The response time shall not exceed 200 ms.", [("exceed", "200", "ms", "response time")]),
        ("The salt SHALL be at least 32 bits in length.", [("at least", "32", "bits", "salt")]),
        ("It shall accept a supply voltage of 3.3 V.", [("", "3.3", "V", "supply voltage")]),
        ("Parsers shall support lists with at least 1,024 members.", [("at least", "1,024", "members", "")]),
        ("The code shall expire within ten (10) minutes.", [("within", "ten (10)", "minutes", "")]),
        ("Leakage shall be less than 5 % at 25 °C.", [("less than", "5", "%", "Leakage"), ("", "25", "°C", "")]),
        ("It shall follow Section 4.2 of RFC 9110 and Table 3.", []),
        ("TLS 1.2 as used there shall be supported.", []),
        ("At least one lamp shall glow.", []),
    ],
)
def test_quantities_have_comparison_value_unit_and_parameter(words: str, quantities: list[tuple[str, ...]]) -> None:
    spec = a_spec(words)
    found = spec.rows()[0].quantities
    assert [tuple(map(spec.of, (q.comparison, q.value, q.unit, q.parameter))) for q in found] == quantities


def test_what_an_inner_section_says_of_itself_does_not_hold_for_the_one_around() -> None:
    spec = a_spec(("heading", "1 Manual"), ("heading", "1.1 Scope"), "This section is informative.", "It shall glow.")
    outer = replace(spec.sections[0], end=len(spec.text))
    inner = replace(spec.sections[1], level=2, end=spec.text.index("It shall"))
    found = requirements(spec.text, spec.blocks, (outer, inner))
    assert [row.informative for row in found.found] == [False]


def test_notes_examples_and_informative_sections_are_told() -> None:
    spec = a_spec(
        ("heading", "1 Scope"),
        "The pump shall stop.",
        "NOTE 1: The user should wait.",
        ("heading", "A Background (informative)"),
        "The pump shall stop.",
        ("heading", "B More"),
        "*This section is informative.*",
        "The lamp shall glow.",
    )
    assert [row.informative for row in spec.rows()] == [False, True, True, True]
