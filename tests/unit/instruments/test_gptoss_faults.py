"""Every fault, as the real openai client sees it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx2
import openai
import pytest

from tests.instruments.gptoss import (
    Fault,
    GptOss,
    an_error,
    browser_citation,
    fenced_json,
    ran_out_of_tokens,
    truncated_json,
)
from tests.instruments.gptoss.shapes import SHAPES
from tests.unit.instruments.conftest import ClientOf

MESSAGES: list[Any] = [{"role": "user", "content": "Which law governs?"}]
WORDS = "one two three four five six seven eight"
STATUSES = [401, 403, 404, 413, 422, 429, 500, 503]


async def ask(client: openai.AsyncOpenAI, server: GptOss, **more: Any) -> Any:
    return await client.chat.completions.create(model=server.model, messages=MESSAGES, **more)


async def read(client: openai.AsyncOpenAI, server: GptOss, into: list[str]) -> None:
    async for event in await ask(client, server, stream=True):
        if event.choices:
            into += [event.choices[0].delta.content or ""]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("status", STATUSES)
async def test_a_status_arrives_as_that_status_plain_and_streamed(shape: str, status: int, client_of: ClientOf) -> None:
    async with GptOss(shape) as server:
        server.fault(status=status, times=2).reply("Delaware.")
        client = client_of(server)
        for stream in (False, True):
            with pytest.raises(openai.APIStatusError) as caught:
                await ask(client, server, stream=stream)
            assert caught.value.status_code == status
        assert (await ask(client, server)).choices[0].message.content == "Delaware."


async def test_retry_after_is_sent_and_the_sdk_retries_into_the_queued_reply(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(status=429, retry_after_s=0.05, times=2).reply("Delaware.")
        reply = await ask(client_of(server, max_retries=2), server)
        assert reply.choices[0].message.content == "Delaware."
        assert [each.status for each in server.chats] == [429, 429, 200]
        server.reply(an_error(429, retry_after_s=7, message="Slow down, please."))
        with pytest.raises(openai.RateLimitError, match="Slow down, please") as caught:
            await ask(client_of(server), server)
        assert caught.value.response.headers["retry-after"] == "7"


async def test_an_error_body_can_be_anything(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.reply(an_error(502, body="<html>Bad gateway</html>"))
        with pytest.raises(openai.InternalServerError) as caught:
            await ask(client_of(server), server)
        assert caught.value.response.text == "<html>Bad gateway</html>"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["cut", "reset"])
async def test_a_stream_breaks_after_so_many_chunks_and_the_reply_stays_queued(
    shape: str, kind: str, client_of: ClientOf
) -> None:
    async with GptOss(shape) as server:
        server.fault(Fault(**{f"{kind}_after_chunks": 4})).reply(WORDS)  # type: ignore[arg-type]
        client, got = client_of(server), list[str]()
        with pytest.raises((httpx2.TransportError, openai.APIConnectionError)):
            await read(client, server, got)
        assert "".join(got) in WORDS
        assert "".join(got) != WORDS
        assert server.last.chunks_sent == 4
        assert not server.last.finished
        got.clear()
        await read(client, server, got)
        assert "".join(got) == WORDS


@pytest.mark.parametrize("kind", ["cut", "reset"])
@pytest.mark.parametrize("after", [0, 1])
async def test_a_plain_reply_breaks_off_too(kind: str, after: int, client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(Fault(**{f"{kind}_after_chunks": after})).reply(WORDS)  # type: ignore[arg-type]
        with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
            await ask(client_of(server), server)
        assert not server.last.finished


async def test_a_stall_is_silence_until_the_client_gives_up(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(stall_after_chunks=3).reply(WORDS)
        got: list[str] = []
        with pytest.raises((httpx2.TimeoutException, openai.APITimeoutError)):
            await read(client_of(server, timeout=0.3), server, got)
        assert "".join(got) == "one two "
        await server.until(lambda each: each.last.disconnected)


async def test_a_polite_early_end_looks_like_success_but_has_no_finish_reason(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(end_after_chunks=3).reply(WORDS)
        events = [event async for event in await ask(client_of(server), server, stream=True)]
        assert len(events) == 3
        assert all(event.choices[0].finish_reason is None for event in events)


async def test_an_error_inside_the_stream_is_raised(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(error_after_chunks=3).reply(WORDS)
        with pytest.raises(openai.APIError, match="Internal server error"):
            await read(client_of(server), server, [])


async def test_slow_replies_are_slow_and_whole(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(delay_s=0.3, between_chunks_s=0.02).reply(WORDS)
        started, got = time.monotonic(), list[str]()
        await read(client_of(server), server, got)
        assert time.monotonic() - started >= 0.3 + 10 * 0.02
        assert "".join(got) == WORDS


async def test_a_client_that_leaves_during_the_delay_is_recorded(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(delay_s=30).reply(WORDS)
        with pytest.raises(openai.APITimeoutError):
            await ask(client_of(server, timeout=0.2), server)
        await server.until(lambda each: each.last.disconnected)
        assert server.last.wait_closed(1)


async def test_a_client_that_leaves_mid_stream_is_recorded(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(between_chunks_s=0.05).reply("word " * 500)
        stream = await ask(client_of(server), server, stream=True)
        await anext(aiter(stream))
        await stream.close()
        await server.until(lambda each: each.last.disconnected)
        assert server.last.chunks_sent < 500


async def test_a_port_can_refuse_connections_and_accept_them_again(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.always("Delaware.")
        client, port = client_of(server), server.port
        await ask(client, server)
        await asyncio.to_thread(server.refuse_connections)
        with pytest.raises(openai.APIConnectionError):
            await ask(client, server)
        await asyncio.to_thread(server.accept_connections)
        assert server.port == port
        assert (await ask(client, server)).choices[0].message.content == "Delaware."


async def test_held_requests_wait_for_the_release(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.always("Delaware.")
        client = client_of(server)
        server.hold()
        waiting = [asyncio.create_task(ask(client, server)) for _ in range(3)]
        await server.until(lambda each: len(each.chats) == 3)
        assert not any(task.done() for task in waiting)
        server.release()
        await asyncio.gather(*waiting)
        assert server.peak_in_flight == 3


async def test_broken_replies_are_broken_as_named(client_of: ClientOf) -> None:
    cells = {"cells": [{"field": "/governing_law", "found": True, "value": "Delaware", "quotes": ["Delaware"]}]}
    async with GptOss() as server:
        server.reply(truncated_json(cells)).reply(fenced_json(cells)).reply("{'cells': None,}")
        server.reply(ran_out_of_tokens()).reply(reasoning="Only thinking.", text="")
        server.reply(f"Delaware law {browser_citation(6, 9, 11)}.")
        client = client_of(server)
        cut, fenced, invalid, empty, thought, cited = [(await ask(client, server)).choices[0] for _ in range(6)]
        for broken in (cut, fenced, invalid):
            with pytest.raises(json.JSONDecodeError):
                json.loads(broken.message.content)
        assert json.loads(fenced.message.content.split("```json")[1].split("```")[0]) == cells
        assert (empty.message.content, empty.finish_reason) == ("", "length")
        assert (thought.message.content, thought.message.reasoning) == ("", "Only thinking.")
        assert cited.message.content == "Delaware law 【6†L9-L11】."
