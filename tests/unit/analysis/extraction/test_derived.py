from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extraction.derived import derived, disagreement
from analysis.extraction.misfit import Misfit
from analysis.extraction.values import normalise
from proviso.types.extractions import Agreement, Derived, Field
from tests.unit.analysis.extraction.builders import a_field

TYPES = {"number": "number", "boolean": "boolean"}
FORMATS = ("date", "duration", "money", "percentage", "party", None)


def read(kind: str, value: Any, *quotes: str) -> Derived:
    """The value, brought into form, held against its quotes; `kind` is a format or a type."""
    field = a_field("/x", TYPES.get(kind, "string"), kind if kind in FORMATS else None)
    return derived(field, normalise(field, value), quotes)


CASES: list[tuple[str, Any, str, Agreement]] = [
    ("date", "2026-03-01", "this 1st day of March, 2026", "agrees"),
    ("date", "2018-08-24", "the 24t h day of August 2018", "agrees"),
    ("date", "2026-01-03", "dated 03/01/2026", "agrees"),
    ("date", "2026-03-02", "effective as of March 1, 2026", "differs"),
    ("date", "2025-03-01", "effective as of March 1, 2026", "differs"),
    ("date", "2026-03-01", "between March 1 and April 1, 2026", "not_stated"),
    ("date", "2026-03-31", "by the end of March 2026", "not_stated"),
    ("date", "2029-03-01", "three (3) years from the Effective Date", "not_stated"),
    ("date", "2009-01-01", "for five (5) years from January 1, 2004", "agrees"),
    ("date", "2008-12-31", "for five (5) years from January 1, 2004", "agrees"),
    ("date", "2008-06-30", "for five (5) years from January 1, 2004", "not_stated"),
    ("date", "2010-01-01", "the fifth anniversary of January 1, 2005", "agrees"),
    ("date", "2022-03-14", "until March 15, 2022", "not_stated"),
    ("date", "1996-10-11", "dated 10-11-96", "not_stated"),
    ("date", "2024-02-29", "twelve months from February 28, 2023", "not_stated"),
    ("duration", "P30D", "within thirty (30) days", "agrees"),
    ("duration", "P60D", "within thirty (30) days", "differs"),
    ("duration", "P1M", "within thirty (30) days", "differs"),
    ("duration", "P30D", "one (1) month", "differs"),
    ("duration", "P12M", "one (1) year", "agrees"),
    ("duration", "P2W", "fourteen days", "agrees"),
    ("duration", "P18M", "one (1) year and six months", "agrees"),
    ("duration", "P1Y", "one (1) year and six months", "differs"),
    ("duration", "P30M", "two and one-half years", "agrees"),
    ("duration", "P10D", "ten (10) business days", "differs"),
    ("duration", "P3Y", "three Contract Years, on 30 days' notice", "not_stated"),
    ("duration", "P36M", "three (3) further periods of twelve (12) months", "not_stated"),
    ("duration", "P1Y", "from year to year, on 30 days' notice", "not_stated"),
    ("duration", "P30D", "sixty (30) days", "contradictory"),
    ("duration", "P90D", "sixty (30) days, and ninety (90) days later", "agrees"),
    ("money", "USD 1,200,000", "a fee of US$1.2 million", "agrees"),
    ("money", "EUR 1,200,000", "a fee of US$1.2 million", "differs"),
    ("money", "USD 500", "the sum of $5,000", "differs"),
    ("money", "CAD 5,000", "the sum of $5,000", "not_stated"),
    ("money", "GBP 5,000", "pounds sterling 5,000", "agrees"),
    ("money", "EUR 250,000", "EUR 250k", "agrees"),
    ("money", "USD 6,000", "a fee of 5,000 a month", "not_stated"),
    ("money", "USD 1,200", "$100 a month for twelve (12) months", "not_stated"),
    ("money", "USD 12,345,000", "(in thousands) $ 12,345", "not_stated"),
    ("money", "USD 5,000", "Five Thousand Dollars ($6,000.00)", "contradictory"),
    ("percentage", "5%", "five percent (5%)", "agrees"),
    ("percentage", "1.5%", "150 basis points", "agrees"),
    ("percentage", "50%", "one-half of the fee", "agrees"),
    ("percentage", "6%", "five percent (5%)", "differs"),
    ("percentage", "0.1%", "one-tenth of one percent", "not_stated"),
    ("percentage", "1.5%", "1 1/2% a month", "not_stated"),
    ("number", 400, "at most 400 seats", "agrees"),
    ("number", 401, "at most 400 seats", "differs"),
    ("number", 16384, "a cache of 16KB", "not_stated"),
    ("number", 2, "the chair and the secretary, under Section 900", "not_stated"),
    ("party", "Acme, Inc.", 'ACME INC ("Acme")', "agrees"),
    ("party", "Acme and Sons Ltd", "Acme & Sons Limited", "agrees"),
    ("party", "Acme Corp", "by and between Bolt LLC and Nuts GmbH", "differs"),
    ("party", "IBM", "International Business Machines Corporation", "not_stated"),
    ("party", "Acme", "Supplier shall indemnify Bolt Industries, Inc.", "not_stated"),
    ("party", "Acme", "the President of the Company", "not_stated"),
    ("text", "Delaware", "the laws of the State of Delaware", "agrees"),
    ("text", "State of New York", "the laws of  New\nYork", "agrees"),
    ("text", "Ontario, Canada", "the laws of Ontario", "agrees"),
    ("text", "Delaware", "the laws of New York", "differs"),
    ("text", "Virginia", "the laws of West Virginia", "differs"),
    ("text", "England", "English law, in the courts of Singapore", "not_stated"),
    ("text", "China", "PRC law, at the Hong Kong International Arbitration Centre", "not_stated"),
    ("text", "New York", "the courts of NY, a Delaware corporation", "not_stated"),
    ("text", "Washington, D.C.", "the District of Columbia", "not_stated"),
    ("text", "France", "French law, in the courts of Belgium", "not_stated"),
    ("text", "France", "the laws of Belgium", "differs"),
    ("text", "California", "the law of the state in which Licensor has its seat", "not_stated"),
    ("text", "Either side may end it", "Either party may terminate", "not_stated"),
    ("boolean", True, "The licence is exclusive.", "not_stated"),
]


