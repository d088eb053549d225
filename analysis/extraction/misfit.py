"""Why a value is refused (floor 4)."""

from __future__ import annotations

from typing import Any

LONGEST_CHARS = 80


class Misfit(ValueError):
    """The value does not fit its field; the message says how."""


def shown(value: Any) -> str:
    """A refused value as a message quotes it: the model may have written pages."""
    text = repr(value)
    return text if len(text) <= LONGEST_CHARS else text[: LONGEST_CHARS - 1] + "…"
