"""Money, percentages and plain numbers read in quotes (floor 4, pure): "US$1.2 million" is 1200000 USD, "five percent (5%)" 0.05.

What is only said of a number nearby ("in thousands") or has to be reckoned from several (a sum, so many times a price) leaves the
value neither confirmed nor denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from analysis.evidence.figures import figures, readings
from analysis.extraction.agreement import FRACTION, MOST_RECKONED, agreement, clashes, plain
from analysis.extraction.amounts import BY_LENGTH, DOLLAR, DOLLARS, MARKS, money
from analysis.extraction.misfit import Misfit
from proviso.types.extractions import Derived

MARK = "|".join(re.escape(mark) for mark in BY_LENGTH)
MARK_BEFORE = re.compile(rf"(?<![^\W_])(?:{MARK})(?:\s*\$)?\s*$", re.IGNORECASE)
MARK_AFTER = re.compile(rf"\s*(?:\([^()]{{0,12}}\)\s*)?((?:{MARK})(?![^\W_]))", re.IGNORECASE)
LONGEST_MARK = max(map(len, MARKS)) + 3
SCALED = re.compile(
    r"\b(?:in|of)\s+(?:thousands|millions|billions|lakhs?|crores?)\b|000['’]?s\b|\b(?:thousand|million|billion)s\b",
    re.IGNORECASE,
)
NOTATION = re.compile(r"\b0x|[0-9]\s*[\^*×x]\s*[0-9]|[0-9]\s*[KMGT]i?B?\b|\bpercent|%|\bper\s+cent")
PARTED = re.compile(r"[,;\n]|\band\b|\bor\b")
FACTORS = {Decimal(each) for each in ("2 3 4 5 6 7 8 10 12 24 30 52 60 100 365 1000 1024 3600 1000000").split()}
"""Between units of one thing: dozens, hours, kilobytes, per cent. A number that far from another may be the same in another unit."""
REFERENCE = re.compile(
    r"(?:\b(?:section|sections|article|articles|clause|clauses|paragraph|exhibit|schedule|annex|appendix|no\.|page|table|figure)|§)\s*[0-9][\w.()-]*",
    re.IGNORECASE,
)


def of_money(value: Mapping[str, str], quotes: Sequence[str]) -> Derived:
    """`value` is {"amount", "currency"}. An amount of "$" may be of any currency that is called dollar; it is listed as US dollars."""
    wanted, currency = Decimal(value["amount"]), value["currency"]
    texts = [plain(quote) for quote in quotes]
    found = [each for text in texts for each in sums(text)]
    near = [each for each in found if Decimal(each.money["amount"]) == wanted]
    other_dollar = currency in DOLLARS and any(each.bare_dollar for each in near)
    known = [Decimal(each.money["amount"]) for each in found]
    return agreement(
        any(each.money["currency"] == currency for each in near),
        [each.money for each in found],
        doubtful=other_dollar or (not near and any(_hidden(wanted, text, known, "money") for text in texts)),
        clashing=_clashing(wanted, texts, "money"),
    )


def of_percentage(value: float, quotes: Sequence[str]) -> Derived:
    """`value` is a fraction."""
    fraction = Decimal(str(value))
    wanted = (fraction * 100).normalize()
    texts = [plain(quote) for quote in quotes]
    found = [each for text in texts for each in shares(text)]
    return agreement(
        wanted in found or any("%" in readings(text).get(wanted, ()) for text in texts),
        [float(each / 100) for each in found],
        doubtful=any(_hidden(wanted, text, found, "%") or fraction.normalize() in readings(text) for text in texts),
        clashing=_clashing(wanted, texts, "%"),
    )


def of_number(value: float, quotes: Sequence[str]) -> Derived:
    """A number of any kind. Its sign is not compared: "a loss of 5" and "(5)" may both be -5."""
    wanted = abs(Decimal(str(value))).normalize()
    texts = [plain(quote) for quote in quotes]
    found = [
        each.value for text in texts for each in figures(REFERENCE.sub(" ", text)) if isinstance(each.value, Decimal)
    ]
    return agreement(
        any(wanted in readings(text) for text in texts),
        [int(each) if each == int(each) else float(each) for each in found],
        doubtful=any(_reckoned(wanted, text, found) for text in texts),
        clashing=_clashing(wanted, texts),
    )


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount with its currency; `bare_dollar`: only "$" or "dollars" says which."""

    money: dict[str, str]
    bare_dollar: bool


def sums(text: str) -> Iterator[Sum]:
    """The amounts of money in `text` that have a currency."""
    for figure in figures(text):
        if not isinstance(figure.value, Decimal):
            continue
        before = MARK_BEFORE.search(text, max(0, figure.start - LONGEST_MARK), figure.start)
        after = MARK_AFTER.match(text, figure.end)
        first, last = before.group().strip() if before else "", after[1] if after else ""
        try:
            read = money(f"{first}{figure.value:f} {last}")
        except Misfit:
            continue
        yield Sum(read, all(MARKS.get(mark.upper()) == DOLLAR for mark in (first, last) if mark))


def shares(text: str) -> list[Decimal]:
    """The percentages of `text`, in per cent; basis points too."""
    found = ((figure.value, figure.unit) for figure in figures(text) if isinstance(figure.value, Decimal))
    return [(value / 100 if unit == "bps" else value).normalize() for value, unit in found if unit in ("%", "bps")]


def _clashing(wanted: Decimal, texts: Sequence[str], unit: str = "") -> bool:
    """Whether a quote gives `wanted` in words or figures and another number in the other; of any unit where none is given."""
    return any(
        clash.concerns({wanted}) and (not unit or clash.unit == unit) for text in texts for clash in clashes(text)
    )


def _hidden(wanted: Decimal, text: str, known: Sequence[Decimal], unit: str) -> bool:
    """Whether `wanted` may stand in `text` in another way: as a number without this unit, in parts, scaled, or to be reckoned."""
    bare = wanted not in known and any(each.value == wanted and each.unit != unit for each in figures(text))
    return bare or bool(FRACTION.search(text) or SCALED.search(text)) or _made_of(wanted, text, known)


def _made_of(wanted: Decimal, text: str, known: Sequence[Decimal]) -> bool:
    """Whether `wanted` is a sum or difference of known numbers, or one of them so many times (or per cent) as `text` says."""
    if len(known) > MOST_RECKONED or (len(known) > 1 and wanted == sum(known)):
        return True
    if any(wanted in (a + b, abs(a - b)) for a, b in combinations(known, 2)):
        return True
    times = [each for each in readings(text) if isinstance(each, Decimal) and each > 1]
    return any(wanted in (number * n, number / n, number * n / 100) for number in known for n in times)


def _reckoned(wanted: Decimal, text: str, known: Sequence[Decimal]) -> bool:
    """Whether a plain number may come from the quote by counting, by another unit or notation, or by reckoning."""
    if FRACTION.search(text) or SCALED.search(text) or NOTATION.search(text) or _made_of(wanted, text, known):
        return True
    if wanted <= 1 + len(PARTED.findall(text)):
        return True
    ratios = {max(wanted, each) / min(wanted, each) for each in known if wanted and each}
    return bool(ratios & FACTORS)
