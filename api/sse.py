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
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Event = tuple[str, Any]


@runtime_checkable
class Closable(Protocol):
    """What can be told that nobody listens any more; every async generator can."""

    async def aclose(self) -> None: ...


class EventStream(StreamingResponse):
    """A response that closes its events when it ends, however it ends: the last one, a fault, a client that has left."""

    def __init__(self, events: AsyncIterator[Event], ping_s: float = PING_S) -> None:
        self._events = events
        self._ping_s = ping_s
        self._next: asyncio.Future[Event] | None = None
        super().__init__(self._lines(), media_type="text/event-stream", headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._close()

    async def _lines(self) -> AsyncIterator[bytes]:
        try:
            while True:
                self._next = self._next or asyncio.ensure_future(anext(self._events))
                done, _ = await asyncio.wait({self._next}, timeout=self._ping_s)
                if not done:
                    yield b": ping\n\n"
                    continue
                finished, self._next = self._next, None
                yield _line(*finished.result())
        except StopAsyncIteration:
            return
        except ProvisoError as error:
            yield _line("error", problem_of(error))
        except (
            Exception
        ):  # the stream's boundary: its status has been sent, so that a fault of ours can only be an event
            log.exception("unexpected fault in a stream")
            yield _line("error", problem(500, "internal_error", UNEXPECTED))

    async def _close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
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
