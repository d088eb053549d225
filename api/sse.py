"""Server-sent events (floor 5): named events with JSON data, a comment ping every 15 s, faults as an `error` event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

from api.problems import problem_of
from proviso.errors import ProvisoError
from proviso.wire import to_json

PING_S = 15.0
Event = tuple[str, Any]


def event_stream(events: AsyncIterator[Event]) -> StreamingResponse:
    """`events` as `text/event-stream`. A closed connection closes the iterator, and with it whatever it drives."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(events), media_type="text/event-stream", headers=headers)


async def first_event(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """Wait for the first event, so that a fault before it can still be an HTTP status; then all of them."""
    head = await anext(events)

    async def whole() -> AsyncIterator[Event]:
        try:
            yield head
            async for event in events:
                yield event
        finally:
            await _close(events)

    return whole()


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    waiting: asyncio.Future[Event] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(events))  # type: ignore[arg-type]
            done, _ = await asyncio.wait({waiting}, timeout=PING_S)
            if not done:
                yield b": ping\n\n"
                continue
            name, data = waiting.result()
            waiting = None
            yield _line(name, data)
    except StopAsyncIteration:
        return
    except ProvisoError as error:
        yield _line("error", problem_of(error))
    finally:
        if waiting and not waiting.done():
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await _close(events)


async def _close(events: AsyncIterator[Event]) -> None:
    if isinstance(events, AsyncGenerator):
        await events.aclose()


def _line(name: str, data: Any) -> bytes:
    body = json.dumps(data, ensure_ascii=False) if isinstance(data, dict) else to_json(data).decode()
    return f"event: {name}\ndata: {body}\n\n".encode()
