"""The client against a server that fails: every fault has its name, and none its key."""

from __future__ import annotations

import time

import pytest

from proviso.errors import ContextOverflow, LlmError, LlmTimeout, LlmUnavailable
from proviso.ports import ChatModel
from proviso.types.chat import ChatDelta
from tests.instruments.gptoss import GptOss, an_error, null_with_stop, ran_out_of_tokens
from tests.integration.llm.asking import a_client, a_request, ask, streamed


async def collect(client: ChatModel, seen: list[ChatDelta]) -> None:
    """Keeps what came, also when the stream breaks."""
    async for delta in client.stream(a_request()):
        seen.append(delta)  # noqa: PERF401 - a comprehension would lose it


BOTH_WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@BOTH_WAYS
async def test_nobody_listening_is_unavailable(stream: bool) -> None:
    with GptOss() as server:
        server.refuse_connections()
        async with a_client(server) as client:
            with pytest.raises(LlmUnavailable, match="cannot be reached: the connection was refused"):
                await ask(client, a_request(), stream=stream)


@BOTH_WAYS
async def test_a_wrong_key_is_an_error_that_does_not_repeat_it(stream: bool) -> None:
    with GptOss("together", api_key="right") as server:
        async with a_client(server, api_key="tgp_secret") as client:
            with pytest.raises(LlmError, match="401") as caught:
                await ask(client, a_request(), stream=stream)
    assert "tgp_secret" not in caught.value.detail
    assert type(caught.value) is LlmError


@BOTH_WAYS
@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_retry_after_is_waited_for(status: int, stream: bool) -> None:
    with GptOss("vllm") as server:
        server.fault(status=status, retry_after_s=0.2)
        server.reply(text="Delaware.")
        async with a_client(server) as client:
            started = time.monotonic()
            assert (await ask(client, a_request(), stream=stream)).text == "Delaware."
            assert time.monotonic() - started >= 0.2
        assert len(server.chats) == 2


@BOTH_WAYS
async def test_a_long_retry_after_is_passed_on(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.fault(status=503, retry_after_s=90)
        async with a_client(server) as client:
            with pytest.raises(LlmUnavailable) as caught:
                await ask(client, a_request(), stream=stream)
        assert caught.value.retry_after_s == 90
        assert len(server.chats) == 1


async def test_a_server_that_stays_overloaded_is_given_up_after_three_tries() -> None:
    with GptOss("vllm") as server:
        server.fault(status=503, retry_after_s=0.05, times=9)
        async with a_client(server) as client:
            with pytest.raises(LlmUnavailable, match="503"):
                await client.complete(a_request())
        assert len(server.chats) == 3


async def test_one_reset_is_forgiven() -> None:
    with GptOss("vllm") as server:
        server.fault(reset_after_chunks=0)
        server.reply(text="Delaware.")
        async with a_client(server) as client:
            assert (await client.complete(a_request())).text == "Delaware."


@BOTH_WAYS
async def test_a_silent_server_times_out(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.fault(stall_after_chunks=1)
        server.reply(text="Delaware law governs.")
        async with a_client(server, timeout_s=0.5) as client:
            with pytest.raises(LlmTimeout):
                await ask(client, a_request(), stream=stream)


async def test_a_server_that_drips_does_not_outlive_the_limit_of_the_call() -> None:
    with GptOss("vllm") as server:
        server.fault(between_chunks_s=0.15)
        server.reply(text="word " * 40)
        async with a_client(server, timeout_s=0.8) as client:
            started = time.monotonic()
            with pytest.raises(LlmTimeout):
                await streamed(client, a_request())
            assert time.monotonic() - started < 3


@pytest.mark.parametrize("fault", ["cut_after_chunks", "reset_after_chunks", "end_after_chunks", "error_after_chunks"])
async def test_a_stream_that_breaks_off_is_an_error_and_never_done(fault: str) -> None:
    with GptOss("vllm") as server:
        server.fault(**{fault: 3})
        server.reply(text="one two three four five")
        seen: list[ChatDelta] = []
        async with a_client(server) as client:
            with pytest.raises((LlmError, LlmUnavailable)) as caught:
                await collect(client, seen)
    assert {delta.kind for delta in seen} == {"text"}
    assert type(caught.value) is (LlmUnavailable if fault == "error_after_chunks" else LlmError)


async def test_a_whole_reply_that_breaks_off_is_tried_once_more() -> None:
    with GptOss("vllm") as server:
        server.fault(cut_after_chunks=1)
        server.reply(text="one").reply(text="two")
        async with a_client(server) as client:
            assert (await client.complete(a_request())).text in {"one", "two"}
        assert len(server.chats) == 2


@pytest.mark.parametrize("shape", ["together", "vllm", "vllm-old", "llama.cpp"])
@BOTH_WAYS
async def test_an_overflow_in_the_words_of_any_server_is_one(shape: str, stream: bool) -> None:
    with GptOss(shape, context_tokens=500) as server:
        async with a_client(server) as client:
            with pytest.raises(ContextOverflow, match=r"500"):
                await ask(client, a_request("lorem ipsum " * 400), stream=stream)


@BOTH_WAYS
async def test_an_unknown_model_is_an_error_with_the_servers_sentence(stream: bool) -> None:
    with GptOss("vllm") as server:
        async with a_client(server, model="no-such") as client:
            with pytest.raises(LlmError, match="no-such"):
                await ask(client, a_request(), stream=stream)


@BOTH_WAYS
async def test_empty_answers_twice_are_an_error(stream: bool) -> None:
    with GptOss("vllm") as server:
        server.reply(null_with_stop()).reply(null_with_stop())
        async with a_client(server) as client:
            with pytest.raises(LlmError, match="gave no answer"):
                await ask(client, a_request(), stream=stream)
        server.reply(ran_out_of_tokens()).reply(ran_out_of_tokens())
        async with a_client(server) as client:
            with pytest.raises(LlmError, match="thinking"):
                await ask(client, a_request(), stream=stream)
        assert len(server.chats) == 4


@pytest.mark.parametrize("body", ["<html>Welcome</html>", {"hello": "world"}])
async def test_something_else_at_the_base_url_is_named(body: object) -> None:
    with GptOss("vllm") as server:
        server.reply(an_error(201, body=body))
        async with a_client(server) as client:
            with pytest.raises(LlmError, match="not a completion"):
                await client.complete(a_request())
