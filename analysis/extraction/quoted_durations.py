"""Durations read in quotes (floor 4, pure): "thirty (30) days" is P30D, "one year and six months" P1Y6M, "10 business days" itself.

Thirty days are not a month and business days are no days: no calendar makes them equal. Twelve months are a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from analysis.evidence.dates import dates
from analysis.evidence.figures import UNITS as NUMBER_WORDS
from analysis.evidence.figures import Figure, figures
from analysis.evidence.units import AFTER
from analysis.extraction.agreement import FRACTION, MOST_RECKONED, agreement, clashes, plain
from analysis.extraction.misfit import Misfit
from analysis.extraction.times import UNITS, duration_size, iso_duration
from proviso.types.extractions import Derived

Size = tuple[int, int]
"""Months and seconds, as `duration_size` gives them."""
FINER = {
    "year": ("month", 12),
    "week": ("day", 7),
    "day": ("hour", 24),
    "hour": ("minute", 60),
    "minute": ("second", 60),
}
BUSINESS = re.compile(r"[\s)-]*(?:\([^()]{0,12}\)\s*)?(?P<kind>business|working|trading)\b", re.IGNORECASE)
JOINED = re.compile(r"\s*,?\s*(?:(?:and|plus)\s+)?(?:an?\s+additional\s+)?")
UNIT_WORD = rf"(?:{'|'.join(UNITS)})s?\b"
LOOSE = (
    (re.compile(r"\byears?\b|annual|\bannum\b|anniversar|\byearly\b", re.IGNORECASE), "P1Y"),
    (re.compile(r"semi-?\s?annual|half[\s-]year", re.IGNORECASE), "P6M"),
    (re.compile(r"\bquarter", re.IGNORECASE), "P3M"),
    (re.compile(r"\bmonth", re.IGNORECASE), "P1M"),
    (re.compile(r"\bfortnight|bi-?weekly", re.IGNORECASE), "P14D"),
    (re.compile(r"\bweek", re.IGNORECASE), "P7D"),
    (re.compile(r"\bda(?:y|ily)\b|24\s+hours", re.IGNORECASE), "P1D"),
)
"""Words for a duration that have no number: "the following year", "monthly"."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A duration at `[start, end)` of a quote, its unit included; `iso` is None for business days."""

    start: int
    end: int
    unit: str
    iso: str | None
    text: str


def of_durations(value: str, quotes: Sequence[str]) -> Derived:
    """`value` is an ISO duration."""
    wanted = duration_size(value)
    texts = [plain(quote) for quote in quotes]
    found = [each for text in texts for each in stated(text)]
    same = any(each.iso and duration_size(each.iso) == wanted for each in found)
    values = [each.iso or each.text for each in found]
    clashing = any(clash.concerns(_numbers(wanted, clash.unit)) for text in texts for clash in clashes(text))
    return agreement(same, values, doubtful=any(_doubtful(wanted, text) for text in texts), clashing=clashing)


def sizes(text: str) -> Iterator[Size]:
    """The calendar durations of `text`."""
    return (duration_size(each.iso) for each in stated(text) if each.iso)


def stated(text: str) -> list[Stated]:
    """The durations of `text` in order; years and months that belong together as one."""
    found = sorted(_single(text), key=lambda each: each.start)
    out: list[Stated] = []
    for each in found:
        before = out[-1] if out else None
        if before and (whole := _together(before, each, text)):
            if (before.unit, each.unit) == ("year", "month"):
                out.pop()
            else:
                out.append(each)
            out.append(whole)
        else:
            out.append(each)
    return out


