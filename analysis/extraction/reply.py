"""The model's JSON reply to an extraction (floor 3, pure): read leniently, judged strictly afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

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
    data = _object(text)
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise Unreadable('the reply has no list "cells"')
    return [_cell(item) for item in cells if isinstance(item, dict) and isinstance(item.get("field"), str)]


def _object(text: str) -> dict[str, Any]:
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            data, _ = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            fault = str(error)
            at = text.find("{", at + 1) if error.pos < len(text) else -1
            if at < 0:
                raise Unreadable(f"the reply is not JSON: {fault}") from None
            continue
        if isinstance(data, dict) and "cells" in data:
            return data
        at = text.find("{", at + 1)
    raise Unreadable("the reply holds no JSON object")


def _cell(item: dict[str, Any]) -> ReplyCell:
    quotes = item.get("quotes") or []
    listed = [quotes] if isinstance(quotes, str) else quotes if isinstance(quotes, list) else []
    words = tuple(quote for quote in listed if isinstance(quote, str) and quote.strip())
    value = item.get("value")
    found = item.get("found")
    pointer = item["field"] if item["field"].startswith("/") else f"/{item['field']}"
    return ReplyCell(pointer, bool(found) if isinstance(found, bool) else value is not None, value, words)
