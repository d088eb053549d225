"""Asking a server again (floor 4): how often, after which pause, and which faults are worth it. It knows no embeddings.

The client's own retries are off: they would hide how often was asked, and wait a minute for a server that says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 529})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """`tries` requests at most, with pauses of `pause_s`, doubled each time; a server that asks for more than `longest_pause_s` is not
    waited for, but its wish is passed on to the caller."""

    tries: int = 4
    pause_s: float = 0.5
    longest_pause_s: float = 20.0
    timeout_s: float = 60.0
    """Of one request. A request that ran out of time is asked once more at most: the next is as likely to."""


async def insist(ask: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """The result of `ask()`, asked again while the fault is one that passes; the last fault is raised."""
    tries = 1
    while True:
        try:
            return await ask()
        except OpenAIError as error:
            pause_s = _pause_s(error, tries, patience)
            if pause_s is None:
                raise
        await asyncio.sleep(pause_s)
        tries += 1


def retry_after_s(error: APIStatusError) -> float | None:
    """What the server asks a client to wait; dates are not read."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(error.response.headers[name]) / divisor
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _pause_s(error: OpenAIError, tries: int, patience: Patience) -> float | None:
    """How long to wait before the next try; None: do not try again."""
    if tries >= (min(2, patience.tries) if isinstance(error, APITimeoutError) else patience.tries):
        return None
    asked = None
    if isinstance(error, APIStatusError):
        if error.status_code not in RETRIED_STATUSES:
            return None
        asked = retry_after_s(error)
    elif not isinstance(error, APIConnectionError):
        return None
    pause_s = patience.pause_s * 2 ** (tries - 1) if asked is None else asked
    return pause_s if pause_s <= patience.longest_pause_s else None
