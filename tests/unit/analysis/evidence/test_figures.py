"""Numbers and dates in prose become values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analysis.evidence.figures import Value, figures


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30 days", Decimal(30)),
        ("$1,200,000.50", Decimal("1200000.5")),
        ("USD 1.2 million", Decimal(1_200_000)),
        ("five hundred thousand dollars", Decimal(500_000)),
        ("one hundred and five units", Decimal(105)),
        ("twenty-five percent", Decimal(25)),
        ("the 30th day", Decimal(30)),
        ("March 1, 2026", (2026, 3, 1)),
        ("1st day of March, 2026", (2026, 3, 1)),
        ("1 Sept. 2026", (2026, 9, 1)),
        ("2026-03-01", (2026, 3, 1)),
        ("03/01/2026", (2026, 3, 1)),
        ("version 1.2.3", "1.2.3"),
    ],
)
def test_a_figure_has_one_value_however_it_is_written(text: str, value: Value) -> None:
    found = figures(text)
    assert [each.value for each in found] == [value]
    assert all(text[each.start : each.end] == each.text for each in found)


def test_small_number_words_and_plain_words_are_no_figures() -> None:
    assert figures("one of the parties and second thoughts; someone") == []


def test_two_number_words_joined_by_and_are_two_numbers() -> None:
    assert [each.value for each in figures("between twenty and thirty")] == [Decimal(20), Decimal(30)]
