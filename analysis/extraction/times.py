"""Dates and durations as contracts write them, in ISO 8601 (floor 4, pure): "the 14th day of September, 2005", "thirty (30) days".

Refused rather than guessed: "05/09/2005" (day or month first?), a year of two digits, a month without a day, business days (which
no ISO duration can say), and a number given twice in two ways.
"""

from __future__ import annotations

import datetime as dt
import re

from analysis.evidence.dates import MONTHS, NTH, ORDINALS
from analysis.evidence.figures import TENS
from analysis.extraction.misfit import Misfit, shown
from analysis.extraction.numerals import LONGEST_CHARS, numeral

MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
TEENS = "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
DAYS = {word: n for word, n in ORDINALS.items() if n <= 12} | {word: n for n, word in enumerate(TEENS, start=13)}
DAYS |= {f"{ten}-{word}": TENS[ten] + n for ten in ("twenty", "thirty") for word, n in ORDINALS.items() if n <= 9}
DAYS["thirtieth"] = 30
DAY = rf"(?P<day>[0-9]{{1,2}}\s?{NTH}|{'|'.join(sorted(DAYS, key=len, reverse=True))})"
YEAR = r"(?P<year>[1-9][0-9]{3})"
MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?)?"
DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{YEAR}([-/])(?P<month>[0-9]{{1,2}})\2(?P<day>[0-9]{{1,2}}){MIDNIGHT}",
        rf"{MONTH}\s+(?:the\s+)?{DAY}(?:\s*,\s*|\s+){YEAR}",
        rf"{DAY}[\s-]+(?:day\s+)?(?:of\s+)?{MONTH}(?:\s*,\s*|[\s-]+){YEAR}",
    )
)
NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([1-9][0-9]{3})")
LEAD_IN = re.compile(
    r"^(?:(?:(?:made|entered into|effective|dated)\s+)?(?:as\s+of|on)\s+|dated\s+)?(?:(?:this|the)\s+)?", re.IGNORECASE
)

UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
DURATION = re.compile(
    r"P(?=[0-9]|T[0-9])(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?"
)
UNIT = re.compile(
    rf"(?:\b(calendar|consecutive|business|working|banking)[\s-]+)?\b({'|'.join(UNITS)})s?\b['’]?", re.IGNORECASE
)
KINDS_IN_ISO = ("", "calendar", "consecutive")
TERM = re.compile(
    r"^(?:for\s+)?(?:(?:an?|the)\s+(?=initial|additional|successive|further|renewal|period|term))?"
    r"(?:(?:initial|additional|successive|further|renewal)\s+)*(?:(?:period|term)s?\s+of\s+)?",
    re.IGNORECASE,
)
PERIODS = re.compile(r"\s+(?:period|term)s?$", re.IGNORECASE)
SECONDS = (604_800, 86_400, 3600, 60, 1)


def iso_date(text: str) -> str:
    """`text` as "2026-03-01". Raises Misfit."""
    bare = LEAD_IN.sub("", " ".join(text.split())).strip(" ,.;(")
    if numeric := NUMERIC.fullmatch(bare):
        return _day_of(text, int(numeric[4]), *_month_and_day(text, int(numeric[1]), int(numeric[3])))
    for pattern in DATES:
        if match := pattern.fullmatch(bare):
            month, day = match["month"].lower(), match["day"].lower()
            number = DAYS.get(day) or int(re.sub(r"\D", "", day))
            return _day_of(text, int(match["year"]), MONTHS.get(month) or int(month), number)
    raise Misfit(f"{shown(text)} is not a full date")


def iso_duration(text: str) -> str:
    """`text` as "P30D", "P1Y6M", "PT48H". Raises Misfit."""
    bare = " ".join(text.split()).strip(" ,.;")
    if len(bare) <= LONGEST_CHARS and DURATION.fullmatch(bare.upper()):
        return bare.upper()
    pieces = UNIT.split(PERIODS.sub("", TERM.sub("", bare)))
    amounts: dict[str, int] = {}
    for number, kind, unit in zip(pieces[0:-1:3], pieces[1::3], pieces[2::3], strict=True):
        if (kind or "").lower() not in KINDS_IN_ISO:
            raise Misfit(f"{shown(text)} counts {kind} {unit}s, which are no calendar duration")
        name = unit.lower()
        if any(UNITS.index(name) <= UNITS.index(before) for before in amounts):
            raise Misfit(f"{shown(text)} is not a duration")
        amounts[name] = _count(text, number)
    if not amounts or pieces[-1].strip(" ,."):
        raise Misfit(f"{shown(text)} is not a duration")
    return _iso(amounts)


def duration_size(iso: str) -> tuple[int, int]:
    """Months and seconds, so that P1Y and P12M, P2W and P14D are seen to be the same."""
    match = DURATION.fullmatch(iso)
    if match is None:
        raise ValueError(f"not an ISO 8601 duration: {iso!r}")
    years, months, *rest = (int(part or 0) for part in match.groups())
    return 12 * years + months, sum(n * seconds for n, seconds in zip(rest, SECONDS, strict=True))


def _month_and_day(text: str, first: int, second: int) -> tuple[int, int]:
    if first > 12:
        return second, first
    if second > 12 or first == second:
        return first, second
    raise Misfit(f"{shown(text)} does not say whether the day or the month comes first")


def _day_of(text: str, year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        raise Misfit(f"{shown(text)} is not a day of the calendar") from None


def _count(text: str, words: str) -> int:
    bare = re.sub(r"^and\s+", "", words.strip(" ,").rstrip(" -").lower())
    number = numeral("one" if bare in ("a", "an") else bare)
    if number is None or number < 0 or number != int(number):
        raise Misfit(f"{shown(text)} is not a duration")
    return int(number)


def _iso(amounts: dict[str, int]) -> str:
    date = "".join(f"{amounts[unit]}{unit[0].upper()}" for unit in UNITS[:4] if unit in amounts)
    time = "".join(f"{amounts[unit]}{unit[0].upper()}" for unit in UNITS[4:] if unit in amounts)
    return f"P{date}" + (f"T{time}" if time else "")
