"""Dataclasses to and from JSON (floor 0): one codec for the API, the catalog's JSON columns and stored structures."""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")
LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}
"""What some readers take for the end of a line, and JSON leaves as it is."""


@cache
def _adapter_of(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _adapter_of(kind)


def to_data(value: Any) -> Any:
    """`value` (dataclass, tuple, dict …) as plain JSON data: dicts, lists, strings, numbers, booleans, None."""
    return _adapter(type(value)).dump_python(value, mode="json")


def to_json(value: Any) -> bytes:
    """`value` as UTF-8 JSON."""
    return _adapter(type(value)).dump_json(value)


def to_line(value: Any) -> bytes:
    """`value` as UTF-8 JSON on one line for every reader; half a surrogate pair, which UTF-8 cannot hold, goes as its escape."""
    line = json.dumps(value, ensure_ascii=False, default=to_data).translate(LINE_ENDS)
    return line.encode("utf-8", "backslashreplace")


def from_data(kind: type[T], data: Any) -> T:
    """Plain JSON data read back as `kind`; raises pydantic.ValidationError when it does not fit."""
    return cast(T, _adapter(kind).validate_python(data))


def from_json(kind: type[T], data: bytes | str) -> T:
    """JSON read back as `kind`."""
    return cast(T, _adapter(kind).validate_json(data))
