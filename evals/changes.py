"""Values made wrong in one way (evals, pure): another day, number, unit, currency or name, as a model that misreads would give them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from analysis.extraction.values import sameness
from proviso.types.extractions import Field

CURRENCIES = {"EUR": "currency", "GBP": "currency", "CAD": "another dollar"}
LAST_DAY_OF_ALL_MONTHS = 28
DURATION = re.compile(r"P(T?)([0-9]+)([YMWDH])")


def changes(kind: str, value: Any, pool: Sequence[Any], at: int) -> Iterator[tuple[str, Any]]:
    """(what was changed, the wrong value); names come from `pool`, the values of other documents, from place `at` on."""
    if kind == "date":
        yield from _dates(dt.date.fromisoformat(value))
    elif kind == "duration":
        yield from _durations(value)
    elif kind == "money":
        yield from _money(value)
    elif kind == "percentage":
        yield "number", round(value + 0.05, 4)
        yield "factor of ten", round(value / 10, 4)
    elif kind in ("party", "place") and (other := _another(value, pool, at)):
        yield "name", other


def _dates(day: dt.date) -> Iterator[tuple[str, str]]:
    yield "day", day.replace(day=day.day % LAST_DAY_OF_ALL_MONTHS + 1).isoformat()
    yield "day by ten", day.replace(day=(day.day + 9) % LAST_DAY_OF_ALL_MONTHS + 1).isoformat()
    yield "month", day.replace(month=day.month % 12 + 1, day=min(day.day, LAST_DAY_OF_ALL_MONTHS)).isoformat()
    yield "year", day.replace(year=day.year + 1, day=min(day.day, LAST_DAY_OF_ALL_MONTHS)).isoformat()


def _durations(value: str) -> Iterator[tuple[str, str]]:
    match = DURATION.fullmatch(value)
    if match is None:
        return
    number, unit = int(match[2]), match[3]
    yield "number by one", f"P{number + 1}{unit}"
    yield "number doubled", f"P{number * 2}{unit}"
    yield "unit", f"P{number}{'D' if unit == 'M' else 'M'}"


def _money(value: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    amount = Decimal(value["amount"])
    yield "factor of ten", value | {"amount": f"{amount * 10:f}"}
    yield "first digit", value | {"amount": f"{int(value['amount'][0]) % 9 + 1}{value['amount'][1:]}"}
    yield from ((what, value | {"currency": currency}) for currency, what in CURRENCIES.items())


def _another(value: Any, pool: Sequence[Any], at: int) -> Any:
    """The next value of the pool that shares no word with this one."""
    field = Field("/value", "string", "", "")
    mine = set(re.findall(r"\w{3,}", sameness(field, value)))
    for step in range(1, len(pool)):
        other = pool[(at + step * 7) % len(pool)]
        if not mine & (set(re.findall(r"\w{3,}", sameness(field, other))) - {"name", "role", "null"}):
            return other
    return None
