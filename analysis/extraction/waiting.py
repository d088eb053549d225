"""Patience with a model that does not answer (floor 3): the job says that it waits, tries again with growing pauses, then gives up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from proviso.errors import LlmUnavailable
from records.catalog import extractions
from records.catalog.catalog import Catalog

T = TypeVar("T")
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


async def with_patience(work: Callable[[], Awaitable[T]], catalog: Catalog, extraction_id: str, patience_s: float) -> T:
    """`work()`; while the model is unavailable, tried again for up to `patience_s`. Raises the last LlmUnavailable."""
    until = time.monotonic() + patience_s
    pause = FIRST_PAUSE_S
    waited = False
    while True:
        try:
            done = await work()
        except LlmUnavailable as error:
            pause_s = min(max(pause, error.retry_after_s or 0), LONGEST_PAUSE_S)
            if time.monotonic() + pause_s > until:
                raise
            waited = True
            await catalog.write(extractions.waiting, extraction_id, "llm")
            await asyncio.sleep(pause_s)
            pause *= 2
        else:
            if waited:
                await catalog.write(extractions.waiting, extraction_id, None)
            return done
