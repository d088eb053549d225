"""Numbers as contracts write them (floor 4, pure): "1,200,000.50", "1.2 million", "thirty", "one hundred eighty (180)". English only.

Strict where `analysis.evidence.figures` is generous: the whole text must be the number, digits are grouped or not at all, and a
number given twice must be the same both times.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeVar

from analysis.evidence.figures import TENS, UNITS
from analysis.extraction.misfit import Misfit, shown

DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
"""Grouped by thousands, or in the Indian way ("12,34,567"); a comma is never a decimal mark."""
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
IN_DIGITS = re.compile(rf"(?P<sign>[-+−]?)(?P<digits>{DIGITS})(?:\s*(?P<scale>{'|'.join(SCALES)}))?", re.IGNORECASE)
TWICE = re.compile(r"(?P<first>[^()]+?)\s*\(\s*(?P<second>[^()]+?)\s*\)")
LONGEST_CHARS = 200
T = TypeVar("T")


def numeral(text: str) -> Decimal | None:
    """The number that `text` is, or None. Raises Misfit when it says two different ones."""
    text = text.strip()
    if len(text) > LONGEST_CHARS:
        return None
    if twice := TWICE.fullmatch(text):
        return agreed(numeral(twice["first"]), numeral(twice["second"]), text)
    if match := IN_DIGITS.fullmatch(text):
        number = Decimal(match["digits"].replace(",", "")) * SCALES.get((match["scale"] or "").lower(), 1)
        return -number if match["sign"] in ("-", "−") else number
    words = in_words(text)
    return None if words is None else Decimal(words)


def agreed(first: T | None, second: T | None, text: str) -> T | None:
    """What both say; None when either says nothing. Raises Misfit when they differ."""
    if first is None or second is None:
        return None
    if first != second:
        raise Misfit(f"{shown(text)} says two different things")
    return first


def in_words(text: str) -> int | None:
    """ "one hundred and twenty thousand five hundred" → 120500; None for anything that is not wholly a number in words."""
    total, smallest, group = 0, 10**15, list[str]()
    words = re.split(r"[\s-]+", text.strip().lower())
    if words[-1] == "and":
        return None
    for word in words:
        if word not in SCALES:
            if not (word == "and" and total and not group):
                group.append(word)
            continue
        below = _below_thousand(group)
        if not below or SCALES[word] >= smallest:
            return None
        total, smallest, group = total + below * SCALES[word], SCALES[word], []
    if not group:
        return total or None
    rest = _below_thousand(group)
    return None if rest is None or (total and not rest) else total + rest


def _below_thousand(words: list[str]) -> int | None:
    if "hundred" not in words:
        return _below_hundred(words)
    at = words.index("hundred")
    head, tail = words[:at], words[at + 1 :]
    hundreds = 1 if head in ([], ["a"]) else _below_hundred(head)
    tail = tail[1:] if tail[:1] == ["and"] and len(tail) > 1 else tail
    rest = _below_hundred(tail) if tail else 0
    return None if not hundreds or rest is None else hundreds * 100 + rest


def _below_hundred(words: list[str]) -> int | None:
    match words:
        case [word]:
            return UNITS.get(word, TENS.get(word))
        case [ten, unit] if ten in TENS and 1 <= UNITS.get(unit, 0) <= 9:
            return TENS[ten] + UNITS[unit]
    return None
