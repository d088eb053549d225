from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.amounts import money, percentage
from analysis.extraction.misfit import Misfit

CENTS = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@given(
    CENTS,
    st.sampled_from(["USD", "EUR", "GBP", "INR", "CHF"]),
    st.sampled_from(["{c} {n:,}", "{n:,} {c}", "{c}{n}", "{n} {c}"]),
)
def test_an_amount_is_read_back_from_every_form(amount: Decimal, currency: str, form: str) -> None:
    read = money(form.format(c=currency, n=amount))
    assert (Decimal(read["amount"]), read["currency"]) == (amount, currency)


@given(CENTS)
def test_equal_amounts_are_written_in_one_way(amount: Decimal) -> None:
    forms = [amount, float(amount), str(amount), f"{amount:,}", f"${amount:,}"]
    read = {
        tuple(money({"amount": form if isinstance(form, float) else str(form), "currency": "USD"}).items())
        for form in forms
    }
    assert len(read) == 1


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_money(text: str) -> None:
    with contextlib.suppress(Misfit):
        assert set(money(text)) == {"amount", "currency"}


@pytest.mark.parametrize(
    ("value", "amount", "currency"),
    [
        ("USD 1,200,000", "1200000", "USD"),
        ("$5,000.00", "5000", "USD"),
        ("US$5 million", "5000000", "USD"),
        ("$1.2 million", "1200000", "USD"),
        ("$5,000 CAD", "5000", "CAD"),
        ("Five Thousand Dollars ($5,000.00)", "5000", "USD"),
        ("five million euros", "5000000", "EUR"),
        ("£0.5", "0.50", "GBP"),
        ("INR 12,34,567", "1234567", "INR"),
        ({"amount": "1200000", "currency": "USD"}, "1200000", "USD"),
        ({"amount": 5000.5, "currency": "usd"}, "5000.50", "USD"),
        ({"amount": 5000, "currency": "$"}, "5000", "USD"),
        ({"amount": "$5,000", "currency": "CAD"}, "5000", "CAD"),
        ({"amount": "€5"}, "5", "EUR"),
        ({"amount": 1e25, "currency": "USD"}, "1" + "0" * 25, "USD"),
    ],
)
def test_money_of_contracts_is_read(value: Any, amount: str, currency: str) -> None:
    assert money(value) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    "value",
    ["500", 500, "¥500", "kr 500", "$", "USD", "€1.200", "€ 1.200.000,50", "1,20 EUR", "$5 to $10", "$5 per unit",
     "Six Thousand Dollars ($5,000.00)", "USD 5 EUR", None, True, [], {}, {"amount": "5"}, {"currency": "USD"},
     {"amount": "1,5", "currency": "USD"}, {"amount": "1_000", "currency": "USD"}, {"amount": True, "currency": "USD"},
     {"amount": float("nan"), "currency": "USD"}, {"amount": "5", "currency": "DOL"}, {"amount": "$5", "currency": "EUR"},
     {"amount": ["5"], "currency": "USD"}, {"amount": "5.000", "currency": "EUR"}],
)  # fmt: skip
def test_money_that_is_ambiguous_or_none_is_refused(value: Any) -> None:
    with pytest.raises(Misfit):
        money(value)


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("5%", "0.05"),
        ("5 %", "0.05"),
        ("1.5 percent", "0.015"),
        ("five percent (5%)", "0.05"),
        ("150%", "1.5"),
        ("5 per cent", "0.05"),
    ],
)
def test_percentages_are_read_as_fractions(text: str, fraction: str) -> None:
    assert percentage(text) == Decimal(fraction)


@pytest.mark.parametrize("text", ["5", "LIBOR + 2%", "%", "percent", "five (5%)", ""])
def test_a_number_without_a_percent_sign_is_no_percentage(text: str) -> None:
    assert percentage(text) is None
