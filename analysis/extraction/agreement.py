"""What all readers of quotes share (floor 4, pure): how a value agrees with what was read, and numbers that a quote gives two ways.

`differs` is said only where the quotes state a value of the kind plainly and nothing in them is left that the reader could have missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.evidence.figures import WORDS
from analysis.evidence.fold import PLAIN
from analysis.evidence.units import unit_of
from analysis.extraction.misfit import Misfit
from analysis.extraction.numerals import in_words, numeral
from proviso.types.extractions import Derived

APPOSED = re.compile(
    r"\s*(?:(?:U\.?S\.?\s+)?(?:dollars?|euros?|percent|per\s+cent)\s*)?\(\s*(?:(?:[A-Z]{1,3}\s?)?[$€£]\s*|[A-Z]{3}\s+)?"
    r"(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)(?=\s*(?:%|percent|per\s+cent)?\s*\))",
    re.IGNORECASE,
)
PART_OF_MORE = re.compile(r"(?:\band|\bpoint|[0-9/.,-])\s*$", re.IGNORECASE)
"""What before a number in words says that they are not all of it: "one hundred twenty and five", "2 million"."""
FRACTION = re.compile(
    r"\b(?:half|halves)\b|\b(?:one|two|three|a)[\s-]+(?:third|quarter|fourth|fifth|sixth|eighth|tenth|twentieth|hundredth|thousandth)s?\b"
    r"|(?<![0-9/])[1-9]\s?/\s?[1-9][0-9]?(?![0-9/])|[\u00bc-\u00be\u2150-\u215e]",
    re.IGNORECASE,
)
"""Parts of one, in forms that the readers of numbers do not read whole: "one-tenth of one percent", "7 1/2"."""
MOST_RECKONED = 60
"""Of more numbers than these anything may be the sum: a quoted table."""


@dataclass(frozen=True, slots=True)
class Clash:
    """ "sixty (30) days": the number in words, the one in figures, and the unit of both."""

    in_words: Decimal
    in_figures: Decimal
    unit: str
    text: str

    def concerns(self, numbers: Iterable[Decimal]) -> bool:
        return bool({self.in_words, self.in_figures} & set(numbers))


def agreement(agrees: bool, values: Iterable[Any], *, doubtful: bool, clashing: bool = False) -> Derived:
    """The verdict over the values that were read, each once.

    `doubtful`: the quotes may state more than was read; `clashing`: they give this very value in words and figures that differ.
    """
    stated: list[Any] = []
    for value in values:
        if value not in stated:
            stated.append(value)
    if agrees:
        return Derived("contradictory" if clashing else "agrees", tuple(stated))
    return Derived("differs" if stated and not doubtful else "not_stated", tuple(stated))


def plain(text: str) -> str:
    """A quote with its dashes and quotation marks folded, as the readers know them; offsets may change."""
    return text.translate(PLAIN)


def clashes(text: str) -> Iterator[Clash]:
    """Where words and the figures in brackets behind them are different numbers of the same unit."""
    for match in WORDS.finditer(text):
        figures = APPOSED.match(text, match.end())
        words = in_words(match.group())
        if figures is None or words is None or PART_OF_MORE.search(text[: match.start()]):
            continue
        unit = unit_of(text, *figures.span("digits"))
        number = _number(figures["digits"])
        if unit and number is not None and number != words:
            yield Clash(Decimal(words), number, unit, f"{text[match.start() : figures.end()]})".strip())


def _number(digits: str) -> Decimal | None:
    try:
        return numeral(digits)
    except Misfit:
        return None
