from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Response
from starlette.types import Message

from api.problems import install_problems
from api.sse import MOST_LINES, PING_S, Event, EventStream, event_stream, first_event
from proviso.errors import LlmUnavailable
from proviso.types.answers import CallUsage
from proviso.wire import to_data

SOON_S = 5.0
Source = Callable[[], AsyncIterator[Event]]


class Watched:
    """A source of events that records whether it has been closed, also in the part of its clean-up that takes time."""

    def __init__(self, *events: Event, then: Callable[[], Any] | None = None, endless: bool = False) -> None:
        self.events, self.then, self.endless = events, then, endless
        self.closed = asyncio.Event()

    async def __call__(self) -> AsyncIterator[Event]:
        try:
            for event in self.events:
                yield event
            while self.endless:
                yield self.events[-1]
            if self.then is not None:
                await self.then()
        finally:
            await asyncio.sleep(0.01)
            self.closed.set()

    async def is_closed(self) -> bool:
        try:
            await asyncio.wait_for(self.closed.wait(), SOON_S)
        except TimeoutError:
            return False
        return True


async def forever() -> Any:
    await asyncio.sleep(600)


async def a_fault() -> None:
    raise LlmUnavailable("The model does not answer.", retry_after_s=3)


async def a_bug() -> None:
    raise ZeroDivisionError


@asynccontextmanager
async def served(
    source: Source, ping_s: float = PING_S, wait_for_first: bool = False
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server whose one route streams `source`."""
    app = FastAPI()
    install_problems(app)

    @app.get("/events", response_class=Response)
    async def events() -> Response:
        stream = await first_event(source()) if wait_for_first else source()
        return EventStream(stream, ping_s)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        running = asyncio.create_task(server.serve([listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            yield client
        server.should_exit = True
        await running


async def lines_of(client: httpx.AsyncClient, count: int | None = None) -> list[str]:
    """The lines of the stream; leaves after `count` of them."""
    found: list[str] = []
    async with client.stream("GET", "/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for line in response.aiter_lines():
            found.append(line)
            if len(found) == count:
                break
    return found


async def test_events_are_named_and_their_data_is_one_line_of_json() -> None:
    text, call = "a\nb\u2028c\x85 é", CallUsage("answer", 1, 2, 3)
    source = Watched(("receipt", {"text": text}), ("done", call))
    async with served(source) as client:
        lines = await lines_of(client)
    assert lines[0::3] == ["event: receipt", "event: done"]
    assert [json.loads(line.removeprefix("data: ")) for line in lines[1::3]] == [
        {"text": text},
        to_data(call),
    ]
    assert set(lines[2::3]) == {""}
    assert source.closed.is_set()


async def test_a_source_waits_for_a_client_that_is_slow_to_take_events_and_none_is_lost() -> None:
    made, pieces, takes_more = 0, [], asyncio.Event()

    async def many() -> AsyncIterator[Event]:
        nonlocal made
        for made in range(1, 5 * MOST_LINES + 1):
            yield "answer", {"text": str(made)}

    async def take(message: Message) -> None:
        if message["type"] == "http.response.body":
            pieces.append(message["body"])
            await takes_more.wait()

    sending = asyncio.create_task(EventStream(many())({"type": "http"}, forever, take))
    for _ in range(10 * MOST_LINES):
        await asyncio.sleep(0)
    assert len(pieces) == 1
    assert 0 < made <= 2 * MOST_LINES + 1
    takes_more.set()
    await sending
    told = [event.partition("data: ")[2] for event in b"".join(pieces).decode().split("\n\n")[:-1]]
    assert [json.loads(data)["text"] for data in told] == [str(n) for n in range(1, 5 * MOST_LINES + 1)]
    assert len(pieces) < MOST_LINES


async def test_a_quiet_stream_is_kept_open_by_pings_and_loses_nothing() -> None:
    async def slow() -> AsyncIterator[Event]:
        await asyncio.sleep(0.2)
        yield "done", {}

    async with served(slow, ping_s=0.05) as client:
        lines = await lines_of(client)
    assert lines[:2] == [": ping", ""]
    assert lines[-3:] == ["event: done", "data: {}", ""]


def test_pings_come_every_fifteen_seconds() -> None:
    assert PING_S == 15
    assert event_stream(Watched()())._ping_s == PING_S


async def test_a_fault_in_the_stream_is_an_error_event_with_a_problem() -> None:
    async with served(Watched(("receipt", {}), then=a_fault)) as client:
        lines = await lines_of(client)
    assert lines[3] == "event: error"
    fault = json.loads(lines[4].removeprefix("data: "))
    assert (fault["code"], fault["status"], fault["detail"]) == ("llm_unavailable", 503, "The model does not answer.")


async def test_a_fault_before_the_first_event_is_an_http_status() -> None:
    async with served(Watched(then=a_fault), wait_for_first=True) as client:
        answer = await client.get("/events")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "llm_unavailable", "3")


@pytest.mark.parametrize("wait_for_first", [False, True])
async def test_a_client_that_leaves_while_nothing_happens_closes_the_source(wait_for_first: bool) -> None:
    source = Watched(("receipt", {}), then=forever)
    async with served(source, wait_for_first=wait_for_first) as client:
        await lines_of(client, 3)
        assert await source.is_closed()


@pytest.mark.parametrize("wait_for_first", [False, True])
async def test_a_client_that_leaves_while_much_is_being_said_closes_the_source(wait_for_first: bool) -> None:
    source = Watched(("answer", {"text": "x" * 100_000}), endless=True)
    async with served(source, wait_for_first=wait_for_first) as client:
        await lines_of(client, 3)
        assert await source.is_closed()


async def test_a_bug_in_the_source_closes_it_and_is_an_error_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    source = Watched(("receipt", {}), then=a_bug)
    async with served(source) as client:
        lines = await lines_of(client)
    assert "event: error" in lines
    assert any('"internal_error"' in line for line in lines)
    assert source.closed.is_set()


async def test_waiting_for_the_first_event_loses_none() -> None:
    source = Watched(("receipt", {}), ("answer", {}), ("done", {}))
    assert [name async for name, _ in await first_event(source())] == ["receipt", "answer", "done"]


async def test_a_source_without_events_is_an_empty_stream() -> None:
    assert [event async for event in await first_event(Watched()())] == []


async def test_a_stream_that_nobody_began_to_read_closes_its_source() -> None:
    source = Watched(("receipt", {}), then=forever)
    stream = EventStream(await first_event(source()))
    await stream._close()
    assert source.closed.is_set()
