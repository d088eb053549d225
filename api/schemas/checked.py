"""What a request may hold at all (floor 5): data that can be stored, sent back and walked through.

JSON lets through what neither a database nor a response can: half a surrogate pair, NUL, NaN and infinities, and
nesting deeper than any reader goes. It is refused here, at the door, with its place.
"""

from __future__ import annotations

import math
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from proviso.errors import InvalidRequest, Place
from proviso.text import FORBIDDEN

DEEPEST = 64


class Body(BaseModel):
    """A JSON body: no unknown fields, and nothing in it that `checked` refuses."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _holdable(cls, data: Any) -> Any:
        checked(data)
        return data


def checked(data: Any, pointer: str = "", depth: int = DEEPEST) -> None:
    """Raises InvalidRequest with the place of the first thing that cannot be kept."""
    if isinstance(data, str):
        if FORBIDDEN.search(data):
            raise _fault(pointer, "holds a character that is no text (NUL, or half a surrogate pair)")
    elif isinstance(data, float):
        if not math.isfinite(data):
            raise _fault(pointer, "is not a finite number")
    elif isinstance(data, dict | list):
        if depth == 0:
            raise _fault(pointer, f"is nested deeper than {DEEPEST} levels")
        for name, value in data.items() if isinstance(data, dict) else enumerate(data):
            inner = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
            checked(name, inner, depth)
            checked(value, inner, depth - 1)


def _fault(pointer: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{pointer or 'body'} {detail}.", places=[Place(pointer, detail)])
