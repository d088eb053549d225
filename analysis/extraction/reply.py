"""The model's JSON reply to an extraction (floor 4, pure): read leniently, judged strictly afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from proviso.text import FORBIDDEN
from proviso.types.extractions import Field

REPLY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "cells": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "found": {"type": "boolean"},
                    "value": {},
                    "quotes": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["field", "found", "value", "quotes"],
            },
        }
    },
    "required": ["cells"],
}
TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


def reply_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """REPLY_SCHEMA with the pointers that may be answered, so that a grammar lets no other through; any string where there are arrays,
    because their items have pointers of their own."""
    schema = deepcopy(REPLY_SCHEMA)
    if not any(field.array for field in fields):
        item = schema["properties"]["cells"]["items"]["properties"]
        item["field"] = {"type": "string", "enum": [field.pointer for field in fields]}
    return schema


class Unreadable(ValueError):
    """The reply holds no JSON object with cells; the message says what was wrong."""


@dataclass(frozen=True, slots=True)
class ReplyCell:
    """What the model said of one field."""

    field: str
    found: bool
    value: Any
    quotes: tuple[str, ...]


def read_reply(text: str) -> list[ReplyCell]:
    """The cells of a reply; fences and words around the object are passed over. Raises Unreadable."""
    cells = _object(text).get("cells")
    if not isinstance(cells, list):
        raise Unreadable('the reply has no list "cells"')
    return [_cell(item) for item in cells if isinstance(item, dict) and isinstance(item.get("field"), str)]


def _object(text: str) -> dict[str, Any]:
    """The first JSON object of the text that has cells. NaN and Infinity, which JSON does not know, are read as null."""
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    fault: str | None = None
    at = text.find("{")
    while at >= 0:
        try:
            data, _ = decoder.raw_decode(text, at)
            if isinstance(data, dict) and "cells" in data:
                cleaned: dict[str, Any] = _clean(data)
                return cleaned
        except json.JSONDecodeError as error:
            fault = fault or str(error)
            if error.pos >= len(text):
                break
        except (RecursionError, ValueError) as error:
            raise Unreadable(f"the reply is not usable JSON: {error}") from None
        at = text.find("{", at + 1)
    raise Unreadable(f"the reply is not JSON: {fault}" if fault else 'the reply holds no JSON object with "cells"')


def _clean(value: Any) -> Any:
    """Without NUL and halves of surrogate pairs, which no text of a document holds and no database takes."""
    if isinstance(value, str):
        return FORBIDDEN.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _cell(item: dict[str, Any]) -> ReplyCell:
    quotes = item.get("quotes") or []
    listed = [quotes] if isinstance(quotes, str) else quotes if isinstance(quotes, list) else []
    words = tuple(quote for quote in listed if isinstance(quote, str) and quote.strip())
    value, found = item.get("value"), item.get("found")
    if isinstance(found, str):
        found = TRUTHS.get(found.strip().lower())
    pointer = item["field"].strip().removeprefix("#")
    return ReplyCell(
        field=pointer if pointer.startswith("/") else f"/{pointer}",
        found=found if isinstance(found, bool) else value is not None,
        value=value,
        quotes=words,
    )
