"""Values as the model gave them, in the form API.md has for their field (floor 4, pure). What does not fit is refused with a reason."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from analysis.extraction.amounts import money, percentage
from analysis.extraction.misfit import Misfit, shown
from analysis.extraction.numerals import numeral
from analysis.extraction.times import duration_size, iso_date, iso_duration
from proviso.types.extractions import Field

TRUE, FALSE = {"true", "yes"}, {"false", "no"}
EXACT, EXACT_FLOAT = 2**63, 2**53
"""Whole numbers up to here are kept to the digit; a float beyond its limit has lost its last digits already."""


def normalise(field: Field, value: Any) -> Any:
    """`value` in the form API.md gives for the field. Raises Misfit."""
    if value is None:
        raise Misfit("no value was given")
    if field.enum is not None:
        return _enum(field.enum, value)
    reader = BY_FORMAT.get(field.format or "") or BY_TYPE[field.type]
    return reader(value)


def sameness(field: Field, value: Any) -> str:
    """Equal for values that say the same: P1Y and P12M, "Delaware" and "DELAWARE"."""
    if field.format == "duration" and field.enum is None and isinstance(value, str):
        return str(duration_size(value))
    return " ".join(json.dumps(value, sort_keys=True, ensure_ascii=False).casefold().split())


def _enum(allowed: tuple[Any, ...], value: Any) -> Any:
    for option in allowed:
        if option == value and isinstance(option, bool) == isinstance(value, bool):
            return option
    alike = [option for option in allowed if _folded(option) == _folded(value)]
    if len(alike) == 1:
        return alike[0]
    raise Misfit(f"{shown(value)} is not one of the allowed values")


def _folded(value: Any) -> str:
    return " ".join(str(value).casefold().split())


def _date(value: Any) -> str:
    return iso_date(_words(value, "a full date"))


def _duration(value: Any) -> str:
    return iso_duration(_words(value, "a duration"))


def _words(value: Any, wanted: str) -> str:
    if not isinstance(value, str):
        raise Misfit(f"{shown(value)} is not {wanted}")
    return value


def _percentage(value: Any) -> float:
    """A fraction. More than 1 without a percent sign is refused: 5 may be 5 % or 500 %."""
    if isinstance(value, str) and (fraction := percentage(value)) is not None:
        return float(fraction)
    number = float(_number(value))
    if abs(number) > 1:
        raise Misfit(f"{shown(value)} is not a fraction: 5 % is 0.05")
    return number


def _party(value: Any) -> dict[str, str | None]:
    if isinstance(value, str):
        value = {"name": value}
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not any(c.isalnum() for c in name):
        raise Misfit(f"{shown(value)} is not a party with a name")
    role = value.get("role")
    return {"name": name.strip(), "role": role.strip() or None if isinstance(role, str) else None}


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise Misfit(f"{shown(value)} is neither true nor false")


def _number(value: Any) -> int | float:
    """Whole numbers as int, exactly; others, and those beyond any count, as float."""
    if isinstance(value, bool):
        raise Misfit("a truth value is not a number")
    read: Any = numeral(value) if isinstance(value, str) else value
    if not isinstance(read, int | float | Decimal):
        raise Misfit(f"{shown(value)} is not a number")
    limit = EXACT_FLOAT if isinstance(read, float) else EXACT
    if -limit <= read <= limit and read == int(read):
        return int(read)
    try:
        number = float(read)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Misfit("the number is too large, or none")
    return number


def _integer(value: Any) -> int:
    number = _number(value)
    if not isinstance(number, int):
        raise Misfit(f"{shown(value)} is not a whole number")
    return number


def _text(value: Any) -> str:
    """Text as it is. A blank to be filled in ("____", "[ ]") is no value."""
    if isinstance(value, dict | list | bool):
        raise Misfit(f"{shown(value)} is not text")
    text = str(value).strip()
    if not any(c.isalnum() for c in text):
        raise Misfit("the value is empty")
    return text


BY_FORMAT: dict[str, Callable[[Any], Any]] = {
    "date": _date,
    "duration": _duration,
    "money": money,
    "percentage": _percentage,
    "party": _party,
}
BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}
