"""The client against every server's shape: what is sent, what is read, streamed and whole."""

from __future__ import annotations

import asyncio

import pytest

from proviso.errors import ContextOverflow, PromptTruncated
from tests.instruments.gptoss import (
    GptOss,
    Reply,
    browser_citation,
    leaked_markers,
    leaked_words,
    null_with_stop,
    ran_out_of_tokens,
)
from tests.integration.llm.asking import a_client, a_request, ask, streamed

SHAPES = ["together", "vllm", "vllm-old", "ollama", "llama.cpp"]
BOTH_WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.mark.parametrize("shape", SHAPES)
@BOTH_WAYS
async def test_every_server_is_asked_and_read_in_its_own_shape(shape: str, stream: bool) -> None:
    with GptOss(shape) as server:
        server.reply(text="Delaware law.", reasoning="Section 12 says so.")
        async with a_client(server) as client:
            done = await ask(client, a_request(), stream=stream)
        server.assert_exhausted()
        assert (done.text, done.reasoning, done.finish_reason) == ("Delaware law.", "Section 12 says so.", "stop")
        assert done.prompt_tokens == server.last.prompt_tokens
        assert done.answer_tokens is not None
        assert server.last.model == server.model or shape == "llama.cpp"
        assert server.last.effort == "medium"
        assert server.last.instructions == "Answer from the documents."
        body = server.last.body
        assert (body["temperature"], body["top_p"], body["max_tokens"]) == (1.0, 1.0, 400)
        assert "stop" not in body


async def test_a_stream_brings_thinking_then_text_then_done() -> None:
    with GptOss("vllm") as server:
        server.reply(text="Delaware law governs.", reasoning="Let me see.")
        async with a_client(server) as client:
            deltas = await streamed(client, a_request())
    kinds = [each.kind for each in deltas]
    assert kinds == sorted(kinds, key=["reasoning", "text", "done"].index)
    assert "".join(each.text for each in deltas if each.kind == "text") == "Delaware law governs."
    assert kinds.count("text") > 1
    assert deltas[-1].completion is not None
    assert deltas[-1].completion.reasoning_tokens == 4


@BOTH_WAYS
async def test_a_schema_is_sent_where_the_server_takes_one(stream: bool) -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    with GptOss("vllm") as server:
        server.reply(text="{}")
        async with a_client(server) as client:
            await ask(client, a_request(json_schema=schema), stream=stream)
        assert server.last.body["response_format"]["json_schema"]["schema"] == schema


async def test_a_server_that_refuses_schemas_is_asked_without_and_not_troubled_again() -> None:
    with GptOss("vllm") as server:
        server.fault(status=400, message="response_format json_schema is not supported by this model")
        server.reply(text="{}").reply(text="{}")
        async with a_client(server) as client:
            for _ in range(2):
                assert (await client.complete(a_request(json_schema={"type": "object"}))).text == "{}"
        assert ["response_format" in each.body for each in server.chats] == [True, False, False]


@pytest.mark.parametrize("leak", [leaked_markers, leaked_words])
@BOTH_WAYS
async def test_leaked_harmony_becomes_reasoning(leak, stream: bool) -> None:  # type: ignore[no-untyped-def]
    with GptOss("vllm") as server:
        server.reply(leak("Delaware" + browser_citation()))
        async with a_client(server) as client:
            done = await ask(client, a_request(), stream=stream)
    assert done.text == "Delaware[6]"
    assert done.reasoning == "I should look at the documents."


