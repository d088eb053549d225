"""The client guards itself and its server: rest after connection faults, repetition stopped, slow first words, the server's window."""

from __future__ import annotations

import pytest

from analysis.llm.breaker import REST_S
from analysis.llm.examine import examine
from analysis.llm.profiles import OLLAMA, PROFILES
from proviso.errors import ContextOverflow, LlmError, LlmTimeout, LlmUnavailable, PromptTruncated
from proviso.types.prices import Price
from tests.instruments.gptoss import GptOss, Reply
from tests.integration.llm.asking import a_client, a_request, ask, streamed

LOOP = Reply(text="The law of the land is the law of the land. " * 4_000, clip=False)
BOTH_WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@BOTH_WAYS
async def test_a_server_out_of_reach_is_left_alone_after_three_calls_and_tried_again_later(stream: bool) -> None:
    with GptOss() as server:
        server.refuse_connections()
        async with a_client(server, profile=PROFILES["vllm"]) as client:
            now = 0.0
            client.server.breaker.now = lambda: now
            for _ in range(3):
                with pytest.raises(LlmUnavailable, match="refused"):
                    await ask(client, a_request(), stream=stream)
            server.accept_connections()
            with pytest.raises(LlmUnavailable, match="3 times in a row") as rested:
                await ask(client, a_request(), stream=stream)
            assert rested.value.retry_after_s == 1.0
            assert server.chats == []
            now = REST_S
            server.always("Delaware.")
            assert (await ask(client, a_request(), stream=stream)).text == "Delaware."


async def test_a_stream_that_repeats_itself_is_stopped_and_asked_for_once_more() -> None:
    with GptOss() as server:
        server.reply(LOOP).reply(text="Delaware.")
        async with a_client(server) as client:
            deltas = await streamed(client, a_request())
        assert ("retry", "the answer repeated itself") in [(each.kind, each.text) for each in deltas]
        assert deltas[-1].completion is not None
        assert deltas[-1].completion.text == "Delaware."
        assert server.chats[0].wait_closed(5)
        assert server.chats[0].disconnected


@BOTH_WAYS
async def test_two_endless_repetitions_are_an_error_with_that_name(stream: bool) -> None:
    with GptOss() as server:
        looped = Reply(text=LOOP.text, finish_reason="length", clip=False)
        server.reply(looped).reply(looped)
        async with a_client(server) as client:
            with pytest.raises(LlmError, match="repeated itself without end, twice"):
                await ask(client, a_request(), stream=stream)
        assert len(server.chats) == 2


async def test_a_first_word_that_is_late_by_the_setting_is_a_timeout_and_closes_the_connection() -> None:
    with GptOss() as server:
        server.reply(text="Delaware.").fault(delay_s=20)
        async with a_client(server, first_token_s=0.3) as client:
            with pytest.raises(LlmTimeout, match=r"no first word within 0\.3 s"):
                await streamed(client, a_request())
        assert server.last.wait_closed(5)
        assert server.last.disconnected


async def test_pauses_between_tries_and_words_after_the_first_take_nothing_from_the_time_for_the_first() -> None:
    with GptOss() as server:
        server.fault(status=503, times=1).fault(between_chunks_s=0.2)
        server.reply(text="Delaware law governs this.")
        async with a_client(server, first_token_s=0.45) as client:
            assert (await ask(client, a_request(), stream=True)).text == "Delaware law governs this."


@pytest.mark.parametrize("shape", ["vllm", "together", "llama.cpp", "lmstudio", "groq", "openrouter"])
async def test_a_smaller_window_is_learned_from_the_server_and_kept_to(shape: str) -> None:
    profile = PROFILES[{"llama.cpp": "llamacpp"}.get(shape, shape)]
    with GptOss(shape, context_tokens=8_000) as server:
        told: list[int] = []
        async with a_client(server, profile=profile) as client:
            client.on_window = told.append
            assert client.window_tokens == 131_072
            assert (await client.probe()).context_tokens == 8_000
            assert client.window_tokens == 8_000
            assert told == [8_000]
            with pytest.raises(ContextOverflow, match="8000"):
                await client.complete(a_request(counted_prompt_tokens=7_990))
        assert server.chats == []


async def test_ollama_tells_its_window_once_the_model_is_loaded() -> None:
    with GptOss("ollama-new", context_tokens=4_096) as server:
        server.always("Delaware.")
        async with a_client(server, profile=OLLAMA) as client:
            assert (await client.probe()).context_tokens is None
            with pytest.raises(PromptTruncated):
                await client.complete(a_request("word " * 5_000, counted_prompt_tokens=5_080))
            assert client.window_tokens == 4_096
            assert (await client.complete(a_request())).text == "Delaware."


async def test_a_call_knows_the_price_of_its_model() -> None:
    with GptOss() as server:
        server.always("Delaware.")
        async with a_client(server, prices={"gpt-oss-20b": Price(1, 2)}) as client:
            assert (await client.complete(a_request())).price is None
            assert (await client.complete(a_request(model="openai/gpt-oss-20b"))).price == Price(1, 2)


def count(_: object) -> int:
    return 92


async def test_an_examination_of_a_sound_server_finds_nothing_wrong() -> None:
    with GptOss() as server:
        server.reply_when("JSON", '{"ready": true}')
        server.always(text="READY.", reasoning="They want one word.")
        async with a_client(server) as client:
            found = {each.check: each for each in await examine(client, count)}
    assert all(each.ok for each in found.values()), found
    assert "arrives in reasoning" in found["model: thinking"].detail
    assert "kept to" in found["model: JSON schema"].detail
    assert "vllm" in found["model: kind of server"].detail


async def test_an_examination_names_a_server_that_is_down_a_key_that_is_refused_and_a_model_that_is_not_there() -> None:
    with GptOss() as server:
        server.refuse_connections()
        async with a_client(server) as client:
            (finding,) = await examine(client, count)
    assert not finding.ok
    assert "refused" in finding.detail
    with GptOss(api_key="right") as server:
        async with a_client(server, api_key="wrong") as client:
            (finding,) = await examine(client, count)
    assert "401" in finding.detail
    with GptOss() as server:
        async with a_client(server, model="openai/gpt-oss-12b") as client:
            found = {each.check: each for each in await examine(client, count)}
    assert "did you mean openai/gpt-oss-120b or openai/gpt-oss-20b" in found["model: listed"].detail
    assert [name for name, each in found.items() if not each.ok] == ["model: listed", "model: answers"]


async def test_an_examination_names_an_answer_that_stays_empty_and_counts_that_nobody_reports() -> None:
    with GptOss() as server:
        server.always(Reply(text=None, reasoning="Hm.", finish_reason="length", usage=False))
        async with a_client(server) as client:
            found = {each.check: each for each in await examine(client, count)}
    assert "no answer: all 1,000 output tokens went into thinking" in found["model: answers"].detail
    assert "would not be noticed" in found["model: usage"].detail
