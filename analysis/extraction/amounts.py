"""Money and percentages as contracts write them (floor 4, pure): "USD 1,200,000", "$1.2 million", "Five Thousand Dollars ($5,000.00)".

A bare "$" or "dollars" is read as US dollars unless another mark says which dollar it is. "¥" and "kr" name more than one currency
and are refused, and so is "1.200", which is one and a fifth in one country and twelve hundred in another.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from analysis.extraction.misfit import Misfit, shown
from analysis.extraction.numerals import TWICE, agreed, numeral

CODES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR
    ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
    SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
    ATS BEF DEM ESP FIM FRF GRD IEP ITL LUF NLG PTE""".split()
)
"""ISO 4217, and the currencies that the euro replaced: contracts live long."""
DOLLAR = "$"
DOLLARS = frozenset("USD CAD AUD NZD HKD SGD TWD BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD".split())
MARKS = {code: code for code in CODES} | {
    "US$": "USD", "U.S.$": "USD", "U.S. $": "USD", "US DOLLARS": "USD", "U.S. DOLLARS": "USD", "UNITED STATES DOLLARS": "USD",
    "C$": "CAD", "CA$": "CAD", "CDN$": "CAD", "CANADIAN DOLLARS": "CAD", "A$": "AUD", "AU$": "AUD", "AUSTRALIAN DOLLARS": "AUD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "€": "EUR", "EUROS": "EUR", "EURO": "EUR", "£": "GBP", "POUNDS STERLING": "GBP",
    "₹": "INR", "SWISS FRANCS": "CHF", "$": DOLLAR, "DOLLARS": DOLLAR, "DOLLAR": DOLLAR,
}  # fmt: skip
BY_LENGTH = sorted(MARKS, key=len, reverse=True)
DOUBTFUL = re.compile(r"[-+−]?[0-9]{1,3}\.[0-9]{3}(?:\.[0-9]{3})*")
PERCENT = re.compile(r"(.+?)\s*(?:%|per\s?cent)", re.IGNORECASE)

Money = tuple[Decimal, str]


def money(value: Any) -> dict[str, str]:
    """`{"amount": "1200000", "currency": "USD"}`. Raises Misfit."""
    if isinstance(value, dict):
        amount, currency = _of_parts(value)
    elif isinstance(value, str) and (read := _of_words(value)):
        amount, currency = read
    else:
        raise Misfit(f"{shown(value)} is not an amount with a currency")
    return {"amount": _plain(amount), "currency": currency}


def percentage(text: str) -> Decimal | None:
    """ "5 %" or "five percent (5%)" as the fraction 0.05; None when no percent sign says that it is one."""
    if twice := TWICE.fullmatch(text.strip()):
        return agreed(percentage(twice["first"]), percentage(twice["second"]), text)
    match = PERCENT.fullmatch(text.strip())
    number = numeral(match[1]) if match else None
    return None if number is None else number / 100


def _of_parts(value: dict[Any, Any]) -> Money:
    amount, said = value.get("amount"), str(value.get("currency") or "").strip()
    marks: set[str] = set()
    if said:
        if (mark := MARKS.get(said.upper())) is None:
            raise Misfit(f"{shown(said)} is not a currency code")
        marks.add(mark)
    if isinstance(amount, str):
        amount, more = _unmarked(amount)
        marks |= more
    number = _amount(amount)
    currency = _currency(marks, value)
    if number is None or currency is None:
        raise Misfit(f"{shown(value)} is not an amount with a currency")
    return number, currency


def _of_words(text: str) -> Money | None:
    if twice := TWICE.fullmatch(text.strip()):
        return agreed(_of_words(twice["first"]), _of_words(twice["second"]), text)
    bare, marks = _unmarked(text)
    number, currency = _amount(bare), _currency(marks, text)
    return None if number is None or currency is None else (number, currency)


def _unmarked(text: str) -> tuple[str, set[str]]:
    """`text` without the currency marks at its ends, and what they name."""
    marks: set[str] = set()
    bare = text.strip()
    while True:
        upper = bare.upper()
        first = next((mark for mark in BY_LENGTH if upper.startswith(mark) and _ends(mark, upper[len(mark) :])), None)
        last = next(
            (mark for mark in BY_LENGTH if upper.endswith(mark) and _ends(mark[::-1], upper[: -len(mark)][::-1])), None
        )
        if first is None and last is None:
            return bare, marks
        if first is not None:
            bare = bare[len(first) :].strip()
        elif last is not None:
            bare = bare[: -len(last)].strip()
        marks.add(MARKS[first or last or ""])


def _ends(mark: str, rest: str) -> bool:
    """Whether a mark of letters ends where its word ends: "USD5" is one, "EUROPEAN" is none."""
    return not (mark[-1].isalpha() and rest[:1].isalpha())


def _currency(marks: set[str], given: Any) -> str | None:
    named = marks - {DOLLAR}
    if len(named) > 1 or (DOLLAR in marks and named - DOLLARS):
        raise Misfit(f"{shown(given)} names more than one currency")
    if named:
        return next(iter(named))
    return "USD" if marks else None


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    if not isinstance(value, str):
        return None
    if DOUBTFUL.fullmatch(value.strip()):
        raise Misfit(f"{shown(value)} can be read with a decimal point or with a mark of thousands")
    return numeral(value)


def _plain(amount: Decimal) -> str:
    """Without exponent; no decimals when there is nothing behind the point, else at least two: "5000", "5000.50"."""
    if amount == amount.to_integral_value():
        return format(amount.to_integral_value(), "f")
    shown = format(amount.normalize(), "f")
    return shown + "0" if len(shown.partition(".")[2]) == 1 else shown