@BOTH_WAYS
async def test_thinking_that_ate_the_answer_is_asked_again_with_less_effort_and_more_room(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.reply(ran_out_of_tokens()).reply(text="Delaware.")
        async with a_client(server) as client:
            done = await ask(client, a_request(effort="high"), stream=stream)
        assert done.text == "Delaware."
        assert [each.effort for each in server.chats] == ["high", "medium"]
        assert [each.body["max_tokens"] for each in server.chats] == [400, 800]


async def test_a_second_try_is_announced_in_the_stream_and_voids_what_came() -> None:
    with GptOss("vllm") as server:
        server.reply(ran_out_of_tokens("Thinking")).reply(text="Delaware.")
        async with a_client(server) as client:
            deltas = await streamed(client, a_request())
    assert [each.kind for each in deltas] == ["reasoning", "retry", "text", "done"]


@BOTH_WAYS
async def test_null_content_is_asked_for_once_more(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.reply(null_with_stop("Hm.")).reply(text="Delaware.")
        async with a_client(server) as client:
            assert (await ask(client, a_request(), stream=stream)).text == "Delaware."
        assert [each.effort for each in server.chats] == ["medium", "medium"]


@BOTH_WAYS
async def test_a_cut_answer_is_given_back_as_it_is(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.reply(Reply(text='{"cells": [', finish_reason="length"))
        async with a_client(server) as client:
            done = await ask(client, a_request(), stream=stream)
    assert (done.text, done.finish_reason) == ('{"cells": [', "length")


async def test_the_output_cap_is_clamped_to_the_window() -> None:
    with GptOss("together", context_tokens=1000) as server:
        server.reply(text="Delaware.")
        async with a_client(server, context_tokens=1000) as client:
            request = a_request(max_output_tokens=30_000)
            await client.complete(request)
        assert server.last.body["max_tokens"] == 1000 - request.counted_prompt_tokens - 64


async def test_a_prompt_above_the_window_is_not_sent() -> None:
    with GptOss("vllm") as server:
        async with a_client(server, context_tokens=4096) as client:
            with pytest.raises(ContextOverflow, match="leaves no room"):
                await client.complete(a_request(counted_prompt_tokens=4090))
        assert server.requests == []


@BOTH_WAYS
async def test_a_prompt_that_the_server_cut_in_silence_is_refused_with_both_counts(stream: bool) -> None:
    with GptOss("ollama", context_tokens=400) as server:
        server.always(text="The password is swordfish.")
        request = a_request("Which law governs? " + "lorem ipsum " * 1000)
        async with a_client(server) as client:
            with pytest.raises(PromptTruncated, match=rf"of {request.counted_prompt_tokens} prompt tokens"):
                await ask(client, request, stream=stream)
        async with a_client(server, checks_truncation=False) as client:
            assert (await ask(client, request, stream=stream)).text == "The password is swordfish."


@BOTH_WAYS
async def test_a_server_that_reports_no_usage_gives_none(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.reply(text="Delaware.", usage=False)
        async with a_client(server) as client:
            done = await ask(client, a_request(), stream=stream)
    assert (done.prompt_tokens, done.reasoning_tokens, done.answer_tokens) == (None, None, None)


async def test_closing_the_stream_closes_the_connection() -> None:
    with GptOss("vllm") as server:
        server.fault(stall_after_chunks=3)
        server.reply(text="one two three four five six")
        async with a_client(server) as client:
            deltas = client.stream(a_request())
            assert (await anext(deltas)).kind == "text"
            await deltas.aclose()
            await server.until(lambda each: each.last.disconnected)
            assert (await client.complete(a_request())).text == "one two three four five six"


async def test_a_cancelled_call_closes_the_connection_and_frees_its_slot() -> None:
    with GptOss("vllm") as server:
        server.hold()
        async with a_client(server, concurrency=1) as client:
            task = asyncio.create_task(client.complete(a_request()))
            await server.until(lambda each: each.chats)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.until(lambda each: each.last.disconnected)
            server.release()
            server.reply(text="free")
            assert (await client.complete(a_request())).text == "free"


async def test_no_more_calls_run_at_once_than_allowed() -> None:
    with GptOss("vllm") as server:
        server.always(text="ok")
        server.hold()
        async with a_client(server, concurrency=2) as client:
            calls = asyncio.gather(*(client.complete(a_request(str(n))) for n in range(8)))
            await server.until(lambda each: len(each.chats) == 2)
            server.release()
            await calls
        assert server.peak_in_flight == 2
        assert len(server.chats) == 8


@pytest.mark.parametrize(
    ("shape", "profile"),
    [("together", "generic"), ("vllm", "vllm"), ("ollama", "ollama"), ("llama.cpp", "llamacpp")],
)
async def test_a_probe_tells_models_window_and_kind(shape: str, profile: str) -> None:
    with GptOss(shape, context_tokens=32_768) as server:
        async with a_client(server) as client:
            found = await client.probe()
    assert (found.reachable, found.profile, found.serves_model) == (True, profile, True)
    assert found.models
    assert found.context_tokens == (None if shape == "ollama" else 32_768)


async def test_a_probe_of_a_dead_or_locked_server_says_why() -> None:
    with GptOss("vllm", api_key="right") as server:
        async with a_client(server, api_key="wrong") as client:
            locked = await client.probe()
            server.refuse_connections()
            dead = await client.probe()
    assert (locked.reachable, dead.reachable) == (False, False)
    assert "401" in locked.detail
    assert "refused" in dead.detail
    assert "wrong" not in locked.detail
