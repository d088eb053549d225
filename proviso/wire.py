"""Dataclasses to and from JSON (floor 0): one codec for the API, the catalog's JSON columns and stored structures."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_data(value: Any) -> Any:
    """`value` (dataclass, tuple, dict …) as plain JSON data: dicts, lists, strings, numbers, booleans, None."""
    return _adapter(type(value)).dump_python(value, mode="json")


def to_json(value: Any) -> bytes:
    """`value` as UTF-8 JSON."""
    return _adapter(type(value)).dump_json(value)


def from_data(kind: type[T], data: Any) -> T:
    """Plain JSON data read back as `kind`; raises pydantic.ValidationError when it does not fit."""
    return cast(T, _adapter(kind).validate_python(data))


def from_json(kind: type[T], data: bytes | str) -> T:
    """JSON read back as `kind`."""
    return cast(T, _adapter(kind).validate_json(data))