@pytest.mark.parametrize(("kind", "value", "quote", "wanted"), CASES)
def test_a_value_is_held_against_its_quote(kind: str, value: Any, quote: str, wanted: Agreement) -> None:
    assert read(kind, value, quote).agreement == wanted


@pytest.mark.parametrize(
    ("value", "allowed", "quote", "wanted"),
    [
        ("exclusive", ("exclusive", "non-exclusive"), "an exclusive licence", "agrees"),
        ("non-exclusive", ("exclusive", "non-exclusive"), "a non-exclusive licence", "agrees"),
        ("exclusive", ("exclusive", "non-exclusive"), "a non-exclusive licence", "differs"),
        ("monthly", ("monthly", "quarterly"), "payable quarterly in advance", "differs"),
        ("monthly", ("monthly", "quarterly"), "payable each month, reviewed quarterly", "not_stated"),
        ("monthly", ("monthly", "quarterly"), "not payable quarterly", "not_stated"),
        ("silent", ("supported", "silent"), "a plan supported by Licensee", "not_stated"),
        (3, (1, 2, 3), "three copies", "not_stated"),
    ],
)
def test_an_allowed_value_is_looked_for_word_for_word(
    value: Any, allowed: tuple[Any, ...], quote: str, wanted: Agreement
) -> None:
    assert derived(a_field("/x", enum=allowed), value, [quote]).agreement == wanted


def test_one_of_several_values_in_several_quotes_is_enough() -> None:
    quotes = ("an initial term of four (4) years", "renewed for two (2) years on ninety (90) days' notice")
    found = read("duration", "P2Y", *quotes)
    assert (found.agreement, found.values) == ("agrees", ("P4Y", "P2Y", "P90D"))


def test_a_value_without_quotes_is_not_stated() -> None:
    assert read("date", "2026-03-01").agreement == "not_stated"


def test_the_reason_gives_both_sides() -> None:
    field = a_field("/x", format="money")
    value = normalise(field, "USD 500")
    assert disagreement(value, derived(field, value, ["$5,000 and then $6,500"])) == (
        "value_differs_from_quote: the value is 500 USD, the quote says 5000 USD, 6500 USD"
    )
    assert disagreement("P30D", read("duration", "P30D", "sixty (30) days")) == (
        "quote_contradicts_itself: the value is P30D, the quote gives words and figures that differ: P60D, P30D"
    )
    assert disagreement("P30D", read("duration", "P30D", "thirty (30) days")) is None


def test_a_long_list_of_other_values_is_cut_in_the_reason() -> None:
    amounts = " ".join(f"${n},001" for n in range(11, 19))
    found = read("money", "EUR 11,001", amounts)
    assert disagreement({"amount": "11001", "currency": "EUR"}, found) == (
        "value_differs_from_quote: the value is 11001 EUR, the quote says 11001 USD, 12001 USD, 13001 USD, 14001 USD, 15001 USD and 3 more"
    )


PIECES = st.sampled_from(
    "thirty (30) days ; sixty (30) days ; one-half ; $ ; USD ; 5,000 ; 9999999999999 years ; anniversary of ; March 1, 2026 ; "
    "1/2% ; 0x1F ; Acme & Co. ; Inc. ; the State of New York ; ½ ; (in thousands) ; and ; 99/99/9999 ; business days ; "
    "30 February 2020 ; ١٢ days ; 1e400 ; __ day of ; five percent (6%)".split(" ; ")
)
FIELDS = [
    *(a_field("/x", format=form) for form in FORMATS),
    a_field("/x", "number"),
    a_field("/x", enum=("New York", "anniversary")),
]
VALUES = ["2026-03-01", "P30D", "P9999999Y", "USD 5,000", "0.05", "1e300", "Acme Co", "New York", "-7"]


@given(st.lists(st.lists(PIECES, max_size=8).map(" ".join) | st.text(max_size=60), max_size=3), st.sampled_from(FIELDS))
def test_no_quote_is_too_strange_to_read(quotes: list[str], field: Field) -> None:
    for value in VALUES:
        try:
            form = normalise(field, value)
        except Misfit:
            continue
        found = derived(field, form, quotes)
        assert found.agreement != "differs" or (found.values and disagreement(form, found))


@given(st.integers(1, 9999), st.sampled_from(["day", "week", "month", "year"]))
def test_a_duration_agrees_with_its_own_words(number: int, unit: str) -> None:
    assert read("duration", f"{number} {unit}s", f"a period of {number:,} {unit}s").agreement == "agrees"


@given(st.dates(dt.date(1000, 1, 1)))
def test_a_date_agrees_with_its_own_words(day: dt.date) -> None:
    words = f"{day.day} {day.strftime('%B')} {day.year:04d}"
    assert read("date", day.isoformat(), f"on {words}.").agreement == "agrees"
