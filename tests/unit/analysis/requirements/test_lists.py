"""Lists: which items are requirements, and which belong to that of their lead-in."""

from __future__ import annotations

import pytest

from analysis.requirements.requirement import Logic
from tests.unit.analysis.requirements.builders import a_spec


def test_each_item_below_a_lead_in_that_breaks_off_is_a_requirement_with_it() -> None:
    spec = a_spec("The system shall:", "(a) log each access; and", "(b) raise an alarm.", "Logs are kept.")
    assert spec.words() == ["log each access; and", "raise an alarm."]
    for row in spec.rows():
        assert (spec.of(row.lead_in), spec.of(row.keyword.span), row.logic) == ("The system shall:", "shall", "all")


@pytest.mark.parametrize(
    ("lead_in", "logic"),
    [
        ("The verifier shall use one of the following:", "one"),
        ("The key shall be bound by either:", "one"),
        ("It shall use any of the following:", "any"),
        ("The following may be used:", "any"),
        ("The list shall include, but is not limited to:", "examples"),
        ("A token shall come with a second factor from the list in the order shown below:", "unsaid"),
    ],
)
def test_alternatives_and_examples_stay_with_their_lead_in(lead_in: str, logic: Logic) -> None:
    spec = a_spec(lead_in, "• a password", "• a card")
    (row,) = spec.rows()
    assert (row.logic, spec.of(row.span)) == (logic, lead_in)
    assert [spec.of(item) for item in row.items] == ["a password", "a card"]


def test_or_behind_an_item_makes_alternatives() -> None:
    spec = a_spec("The unit shall do the following:", "(a) stop; or", "(b) slow down.")
    assert [row.logic for row in spec.rows()] == ["one"]


def test_an_item_with_its_own_key_word_is_a_requirement_whatever_the_logic() -> None:
    spec = a_spec("It SHALL do one of the following:", "• The unit SHALL stop. It SHALL blink.", "• sound an alarm")
    assert spec.words() == ["It SHALL do one of the following:", "The unit SHALL stop.", "It SHALL blink."]
    assert [spec.of(row.lead_in) for row in spec.rows()] == [
        "",
        "It SHALL do one of the following:",
        "It SHALL do one of the following:",
    ]


def test_an_item_that_inherits_must_keeps_all_its_sentences() -> None:
    spec = a_spec("The client MUST act as follows:", "1. Open it. It will then answer.", "2. Close it.")
    assert spec.words() == ["Open it. It will then answer.", "Close it."]
    assert [row.possible for row in spec.rows()] == [False, False]


def test_a_list_inside_an_item_belongs_to_it_and_the_numbers_go_on() -> None:
    spec = a_spec(
        "The client MUST act as follows:",
        ("list_item", "1. If it is open:"),
        ("list_item", "1. Read it."),
        ("list_item", "2. Close it."),
        ("list_item", "3. Forget it."),
        ("list_item", "2. Wait."),
        "Nothing follows.",
    )
    assert len(spec.rows()) == 2
    assert spec.words()[1] == "Wait."


def test_a_paragraph_between_two_items_does_not_end_the_list() -> None:
    spec = a_spec(
        "The client MUST act as follows:",
        ("list_item", "1. If it is open:"),
        "• Read it.",
        "Otherwise:",
        "• Open it.",
        ("list_item", "2. Wait."),
    )
    assert spec.words() == ["If it is open: Read it. Otherwise: Open it.", "Wait."]


def test_another_lead_in_with_its_own_list_ends_the_first() -> None:
    spec = a_spec(
        "The client MUST act as follows:",
        ("list_item", "1. Read it."),
        "The server MUST act in answer as follows:",
        ("list_item", "1. Wait."),
        ("list_item", "2. Go."),
    )
    assert [spec.of(row.lead_in)[:10] for row in spec.rows()] == ["The client", "The server", "The server"]


def test_a_list_may_be_led_in_by_the_sentence_before() -> None:
    spec = a_spec("The unit SHALL use one of several ways. Possible ways are:", "• by wire", "• by air")
    (row,) = spec.rows()
    assert [spec.of(item) for item in row.items] == ["by wire", "by air"]
    assert row.logic == "one"


def test_a_lead_in_that_binds_twice_stays_a_requirement_beside_its_items() -> None:
    spec = a_spec("The CSP MUST ask, and SHALL:", "1. Offer one.", "2. Take one.")
    assert spec.words() == ["The CSP MUST ask, and SHALL:", "Offer one.", "Take one."]
    assert [[spec.of(each.span) for each in row.keywords] for row in spec.rows()] == [
        ["MUST", "SHALL"],
        ["SHALL"],
        ["SHALL"],
    ]


def test_items_on_lines_of_one_block_are_items() -> None:
    spec = a_spec("The system shall:\n(a) log each access,\n(b) raise an alarm.")
    assert spec.words() == ["log each access,", "raise an alarm."]
