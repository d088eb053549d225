"""The metadata filter of a scope (floor 2, pure): `{"metadata.x": value | {"in": […]} | {"gte": …, "lte": …}}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proviso.errors import InvalidRequest, Place

PREFIX = "metadata."
Test = Callable[[dict[str, Any]], bool]
MISSING = object()


def compile_filter(wanted: dict[str, Any]) -> Test:
    """A test of a document's metadata; all conditions must hold. Raises InvalidRequest that names the place."""
    tests = [_condition(name, condition) for name, condition in wanted.items()]
    return lambda metadata: all(test(metadata) for test in tests)


def _condition(name: str, condition: Any) -> Test:
    if not name.startswith(PREFIX) or name == PREFIX:
        raise _fault(name, f"{name!r} is not a field to filter by; use metadata.<name>.")
    field = name.removeprefix(PREFIX)
    if not isinstance(condition, dict):
        if isinstance(condition, list):
            raise _fault(name, 'a list needs {"in": […]}.')
        return lambda metadata: _same(metadata.get(field, MISSING), condition)
    if set(condition) == {"in"} and isinstance(condition["in"], list):
        values = condition["in"]
        return lambda metadata: any(_same(metadata.get(field, MISSING), value) for value in values)
    if condition and set(condition) <= {"gte", "lte"}:
        return _range(name, field, condition)
    raise _fault(name, 'a condition is a value, {"in": […]}, or {"gte": …, "lte": …}.')


def _range(name: str, field: str, condition: dict[str, Any]) -> Test:
    bounds = list(condition.values())
    if not (all(map(_is_number, bounds)) or all(isinstance(bound, str) for bound in bounds)):
        raise _fault(name, "gte and lte must both be numbers, or both be strings such as dates.")
    low, high = condition.get("gte"), condition.get("lte")

    def within(metadata: dict[str, Any]) -> bool:
        value = metadata.get(field)
        comparable = _is_number(value) if _is_number(bounds[0]) else isinstance(value, str)
        return bool(comparable and (low is None or value >= low) and (high is None or value <= high))

    return within


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: Any, wanted: Any) -> bool:
    """Equal as JSON: true is not 1. A list holds what it contains, so that tags can be filtered by."""
    if isinstance(value, list) and not isinstance(wanted, list):
        return any(_same(item, wanted) for item in value)
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _fault(name: str, detail: str) -> InvalidRequest:
    pointer = "/filter/" + name.replace("~", "~0").replace("/", "~1")
    return InvalidRequest(f"filter: {detail}", places=[Place(pointer, detail)])
