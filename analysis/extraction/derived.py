"""Values read again out of their quotes by code (floor 4, pure), so that what the model made of them is held against the words.

A value agrees when the quotes state it among others. It differs when they state values of its kind, in words that code reads for
certain, and not this one. Everything else is `not_stated`: booleans, what is reckoned from another place, other words for a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from analysis.extraction.quoted_amounts import of_money, of_number, of_percentage
from analysis.extraction.quoted_dates import of_dates
from analysis.extraction.quoted_durations import of_durations
from analysis.extraction.quoted_words import of_enum, of_party, of_text
from proviso.types.extractions import Derived, Field

NOT_STATED = Derived("not_stated")
READERS: dict[str, Callable[[Any, Sequence[str]], Derived]] = {
    "date": of_dates,
    "duration": of_durations,
    "money": of_money,
    "percentage": of_percentage,
    "party": of_party,
    "string": of_text,
    "number": of_number,
    "integer": of_number,
}
MOST_SHOWN = 5


def derived(field: Field, value: Any, quotes: Sequence[str]) -> Derived:
    """`value`, in the form of its field, held against what its verified quotes say."""
    if value is None or isinstance(value, bool) or not quotes:
        return NOT_STATED
    if field.enum is not None:
        return of_enum(value, field.enum, quotes) if isinstance(value, str) else NOT_STATED
    return READERS[field.format or field.type](value, quotes)


def disagreement(value: Any, read: Derived) -> str | None:
    """Why a value is not simply found, with both sides: the reason of its cell; None where nothing speaks against it."""
    if read.agreement not in ("differs", "contradictory"):
        return None
    shown = ", ".join(_words(each) for each in read.values[:MOST_SHOWN])
    more = len(read.values) - MOST_SHOWN
    shown += f" and {more} more" if more > 0 else ""
    if read.agreement == "contradictory":
        return f"quote_contradicts_itself: the value is {_words(value)}, the quote gives words and figures that differ: {shown}"
    return f"value_differs_from_quote: the value is {_words(value)}, the quote says {shown}"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part is not None)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
