"""Patience with a model that does not answer (floor 4): the job says that it waits, tries again with growing pauses, then gives up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from analysis.extraction.unit import Unit
from proviso.errors import LlmUnavailable
from records.catalog import extractions
from records.catalog.catalog import Catalog

T = TypeVar("T")
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


async def with_patience(work: Callable[[], Awaitable[T]], catalog: Catalog, unit: Unit, patience_s: float) -> T:
    """`work()`; while the model is unavailable, tried again for up to `patience_s` after the first failure, and no longer than the
    unit is wanted. Raises the last LlmUnavailable."""
    until: float | None = None
    pause = FIRST_PAUSE_S
    while True:
        try:
            done = await work()
        except LlmUnavailable as error:
            until = time.monotonic() + patience_s if until is None else until
            pause_s = min(max(pause, error.retry_after_s or 0), LONGEST_PAUSE_S)
            if time.monotonic() + pause_s > until:
                raise
            await catalog.write(extractions.waiting, unit.extraction_id, "llm")
            await asyncio.sleep(pause_s)
            if not await catalog.write(extractions.start_unit, *unit.key):
                raise
            pause *= 2
        else:
            if until is not None:
                await catalog.write(extractions.waiting, unit.extraction_id, None)
            return done
