"""What each shape puts on the wire when nothing goes wrong, read with the real openai client."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI

from tests.instruments.gptoss import GptOss, answer_script, leaked_markers, leaked_words, null_with_stop
from tests.instruments.gptoss.shapes import SHAPES
from tests.unit.instruments.conftest import ClientOf

QUESTION: list[Any] = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Which law governs?"}]
THINKING = {"together": "reasoning", "vllm": "reasoning", "vllm-old": "reasoning_content", "ollama": "reasoning"}
THINKING |= {"llama.cpp": "reasoning_content"}


async def ask(client: AsyncOpenAI, server: GptOss, **more: Any) -> Any:
    return await client.chat.completions.create(model=server.model, messages=QUESTION, **more)


async def stream(client: AsyncOpenAI, server: GptOss, **more: Any) -> list[Any]:
    return [event async for event in await ask(client, server, stream=True, **more)]


def joined(events: list[Any], field: str) -> str:
    return "".join(getattr(event.choices[0].delta, field, None) or "" for event in events if event.choices)


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_plain_reply_carries_text_and_thinking_where_the_shape_puts_them(
    shape: str, client_of: ClientOf
) -> None:
    async with GptOss(shape) as server:
        server.reply("Delaware law.", reasoning="Section 12 says so.")
        reply = await ask(client_of(server), server)
        message = reply.choices[0].message
        assert message.content == "Delaware law."
        assert getattr(message, THINKING[shape]) == "Section 12 says so."
        assert reply.choices[0].finish_reason == "stop"
        assert reply.usage.prompt_tokens == server.last.prompt_tokens
        server.assert_exhausted()


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_streamed_reply_joins_to_the_same_text_and_thinking(shape: str, client_of: ClientOf) -> None:
    text = answer_script("Delaware  law\n[1].", quotes=[("D1", "laws of the\nState of Delaware")])
    async with GptOss(shape) as server:
        server.reply(text, reasoning="Section 12 says so.")
        events = await stream(client_of(server), server, stream_options={"include_usage": True})
        assert joined(events, "content") == text
        assert joined(events, THINKING[shape]) == "Section 12 says so."
        assert [event.choices[0].finish_reason for event in events if event.choices][-1] == "stop"
        assert events[-1].usage.prompt_tokens == server.last.prompt_tokens
        assert bool(events[-1].choices) == (shape == "together")  # there, usage rides on the finish event
        assert server.last.chunks_sent == len(events)
        await server.until(lambda each: each.last.finished)  # told by the server's own thread, after its last byte
        assert not server.last.disconnected


@pytest.mark.parametrize("shape", SHAPES)
async def test_usage_is_streamed_only_when_asked_for_except_by_together(shape: str, client_of: ClientOf) -> None:
    async with GptOss(shape) as server:
        server.reply("Delaware.")
        events = await stream(client_of(server), server)
        assert any(event.usage for event in events) == (shape == "together")


@pytest.mark.parametrize("shape", SHAPES)
async def test_only_vllm_tells_reasoning_tokens(shape: str, client_of: ClientOf) -> None:
    async with GptOss(shape) as server:
        server.reply("Delaware.", reasoning="Section 12 says so.")
        reply = await ask(client_of(server), server)
        details = reply.usage.completion_tokens_details
        assert (details.reasoning_tokens if details else None) == (6 if shape == "vllm" else None)


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_model_list_has_the_window_where_the_shape_has_it(shape: str) -> None:
    places = {"vllm": "max_model_len", "vllm-old": "max_model_len", "together": "context_length"}
    async with GptOss(shape, context_tokens=4096) as server, httpx.AsyncClient(base_url=server.origin) as http:
        listed = (await http.get("/v1/models")).json()
        entry = (listed if shape == "together" else listed["data"])[0]
        assert entry["id"] == server.model
        assert {key: value for key, value in entry.items() if value == 4096} == (
            {places[shape]: 4096} if shape in places else {}
        )


async def test_llama_cpp_tells_its_window_counts_a_chat_and_reports_timings() -> None:
    async with GptOss("llama.cpp", context_tokens=4096) as server, httpx.AsyncClient(base_url=server.origin) as http:
        assert (await http.get("/props")).json()["default_generation_settings"]["n_ctx"] == 4096
        counted = (await http.post("/v1/chat/completions/input_tokens", json={"messages": QUESTION})).json()
        server.reply("Delaware.")
        reply = (await http.post("/v1/chat/completions", json={"messages": QUESTION})).json()
        assert counted == {"input_tokens": reply["usage"]["prompt_tokens"]}
        assert reply["timings"]["prompt_n"] == counted["input_tokens"]
        assert len(server.chats) == 1


@pytest.mark.parametrize("shape", [each for each in SHAPES if each != "llama.cpp"])
async def test_only_llama_cpp_has_props(shape: str) -> None:
    async with GptOss(shape) as server, httpx.AsyncClient(base_url=server.origin) as http:
        assert (await http.get("/props")).status_code == 404
        assert (await http.post("/v1/chat/completions/input_tokens", json={"messages": QUESTION})).status_code == 404


@pytest.mark.parametrize("leak", [leaked_markers, leaked_words])
async def test_leaked_markers_are_cut_across_stream_chunks(leak: Any, client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.reply(leak("Delaware.", reasoning="Hm."))
        events = await stream(client_of(server), server)
        pieces = [
            event.choices[0].delta.content for event in events if event.choices and event.choices[0].delta.content
        ]
        marker = "<|channel|>" if leak is leaked_markers else "assistantfinal"
        assert marker in "".join(pieces)
        assert not any(marker in piece for piece in pieces)


async def test_null_content_with_stop_is_null_in_both_forms(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.reply(null_with_stop("Thinking.")).reply(null_with_stop("Thinking."))
        client = client_of(server)
        reply = await ask(client, server)
        assert (reply.choices[0].message.content, reply.choices[0].finish_reason) == (None, "stop")
        events = await stream(client, server)
        assert joined(events, "content") == ""
        assert joined(events, "reasoning") == "Thinking."
