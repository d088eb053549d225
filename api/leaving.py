"""Work for a client that may leave (floor 5): it ends with the connection, and with it the calls that it has open."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from fastapi import Request, Response

LOOK_S = 0.25
CLIENT_LEFT = 499
"""Seen by our own log and metrics alone."""


async def unless_left(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """The response that `work` makes; when the client closes its connection the work is cancelled, and nobody reads the response."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_S))[0]:
            if await request.is_disconnected():
                return Response(status_code=CLIENT_LEFT)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
