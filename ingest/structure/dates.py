"""Dates in words and figures (floor 4, pure): where they stand, as ISO 8601. A date that can be read in two ways, or lacks its day, is
no date: 3/4/2020 is left alone, 3/29/2020 is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    "january february march april may june july august september october november december".split(),
    "jan feb mar apr may jun jul aug sep oct nov dec".split(),
)
_MONTH = {name: at for names in _MONTHS for at, name in enumerate(names, 1)} | {"sept": 9}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_DAY = r"(?P<{0}>\d{{1,2}})\s?(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?<![\w/.-])(?:(?:{_DAY.format('d1')}\s+(?:day\s+of\s+)?(?P<m1>{_NAMES})\b\.?,?\s+(?P<y1>\d{{4}}))"
    rf"|(?:(?P<m2>{_NAMES})\b\.?\s+{_DAY.format('d2')},?\s+(?P<y2>\d{{4}}))"
    r"|(?P<y3>\d{4})-(?P<m3>\d{2})-(?P<d3>\d{2})"
    r"|(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y4>\d{4}|\d{2}))(?![\w/-])",
    re.IGNORECASE,
)
YOUNGEST = 2100
OLDEST = 1800
CENTURY = 50
"""Two-digit years up to here are of this century."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date at `[start, end)`, in ISO 8601."""

    start: int
    end: int
    iso: str


def dates_in(text: str, start: int, end: int) -> Iterator[Dated]:
    """The dates of a stretch of text, in order."""
    for found in _DATE.finditer(text, start, end):
        iso = _iso(found)
        if iso:
            yield Dated(found.start(), found.end(), iso)


def _iso(found: re.Match[str]) -> str:
    if found.group("m1"):
        return _valid(found.group("y1"), _MONTH[found.group("m1").lower()], found.group("d1"))
    if found.group("m2"):
        return _valid(found.group("y2"), _MONTH[found.group("m2").lower()], found.group("d2"))
    if found.group("y3"):
        return _valid(found.group("y3"), int(found.group("m3")), found.group("d3"))
    first, second = int(found.group("a")), int(found.group("b"))
    if first == second:
        return _valid(found.group("y4"), first, str(second))
    if first <= 12 and second <= 12:
        return ""
    month, day = (first, second) if first <= 12 else (second, first)
    return _valid(found.group("y4"), month, str(day))


def _valid(year: str, month: int, day: str) -> str:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= CENTURY else 1900
    try:
        return date(number, month, int(day)).isoformat() if OLDEST <= number <= YOUNGEST else ""
    except ValueError:
        return ""
