"""Waiting for work (floor 4): again while a dependency is away, and for several pieces at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from proviso.errors import DependencyError

TRIES = 4
FIRST_PAUSE_S = 0.5
T = TypeVar("T")


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """`work()`, tried again with growing pauses while a dependency is away; the last fault is raised."""
    for attempt in range(TRIES - 1):
        try:
            return await work()
        except DependencyError:
            await asyncio.sleep(FIRST_PAUSE_S * 3**attempt)
    return await work()


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """`work`, which also when this is cancelled is over before anything else happens: a write that a thread has begun cannot be called
    back, and must not come after the deletion of what it belongs to."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All of them side by side. The first fault is raised as it is, after the others have ended (a task group would wrap it, and the
    job boundary would not know it again)."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
