"""Numbers, amounts and dates in prose, as values (floor 4, pure): "thirty (30) days" is 30, "USD 1.2 million" 1200000.

English only. Enough to ask whether a number of an answer stands in its evidence; typed values of extraction are made elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

MONTH_NAMES = (
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|"
    "november nov|december dec"
)
MONTHS = {name: n for n, names in enumerate(MONTH_NAMES.split("|"), start=1) for name in names.split()}
SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
UNIT_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
UNITS = {word: n for n, word in enumerate(UNIT_NAMES.split())}
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
DATES = (
    re.compile(
        rf"\b(?P<month>{MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:day\s+)?(?:of\s+)?(?P<month>{MONTH})\.?\s*,?\s+(?P<year>\d{{4}})\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})\b"),
)
SCALE = "|".join(SCALES)
NUMBER = re.compile(
    rf"(?<![\w.])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)*)(?:st|nd|rd|th)?(?:\s+({SCALE})\b)?", re.IGNORECASE
)
ONE_WORD = f"(?:{'|'.join([*UNITS, *TENS, *SCALES])})"
WORDS = re.compile(
    rf"\b{ONE_WORD}(?:[\s-]+{ONE_WORD}|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+{ONE_WORD})*\b",
    re.IGNORECASE,
)
ORDINAL = re.compile(rf"\b({'|'.join(ORDINALS)})\b", re.IGNORECASE)
LEAST_WORD = 11
"""Smaller numbers written as words ("one of the parties") are not claims about a figure."""

Value = Decimal | tuple[int, int, int] | str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or date at `[start, end)` of the text it was found in; a date is (year, month, day)."""

    text: str
    start: int
    end: int
    value: Value


def figures(text: str) -> list[Figure]:
    """The dates and numbers of `text` in order; a number inside a date is not one of its own."""
    found: list[Figure] = []
    for pattern in DATES:
        for match in pattern.finditer(text):
            if not any(each.start < match.end() and match.start() < each.end for each in found):
                month = match["month"].lower()
                value = int(match["year"]), MONTHS.get(month) or int(month), int(match["day"])
                found.append(Figure(match.group(), match.start(), match.end(), value))
    dates = list(found)
    numbers = (*_in_digits(text), *_in_words(text))
    found += [each for each in numbers if not any(date.start < each.end and each.start < date.end for date in dates)]
    return sorted(found, key=lambda each: each.start)


def values(text: str) -> set[Value]:
    """Everything a reader of `text` may call a number in it, the parts of dates and small words included."""
    found = figures(text)
    out = {each.value for each in found}
    for each in found:
        if isinstance(each.value, tuple):
            out |= {Decimal(part) for part in each.value}
    out |= {Decimal(ORDINALS[match.group().lower()]) for match in ORDINAL.finditer(text)}
    out |= {each.value for each in _words(text)}
    return out | {each.value for each in _in_digits(text)}


def _in_digits(text: str) -> Iterator[Figure]:
    for match in NUMBER.finditer(text):
        digits, scale = match.group(1).replace(",", ""), match.group(2)
        if digits.count(".") > 1:
            yield Figure(match.group(1), match.start(), match.end(), digits)
        else:
            value = Decimal(digits) * (SCALES[scale.lower()] if scale else 1)
            yield Figure(match.group(), match.start(), match.end(), value.normalize())


def _in_words(text: str) -> Iterator[Figure]:
    return (each for each in _words(text) if isinstance(each.value, Decimal) and each.value >= LEAST_WORD)


def _words(text: str) -> Iterator[Figure]:
    for match in WORDS.finditer(text):
        if not _follows_digits(text, match.start()):
            words = re.findall(r"[a-z]+", match.group().lower())
            yield Figure(match.group(), match.start(), match.end(), Decimal(_value_of(words)).normalize())


def _follows_digits(text: str, start: int) -> bool:
    """ "1.2 million": the scale belongs to the digits."""
    return bool(re.search(r"\d\s*$", text[:start]))


def _value_of(words: list[str]) -> int:
    total = current = 0
    for word in words:
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
        else:
            current += UNITS.get(word, TENS.get(word, 0))
    return total + current
