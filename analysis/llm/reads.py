"""A streamed reply as it comes off the connection (floor 4): all events of one read together, so that a reader who is behind catches
up at the price of one. The SDK's own stream gives them one by one, at several times the cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import openai

Event = Mapping[str, Any]
DONE = b"[DONE]"
UNNAMED = "An error occurred during streaming"
LEAVING_S = 0.1
"""How long the end of a reply that is over is waited for, so that its connection can be used again."""


async def reads(stream: openai.AsyncStream[object]) -> AsyncGenerator[list[Event], None]:
    """The events of a reply, those of each read in one list. Raises as the SDK does: APIError for an error that the server tells within
    the stream, APIConnectionError for a connection that breaks, ValueError for what is no JSON object."""
    lines = EventLines()
    async with contextlib.aclosing(_bytes_of(stream)) as pieces:
        async for piece in pieces:
            told = lines.feed(piece)
            heard = list(itertools.takewhile(lambda data: not data.startswith(DONE), told))
            events, fault = _events(heard, stream)
            if events:
                yield events
            if fault is not None:
                raise fault
            if len(heard) < len(told):
                await _leave(pieces)
                return


class EventLines:
    """Cuts a stream of bytes into the data of its server-sent events, wherever its reads begin and end."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        """The beginning of a line, in pieces: a long one is put together once."""
        self._data: list[bytes] = []
        self._after_return = False

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of every event that is whole now."""
        if self._after_return:
            piece = piece.removeprefix(b"\n")
        self._after_return = piece.endswith(b"\r")
        lines = piece.splitlines(keepends=True)
        rest = [lines.pop()] if lines and not lines[-1].endswith((b"\n", b"\r")) else []
        if lines:
            lines[0] = b"".join([*self._begun, lines[0]])
            self._begun.clear()
        self._begun += rest
        return [data for line in lines if (data := self._take(line.rstrip(b"\r\n"))) is not None]

    def _take(self, line: bytes) -> bytes | None:
        """The data of the event that an empty line ends."""
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            data, self._data = b"\n".join(self._data), []
            return data
        return None


def _events(told: list[bytes], stream: openai.AsyncStream[object]) -> tuple[list[Event], Exception | None]:
    """The events before the first fault, and that."""
    events: list[Event] = []
    try:
        for data in told:
            event = json.loads(data.decode())
            if not isinstance(event, dict):
                return events, ValueError("an event that is not an object")
            if fault := event.get("error"):
                said = fault.get("message") if isinstance(fault, dict) else None
                return events, openai.APIError(str(said or UNNAMED), stream.response.request, body=fault)
            events.append(event)
    except ValueError as error:
        return events, error
    return events, None


async def _bytes_of(stream: openai.AsyncStream[object]) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in stream.response.aiter_bytes():
            yield piece
    except Exception as error:  # whatever the library below calls it, the connection broke
        raise openai.APIConnectionError(request=stream.response.request) from error


async def _leave(pieces: AsyncGenerator[bytes, None]) -> None:
    with contextlib.suppress(TimeoutError, openai.APIConnectionError):
        async with asyncio.timeout(LEAVING_S):
            async for _ in pieces:
                pass
