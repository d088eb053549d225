"""When a call is sent again, and after how long (floor 4, pure)."""

from __future__ import annotations

import openai

from analysis.llm.faults import retry_after_s

TRIES = 3
CONNECTION_TRIES = 2
LONGEST_PAUSE_S = 20.0
"""A longer `retry-after` is passed on to the caller instead of being waited for."""
PAUSE_S = 0.5
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 529})


def is_refusal(error: openai.APIError) -> bool:
    """Whether the server did not like the request itself."""
    return isinstance(error, openai.APIStatusError) and error.status_code in {400, 422}


def may_have_been_read(error: openai.APIError) -> bool:
    """Whether a call that failed may have cost tokens: it was sent, and nobody said no. A server that hangs up may have read it."""
    if isinstance(error, openai.APIConnectionError):
        return not type(error.__cause__).__name__.startswith("Connect")
    return not isinstance(error, openai.APIStatusError)


def pause_s(error: openai.APIError, tries: int) -> float | None:
    """How long to wait before the next try; None: do not try again."""
    if isinstance(error, openai.APITimeoutError):
        return None
    if isinstance(error, openai.APIConnectionError):
        return PAUSE_S if tries < CONNECTION_TRIES else None
    if not isinstance(error, openai.APIStatusError) or error.status_code not in RETRIED_STATUSES or tries >= TRIES:
        return None
    asked = retry_after_s(error)
    wait_s = PAUSE_S * 2 ** (tries - 1) if asked is None else asked
    return wait_s if wait_s <= LONGEST_PAUSE_S else None
