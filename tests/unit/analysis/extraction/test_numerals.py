from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.misfit import Misfit
from analysis.extraction.numerals import in_words, numeral

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def spelled(number: int, joiner: str = " ") -> str:
    """English words of a number below a thousand million, written apart from the reader under test."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            return f"{spelled(number // size, joiner)} {name}" + (f"{joiner}{spelled(rest, joiner)}" if rest else "")
    raise AssertionError(number)


@given(st.integers(0, 10**9 - 1), st.sampled_from([" ", " and "]))
def test_every_whole_number_is_read_back_from_its_words(number: int, joiner: str) -> None:
    assert in_words(spelled(number, joiner)) == number


@given(st.integers(-(10**12), 10**12), st.booleans())
def test_every_whole_number_is_read_back_from_its_digits(number: int, grouped: bool) -> None:
    assert numeral(f"{number:,}" if grouped else str(number)) == number


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        assert numeral(text) is None or isinstance(numeral(text), Decimal)
    except Misfit:
        assert "(" in text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200,000.50", "1200000.50"),
        ("12,34,567", "1234567"),
        ("1.2 million", "1200000"),
        ("-5", "-5"),
        (".5", "0.5"),
        ("Thirty (30)", "30"),
        ("30 (thirty)", "30"),
        ("one hundred eighty (180)", "180"),
        ("a hundred", "100"),
        ("twelve hundred", "1200"),
    ],
)
def test_numbers_are_read_as_contracts_write_them(text: str, number: str) -> None:
    assert numeral(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "1,2", "1,2345", "1_000", "1e5", "١٢", "thirty five six", "thirty twelve", "thousand million", "and", "five ten",
     "hundred hundred", "NaN", "Infinity", "9" * 300, "one two"],
)  # fmt: skip
def test_what_is_not_wholly_a_number_is_none(text: str) -> None:
    assert numeral(text) is None


def test_a_number_given_twice_in_two_ways_is_refused() -> None:
    with pytest.raises(Misfit, match="two different"):
        numeral("thirty (60)")
