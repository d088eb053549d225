"""What a number counts, where the text says so right beside it (floor 4, pure): per cent, money, days, years.

Only for telling "5 days" from "5 %": a number whose unit stands elsewhere, as in a table, has none.
"""

from __future__ import annotations

import re

NAMES = {
    "%": r"%|percent\b|per\s+cent\b|percentage\s+points?\b",
    "bps": r"basis\s+points?\b|bps\b",
    "money": r"(?:U\.?S\.?\s+)?dollars?\b|euros?\b|pounds?\s+sterling\b|USD\b|EUR\b|GBP\b|CHF\b|€|£",
    "second": r"seconds?\b",
    "minute": r"minutes?\b",
    "hour": r"hours?\b",
    "day": r"(?:business|calendar|working|consecutive|trading)?\s*days?\b",
    "week": r"weeks?\b",
    "month": r"(?:calendar\s+)?months?\b",
    "year": r"years?\b",
    "time": r"times\b",
}
AFTER = re.compile(
    r"[\s)-]*(?:\(\s*[^()]{0,12}\)\s*)?(?:"
    + "|".join(f"(?P<u{at}>{form})" for at, form in enumerate(NAMES.values()))
    + ")",
    re.IGNORECASE,
)
MONEY_BEFORE = re.compile(r"(?:[$€£]|\b(?:USD|EUR|GBP|CHF))\s*$")
BEFORE_CHARS = 6


def unit_of(text: str, start: int, end: int) -> str:
    """The unit of the number at `[start, end)`: a key of `NAMES`, or "" where there is none next to it."""
    if MONEY_BEFORE.search(text, max(0, start - BEFORE_CHARS), start):
        return "money"
    match = AFTER.match(text, end)
    if match is None:
        return ""
    return next(name for at, name in enumerate(NAMES) if match[f"u{at}"])
