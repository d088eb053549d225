"""Where sentences begin and end."""

from __future__ import annotations

import pytest

from tests.unit.analysis.requirements.builders import a_spec


@pytest.mark.parametrize(
    "sentence",
    [
        "The unit shall resist solvents, e.g. Acetone, and i.e. Toluene in full.",
        "The connector shall be as in Fig. 3 and drawing No. 12 of the set.",
        "The supply shall be 3.3 V ± 0.1 V at 25.0 °C.",
        "Access shall be granted as in SP 800-63B, Sec. 4.2 and approx. Twice a day.",
        "The U.S. Government shall approve it.",
        "Acme Inc. Shall not be read here, and the supplier shall deliver to Acme Inc. Headquarters.",
        'The display shall say "Ready. Press any key" at once.',
        "The log shall be kept (see Appendix B) for 30 days; it shall then be deleted.",
    ],
)
def test_a_sentence_survives_abbreviations_numbers_and_quotes(sentence: str) -> None:
    spec = a_spec(f"Nothing binds here. {sentence} Nothing binds there.")
    assert spec.words() == [sentence]


def test_each_sentence_of_a_paragraph_stands_alone() -> None:
    spec = a_spec("The pump shall stop. See Appendix A. The valve shall close within 5 s. Why?")
    assert spec.words() == ["The pump shall stop.", "The valve shall close within 5 s."]


def test_a_sentence_goes_on_over_the_line_ends_of_a_wrapped_paragraph() -> None:
    spec = a_spec(
        "The controller shall report every fault to the\noperator within two seconds of its detection (Section\n5.4.1) and log it."
    )
    assert len(spec.words()) == 1
    assert spec.words()[0].endswith("(Section 5.4.1) and log it.")


def test_lines_that_do_not_wrap_stand_alone() -> None:
    spec = a_spec(
        "mode = AUTO\nmode = MANUAL\nThe mode shall be set at start-up, and the user may change it whenever the unit is idle."
    )
    assert spec.words() == ["The mode shall be set at start-up, and the user may change it whenever the unit is idle."]


def test_code_and_a_key_word_in_it_join_no_sentence() -> None:
    spec = a_spec(
        "The field MUST be present:", "field = 1*DIGIT / OPTIONAL_FIELD\n", "It MUST be sent once. It MUST end."
    )
    assert spec.words() == ["The field MUST be present:", "It MUST be sent once.", "It MUST end."]


def test_a_sentence_goes_on_over_the_end_of_a_page_without_its_foot() -> None:
    spec = a_spec(
        ("paragraph", "The battery shall supply the unit for at least", 1),
        ("footer", "ACME confidential 12", 1),
        ("header", "Specification of the unit", 2),
        ("paragraph", "eight hours after a power failure. It may be replaced.", 2),
    )
    assert spec.words() == [
        "The battery shall supply the unit for at least eight hours after a power failure.",
        "It may be replaced.",
    ]
    first = spec.rows()[0]
    assert [part.of(spec.text) for part in first.parts] == [
        "The battery shall supply the unit for at least",
        "eight hours after a power failure.",
    ]
    assert "confidential" in first.span.of(spec.text)


def test_a_word_hyphenated_over_a_line_or_page_end_breaks_no_sentence() -> None:
    spec = a_spec(
        ("paragraph", "The controller shall report every configu-\nration change and every re-", 1),
        ("footer", "12", 1),
        ("paragraph", "start of the unit.", 2),
    )
    assert spec.words() == ["The controller shall report every configu- ration change and every re- start of the unit."]


def test_not_on_the_next_page_still_belongs_to_its_key_word() -> None:
    spec = a_spec(("paragraph", "The operator shall", 1), ("footer", "12", 1), ("paragraph", "not open the case.", 2))
    assert [row.keyword.strength for row in spec.rows()] == ["must_not"]


def test_a_paragraph_that_begins_anew_on_another_page_is_another_sentence() -> None:
    spec = a_spec(
        ("paragraph", "The battery shall supply the unit", 1), ("paragraph", "Warranty shall be two years.", 2)
    )
    assert spec.words() == ["The battery shall supply the unit", "Warranty shall be two years."]


def test_a_heading_is_no_requirement_but_a_numbered_clause_is() -> None:
    spec = a_spec(
        ("heading", "3.1 What the supplier must deliver"),
        ("heading", "3.2 The system shall log each access."),
        ("heading", "3.3 Timing\nThe answer shall come at once."),
    )
    assert spec.words() == ["The system shall log each access.", "The answer shall come at once."]


def test_cells_of_a_row_stand_alone_and_a_lone_key_word_is_no_sentence() -> None:
    spec = a_spec(("table_row", "Range\tThe sensor shall cover 0 to 10 bar\tSHALL\tTest"))
    assert spec.words() == ["The sensor shall cover 0 to 10 bar"]