def _single(text: str) -> Iterator[Stated]:
    """Each number with a unit of time; one given in words and in figures is there twice where they differ."""
    seen: set[tuple[int, str | None]] = set()
    for figure in figures(text):
        unit = AFTER.match(text, figure.end)
        if figure.unit not in UNITS or unit is None or not isinstance(figure.value, Decimal):
            continue
        kind = BUSINESS.match(text, figure.end)
        iso = None if kind else _iso(figure.value, figure.unit)
        if (unit.end(), iso) not in seen and (kind or iso):
            seen.add((unit.end(), iso))
            words = f"{figure.value:f} {kind['kind'].lower()} {figure.unit}s" if kind else figure.text
            yield Stated(figure.start, unit.end(), figure.unit, iso, words)


def _iso(number: Decimal, unit: str) -> str | None:
    """ "P30M" for two and a half years; None where no whole number of a smaller unit says it."""
    if number != int(number) and unit in FINER:
        unit, times = FINER[unit]
        number *= times
    try:
        return iso_duration(f"{int(number)} {unit}s") if number == int(number) else None
    except Misfit:
        return None


def _together(first: Stated, second: Stated, text: str) -> Stated | None:
    """ "one year and six months" as one duration."""
    falling = first.unit in UNITS and UNITS.index(first.unit) < UNITS.index(second.unit)
    if not (first.iso and second.iso and falling) or not JOINED.fullmatch(
        text, first.end, max(first.end, second.start)
    ):
        return None
    (months, seconds), (more, rest) = duration_size(first.iso), duration_size(second.iso)
    if seconds or rest:
        iso = first.iso + second.iso.removeprefix("P") if "T" not in second.iso else None
    else:
        iso = iso_duration(f"{(months + more) // 12} years {(months + more) % 12} months")
    return Stated(first.start, second.end, second.unit, iso, text[first.start : second.end]) if iso else None


def _doubtful(wanted: Size, text: str) -> bool:
    """Whether `text` may state `wanted` in words that were not read as a duration."""
    rest, read = text, stated(text)
    for each in read:
        rest = rest[: each.start] + " " * (each.end - each.start) + rest[each.end :]
    loose = any(form.search(rest) and duration_size(iso) == wanted for form, iso in LOOSE)
    if loose or FRACTION.search(text) or sum(1 for _ in dates(text)) > 1:
        return True
    known = [duration_size(each.iso) for each in read if each.iso]
    if len(known) > MOST_RECKONED:
        return True
    reckoned = {(a + c, b + d) for (a, b), (c, d) in combinations(known, 2)}
    reckoned |= {(n * a, n * b) for a, b in known for n in _whole_numbers(text)}
    return wanted in reckoned or _counted_otherwise(wanted, text)


def _counted_otherwise(wanted: Size, text: str) -> bool:
    """Whether the value's number stands in `text` without a unit that was read: "three (3) Contract Years", "30, 60 or 90 days"."""
    numbers = {n for unit in UNITS for n in _numbers(wanted, unit)}
    if any(figure.value in numbers and not figure.unit for figure in figures(text)):
        return True
    words = "|".join(word for word, n in NUMBER_WORDS.items() if Decimal(n) in numbers)
    return (
        bool(words)
        and bool(re.search(rf"\b(?:{words})\b(?:\W+\w+){{1,4}}?\W+{UNIT_WORD}", text, re.IGNORECASE))
        and not any(figure.value in numbers for figure in figures(text))
    )


def _numbers(wanted: Size, unit: str) -> set[Decimal]:
    """How many of `unit` make up `wanted`: 24 months are 2 years."""
    months, seconds = wanted
    size = duration_size(iso_duration(f"1 {unit}")) if unit in UNITS else (0, 0)
    count, whole = (months, size[0]) if months and not seconds else (seconds, size[1] if not months else 0)
    return {Decimal(count // whole)} if whole and count and count % whole == 0 else set()


def _whole_numbers(text: str) -> Iterable[int]:
    found: list[Figure] = figures(text)
    words = (
        NUMBER_WORDS[word.lower()] for word in re.findall(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", text, re.IGNORECASE)
    )
    return {int(each.value) for each in found if isinstance(each.value, Decimal) and 1 < each.value < 1000} | {
        n for n in words if n > 1
    }
