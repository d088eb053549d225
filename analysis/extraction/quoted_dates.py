"""Dates read in quotes (floor 4, pure): the days a quote names, and those it gives as so long after a day that it names itself.

A day that may count from somewhere else ("three years from the Effective Date"), or is written in a way that `analysis.evidence.dates`
does not read whole, leaves the value neither confirmed nor denied.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from analysis.evidence.dates import MONTH_NAME, dates
from analysis.evidence.figures import readings
from analysis.extraction.agreement import agreement, plain
from analysis.extraction.quoted_durations import Size, sizes
from proviso.types.extractions import Derived

DAY = dt.timedelta(days=1)
NUMERIC = re.compile(r"[0-9]{1,4}\s?[-./]\s?[0-9]{1,2}\s?[-./]\s?[0-9]{1,4}")
BLANK = re.compile(r"_{2,}|\[[\s\W]*\]|\bday\s+of\b", re.IGNORECASE)
YEAR_IN_WORDS = re.compile(r"\b(?:nineteen|twenty)[\s-]+\w+|\btwo\s+thousand\b", re.IGNORECASE)
RELATIVE = re.compile(
    r"\banniversar|\bthereafter\b|\b(?:end|last\s+day|close|first\s+day|beginning)\s+of\b|\bfiscal\b|\bquarters?\b|\b(?:next|following|preceding)\b",
    re.IGNORECASE,
)
BORDER = re.compile(
    r"\b(?:after|before|prior|until|till|through|to|from|following|midnight|commenc\w+|begin\w*)\b", re.IGNORECASE
)
LAST_YEAR = 9999


def of_dates(value: str, quotes: Sequence[str]) -> Derived:
    """`value` is an ISO date."""
    wanted = dt.date.fromisoformat(value)
    texts = [plain(quote) for quote in quotes]
    named = [day for text in texts for day in days(text)]
    agrees = wanted in named or any(wanted in reckoned(text) for text in texts)
    doubtful = any(_doubtful(wanted, text, named) for text in texts)
    return agreement(agrees, [day.isoformat() for day in named], doubtful=doubtful)


def days(text: str) -> list[dt.date]:
    """The full dates of `text` in order; one that can be read with the day or the month first is there twice."""
    found = sorted(dates(text), key=lambda each: each[0].start())
    return [day for _, read in found for each in read if (day := _day(*each))]


def reckoned(text: str) -> Iterator[dt.date]:
    """The days that lie as long after a day of `text` as it says somewhere, and the days before those: terms end on either."""
    spans = list(sizes(text))
    if re.search(r"\banniversar", text, re.IGNORECASE):
        years = (int(n) for n in readings(text) if isinstance(n, Decimal) and n == int(n) and 0 < n < 100)
        spans += [(12 * n, 0) for n in years]
    for start in days(text):
        for span in spans:
            if end := _later(start, span):
                yield from (end, end - DAY)


def _doubtful(wanted: dt.date, text: str, named: Sequence[dt.date]) -> bool:
    """Whether `text` may state `wanted` in words that were not read as a date."""
    rest, months = _unread(text)
    if (wanted.year, wanted.month) in months or str(wanted.year) in rest or NUMERIC.search(rest) or BLANK.search(rest):
        return True
    if YEAR_IN_WORDS.search(rest) or any(match.group()[0].isupper() for match in MONTH_NAME.finditer(rest)):
        return True
    near = any(abs(wanted - day) == DAY for day in named)
    return bool(RELATIVE.search(text) or next(sizes(text), None) or (near and BORDER.search(text)))


def _unread(text: str) -> tuple[str, set[tuple[int, int]]]:
    """`text` without its dates, and the months among these that have no day."""
    rest, months = text, set[tuple[int, int]]()
    for match, read in dates(text):
        rest = rest[: match.start()] + " " * (match.end() - match.start()) + rest[match.end() :]
        months |= {(year, month) for year, month, day in read if not day}
    return rest, months


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _later(day: dt.date, span: Size) -> dt.date | None:
    """`day` moved on by months and seconds; the last day of a month that is too short for it."""
    months, seconds = span
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if year > LAST_YEAR or seconds % 86_400:
        return None
    try:
        moved = dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
        return moved + dt.timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
