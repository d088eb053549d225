"""Numbers, amounts and dates in prose, as values (floor 4, pure): "thirty (30) days" is 30, "USD 1.2 million" 1200000.

English only. Enough to ask whether a number of an answer stands in its evidence; typed values of extraction are made elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from analysis.evidence.dates import ORDINAL, ORDINALS, dates, months
from analysis.evidence.units import unit_of

SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
SUFFIXES = {"k": 1000, "m": 10**6, "mm": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9}
UNIT_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
UNITS = {word: n for n, word in enumerate(UNIT_NAMES.split())}
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
FRACTIONS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "dozen": Decimal(12)}

SCALE = "|".join(SCALES)
GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+|\d{1,3}(?: \d{3}){2,}(?!\d)"
EUROPEAN = r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}(?![\d.])"
CURRENCY = r"(?<=[$€£])|(?<=[$€£] )|(?<=(?:USD|EUR|GBP|CHF) )"
NUMBER = re.compile(
    rf"(?<![\w.])(?:(?P<hex>0x[0-9a-f]+)\b|(?P<european>{EUROPEAN})|(?:{CURRENCY})(?P<short>\d+(?:\.\d+)?)(?P<suffix>k|mm?|mn|bn?)\b"
    rf"|(?P<plain>{GROUPED}|\d+(?:\.\d+)*|\.\d+)(?:st|nd|rd|th)?(?:\s+(?P<scale>{SCALE})\b)?)",
    re.IGNORECASE,
)
ONE_WORD = f"(?:{'|'.join([*UNITS, *TENS, *SCALES])})"
AND_A_HALF = re.compile(rf"\b(?P<whole>{ONE_WORD}) and (?:a|one)[ -]half(?:\s+(?P<scale>{SCALE}))?\b", re.IGNORECASE)
WORDS = re.compile(
    rf"\b{ONE_WORD}(?:[\s-]+{ONE_WORD}|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+{ONE_WORD})*\b",
    re.IGNORECASE,
)
FRACTION = re.compile(rf"\b({'|'.join(FRACTIONS)})\b", re.IGNORECASE)
LEAST_WORD = 11
"""Smaller numbers written as words ("one of the parties") are claims about a figure only with a unit ("three years")."""

Value = Decimal | tuple[int, int, int] | str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or date at `[start, end)` of the text it was found in; a date is (year, month, day), a day of 0 a whole month.

    `unit` is what it counts, where the text says so next to it; `others` are further readings: 03/01/2026 is March or January.
    """

    text: str
    start: int
    end: int
    value: Value
    unit: str = ""
    others: tuple[Value, ...] = ()
    scale: str = ""


def figures(text: str) -> list[Figure]:
    """The dates and numbers of `text` in order; a number inside a date is not one of its own."""
    found = _dates(text)
    numbers = (*_in_digits(text), *_in_words(text))
    found += [each for each in numbers if not any(date.start < each.end and each.start < date.end for date in found)]
    return sorted(found, key=lambda each: each.start)


def values(text: str) -> set[Value]:
    """Everything a reader of `text` may call a number in it, the parts of dates and small words included."""
    return set(readings(text))


def readings(text: str) -> dict[Value, set[str]]:
    """The same, with the units each value has in the text; "" for a number without one."""
    out: dict[Value, set[str]] = {}
    for each in (*_dates(text), *_in_digits(text), *_words(text)):
        for value in (each.value, *each.others):
            out.setdefault(value, set()).add(each.unit)
            if isinstance(value, tuple):
                for part in _parts(*value):
                    out.setdefault(part, set()).add("")
    for named in months(text):
        out.setdefault(named, set()).add("")
    for match in ORDINAL.finditer(text):
        out.setdefault(Decimal(ORDINALS[match.group().lower()]), set()).add("")
    for match in FRACTION.finditer(text):
        share = FRACTIONS[match.group().lower()]
        out.setdefault(share, set()).add("")
        out.setdefault((100 * share).normalize(), set()).add("%")
    return out


def _parts(year: int, month: int, day: int) -> tuple[Value, ...]:
    return (year, month, 0), (0, month, 0), Decimal(year), Decimal(month), Decimal(day)


def _dates(text: str) -> list[Figure]:
    return [
        Figure(match.group(), match.start(), match.end(), read[0], others=tuple(read[1:]))
        for match, read in dates(text)
    ]


def _in_digits(text: str) -> Iterator[Figure]:
    for match in NUMBER.finditer(text):
        value, scale = _value(match)
        unit = unit_of(text, match.start(), match.end())
        yield Figure(match.group(), match.start(), match.end(), value, unit, scale=scale)


def _value(match: re.Match[str]) -> tuple[Value, str]:
    if match["hex"]:
        return f"{int(match['hex'], 16):#x}", ""
    if match["european"]:
        return Decimal(match["european"].replace(".", "").replace(",", ".")).normalize(), ""
    if match["short"]:
        return (Decimal(match["short"]) * SUFFIXES[match["suffix"].lower()]).normalize(), ""
    digits, scale = re.sub(r"[,\s]", "", match["plain"]), (match["scale"] or "").lower()
    if digits.strip(".").count(".") > 1:
        return digits, ""
    return (Decimal(digits) * SCALES.get(scale, 1)).normalize(), scale


def _in_words(text: str) -> Iterator[Figure]:
    return (
        each for each in _words(text) if isinstance(each.value, Decimal) and (each.value >= LEAST_WORD or each.unit)
    )


def _words(text: str) -> Iterator[Figure]:
    halves = [match.span() for match in AND_A_HALF.finditer(text)]
    for match in AND_A_HALF.finditer(text):
        value = Decimal(_value_of([match["whole"].lower()])) + FRACTIONS["half"]
        value *= SCALES.get((match["scale"] or "").lower(), 1)
        yield Figure(match.group(), *match.span(), value.normalize(), unit_of(text, *match.span()))
    for match in WORDS.finditer(text):
        inside = any(start < match.end() and match.start() < end for start, end in halves)
        if not inside and not _follows_digits(text, match.start()):
            words = re.findall(r"[a-z]+", match.group().lower())
            value = Decimal(_value_of(words)).normalize()
            yield Figure(match.group(), match.start(), match.end(), value, unit_of(text, match.start(), match.end()))


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
