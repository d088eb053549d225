"""Server-sent events (floor 5): named events with JSON data, a comment ping every 15 s, faults as an `error` event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any, Protocol, runtime_checkable

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.problems import UNEXPECTED, problem, problem_of
from proviso.errors import ProvisoError
from proviso.wire import to_line

log = logging.getLogger(__name__)
PING_S = 15.0
PING = b": ping\n\n"
MOST_LINES = 64
"""So many events may wait for a client that is slow to take them; then what makes them waits, too."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Event = tuple[str, Any]


@runtime_checkable
class Closable(Protocol):
    """What can be told that nobody listens any more; every async generator can."""

    async def aclose(self) -> None: ...


class EventStream(StreamingResponse):
    """A response that closes its events when it ends, however it ends: the last one, a fault, a client that has left.

    The events are read in a task of their own, so that a client that leaves does not cut their clean-up short. All that have come by
    the time the client can take more go out in one piece; none waits for another.
    """

    def __init__(self, events: AsyncIterator[Event], ping_s: float = PING_S) -> None:
        self._events = events
        self._ping_s = ping_s
        self._reading: asyncio.Task[None] | None = None
        self._lines: list[bytes] = []
        self._ended = False
        self._said, self._room = asyncio.Event(), asyncio.Event()
        super().__init__(self._pieces(), media_type="text/event-stream", headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._reading = asyncio.create_task(self._read())
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._close()

    async def _pieces(self) -> AsyncIterator[bytes]:
        """What goes out, piece by piece."""
        while True:
            try:
                async with asyncio.timeout(self._ping_s):
                    await self._said.wait()
            except TimeoutError:
                yield PING
                continue
            self._said.clear()
            piece, self._lines = b"".join(self._lines), []
            self._room.set()
            if piece:
                yield piece
            if self._ended and not self._lines:
                return

    async def _read(self) -> None:
        """Turn the events into lines as they come."""
        try:
            async for name, data in self._events:
                await self._say(name, data)
        except ProvisoError as error:
            await self._say("error", problem_of(error))
        except Exception:  # the stream's boundary: its status has been sent, so a fault of ours can only be an event
            log.exception("unexpected fault in a stream")
            await self._say("error", problem(500, "internal_error", UNEXPECTED))
        finally:
            self._ended = True
            self._said.set()

    async def _say(self, name: str, data: Any) -> None:
        while len(self._lines) >= MOST_LINES:
            self._room.clear()
            await self._room.wait()
        self._lines.append(_line(name, data))
        self._said.set()

    async def _close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if isinstance(self._events, Closable):
            await self._events.aclose()


def event_stream(events: AsyncIterator[Event]) -> EventStream:
    """`events` as `text/event-stream`. A closed connection closes the iterator, and with it whatever it drives."""
    return EventStream(events)


async def first_event(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """Wait for the first event, so that a fault before it can still be an HTTP status; then all of them."""
    try:
        return _WithHead(await anext(events), events)
    except StopAsyncIteration:
        return events


class _WithHead:
    """Events of which the first has been taken already. Closing it closes the rest, also when nobody has begun to read."""

    def __init__(self, head: Event, rest: AsyncIterator[Event]) -> None:
        self._head: Event | None = head
        self._rest = rest

    def __aiter__(self) -> _WithHead:
        return self

    async def __anext__(self) -> Event:
        if self._head is not None:
            head, self._head = self._head, None
            return head
        return await anext(self._rest)

    async def aclose(self) -> None:
        if isinstance(self._rest, Closable):
            await self._rest.aclose()


def _line(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + to_line(data) + b"\n\n"
