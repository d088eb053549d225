"""Dates in prose, as values (floor 4, pure): "1st day of March, 2026" is (2026, 3, 1), "March 2026" is (2026, 3, 0).

English only. Where day and month cannot be told apart ("03/01/2026"), a date has both readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MONTH_NAMES = (
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|"
    "november nov|december dec"
)
MONTHS = {name: n for n, names in enumerate(MONTH_NAMES.split("|"), start=1) for name in names.split()}
ORDINAL_NAMES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = (
    {word: n for n, word in enumerate(ORDINAL_NAMES.split(), start=1)}
    | {f"twenty-{word}": 20 + n for n, word in enumerate(ORDINAL_NAMES.split()[:9], start=1)}
    | {"thirtieth": 30, "thirty-first": 31}
)
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
ORDINAL = re.compile(rf"\b({'|'.join(sorted(ORDINALS, key=len, reverse=True))})\b", re.IGNORECASE)
NTH = r"(?:s\s?t|n\s?d|r\s?d|t\s?h)?"
"""Raised letters come out of a PDF apart: "24t h day of August"."""
CENTURY, NEXT_CENTURY_BELOW = 1900, 70

FORMS = (
    re.compile(
        rf"\b(?P<month>{MONTH})\.?\s+(?P<day>\d{{1,2}}){NTH}(?:\s*[.,]\s*|\s+)(?P<year>\d{{4}})\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<day>\d{{1,2}}|{ORDINAL.pattern[3:-3]}){NTH}\)?[\s-]+(?:day\s+)?(?:of\s+)?(?P<month>{MONTH})\.?"
        r"\s*[,-]?\s*(?P<year>\d{4})\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})(?![\d/])"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?![\d.]*\d)"),
    re.compile(rf"\b(?P<month>{MONTH})\.?\s*,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
)
MONTH_NAME = re.compile(rf"\b(?:{MONTH})\b", re.IGNORECASE)

Date = tuple[int, int, int]
"""Year, month, day; 0 where the text names none."""


def dates(text: str) -> Iterator[tuple[re.Match[str], list[Date]]]:
    """The dates of `text`, no two of them overlapping, with their readings; the likeliest first."""
    taken: list[tuple[int, int]] = []
    for form in FORMS:
        for match in form.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if readings := _readings(match):
                taken.append(match.span())
                yield match, readings


def months(text: str) -> set[Date]:
    """The months that `text` names, without year or day."""
    return {(0, MONTHS[match.group().lower()], 0) for match in MONTH_NAME.finditer(text)}


def _readings(match: re.Match[str]) -> list[Date]:
    found = match.groupdict()
    year, month, day = _year(found["year"]), found["month"].lower(), (found.get("day") or "0").lower()
    number = ORDINALS.get(day) or int(day)
    if month in MONTHS:
        return [(year, MONTHS[month], number)]
    both = [(year, int(month), number), (year, number, int(month))]
    # Only slashes and points are read in either order; an ISO date has one.
    likely = both[:1] if "-" in match.group() else both
    return list(dict.fromkeys(each for each in likely if 1 <= each[1] <= 12 and each[2] <= 31))


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + CENTURY + (100 if year < NEXT_CENTURY_BELOW else 0)
