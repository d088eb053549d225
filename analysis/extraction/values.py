"""Values as the model gave them, brought into the form of their field (floor 3, pure). A value that does not fit is refused with a reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from proviso.types.extractions import Field

DURATION = re.compile(r"P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$")
SPOKEN = re.compile(r"(\d+)\s*(?:calendar |business )?(year|month|week|day)s?$", re.IGNORECASE)
DATE_FORMS = ("%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%Y/%m/%d")
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
TRUE, FALSE = {"true", "yes"}, {"false", "no"}


class Misfit(ValueError):
    """The value does not fit its field; the message says how."""


def normalise(field: Field, value: Any) -> Any:
    """`value` in the form API.md gives for the field. Raises Misfit."""
    if value is None:
        raise Misfit("no value was given")
    if field.enum is not None:
        return _enum(field.enum, value)
    reader = BY_FORMAT.get(field.format or "") or BY_TYPE[field.type]
    return reader(value)


def _enum(allowed: tuple[Any, ...], value: Any) -> Any:
    for option in allowed:
        if option == value or str(option).casefold() == str(value).strip().casefold():
            return option
    raise Misfit(f"{value!r} is not one of the allowed values")


def _date(value: Any) -> str:
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", str(value).strip())
    for form in DATE_FORMS:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    raise Misfit(f"{value!r} is not a full date")


def _duration(value: Any) -> str:
    text = str(value).strip()
    if DURATION.match(text.upper()):
        return text.upper()
    if spoken := SPOKEN.match(text):
        return f"P{int(spoken.group(1))}{spoken.group(2)[0].upper()}"
    raise Misfit(f"{value!r} is not a duration")


def _money(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or "amount" not in value:
        raise Misfit(f"{value!r} is not an amount with a currency")
    currency = str(value.get("currency") or "").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Misfit(f"{value.get('currency')!r} is not a currency code")
    return {"amount": _decimal(value["amount"]), "currency": currency}


def _decimal(value: Any) -> str:
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        raise Misfit(f"{value!r} is not an amount") from None
    if not number.is_finite():
        raise Misfit(f"{value!r} is not an amount")
    return format(number, "f")


def _percentage(value: Any) -> float:
    if isinstance(value, str) and value.strip().endswith("%"):
        return float(Decimal(_decimal(value.strip()[:-1])) / 100)
    return _number(value)


def _party(value: Any) -> dict[str, str | None]:
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict) or not str(value.get("name") or "").strip():
        raise Misfit(f"{value!r} is not a party with a name")
    role = value.get("role")
    return {"name": str(value["name"]).strip(), "role": str(role).strip() if role else None}


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise Misfit(f"{value!r} is neither true nor false")


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise Misfit("a truth value is not a number")
    if isinstance(value, int | float):
        return float(value)
    if match := NUMBER.fullmatch(str(value).strip()):
        return float(match.group().replace(",", ""))
    raise Misfit(f"{value!r} is not a number")


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise Misfit(f"{value!r} is not a whole number")
    return int(number)


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise Misfit("the value is not text")
    text = str(value).strip()
    if not text:
        raise Misfit("the value is empty")
    return text


BY_FORMAT: dict[str, Callable[[Any], Any]] = {
    "date": _date,
    "duration": _duration,
    "money": _money,
    "percentage": _percentage,
    "party": _party,
}
BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "object": _text,
}
