"""The client against a real llama.cpp server: what is sent is understood, what comes back is read. Never what it means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from analysis.context.tokens import Tokens
from analysis.extraction.reply import REPLY_SCHEMA
from analysis.llm.client import GptOss
from analysis.llm.profiles import LLAMACPP
from proviso.errors import ContextOverflow, LlmTimeout
from proviso.types.chat import ChatDelta, ChatRequest, Completion, Message
from tests.integration.llama.server import LlamaServer

pytestmark = pytest.mark.llama
BOTH_WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])

SHORT_TOKENS = 24
ENDLESS_TOKENS = 3500
"""More than one thread writes in the time that a server is given to notice that nobody listens."""
NOTICE_S = 10.0
WORDS = "§ “Ü” 契 🖋"
DICTATED = {"type": "object", "properties": {"words": {"const": WORDS}}, "required": ["words"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "law": {"type": "string", "enum": ["Delaware", "Texas"]},
        "consent": {"type": "boolean"},
    },
    "required": ["law", "consent"],
    "additionalProperties": False,
}


@pytest.fixture
async def client(llama: LlamaServer) -> AsyncIterator[GptOss]:
    """Counts are gpt-oss's and the model is not: so it does not look for cut prompts, as the service would not."""
    client = a_client(llama)
    yield client
    await client.close()


def a_client(llama: LlamaServer, **changes: Any) -> GptOss:
    fields: dict[str, Any] = {"context_tokens": llama.window_tokens, "timeout_s": 120.0, "checks_truncation": False}
    return GptOss(llama.base_url, None, llama.model, **(fields | changes))


def a_request(question: str = "Which law governs this agreement?", **changes: Any) -> ChatRequest:
    messages = (Message("developer", "Answer from the documents."), Message("user", question))
    fields: dict[str, Any] = {
        "purpose": "answer", "messages": messages, "effort": "low",
        "max_output_tokens": SHORT_TOKENS, "counted_prompt_tokens": Tokens().count_prompt(messages),
    }  # fmt: skip
    return ChatRequest(**(fields | changes))


async def asked(client: GptOss, request: ChatRequest, *, stream: bool) -> Completion:
    """The completion, whichever way it was asked for."""
    if not stream:
        return await client.complete(request)
    deltas = [delta async for delta in client.stream(request)]
    done = deltas.pop()
    assert done.kind == "done"
    assert done.completion is not None
    assert "".join(each.text for each in deltas if each.kind == "text").strip() == done.completion.text
    return done.completion


@BOTH_WAYS
async def test_an_answer_comes_with_its_end_and_the_tokens_that_were_used(
    llama: LlamaServer, client: GptOss, stream: bool
) -> None:
    before = llama.generated_tokens()
    done = await asked(client, a_request(), stream=stream)
    assert done.text
    assert done.finish_reason in ("length", "stop")
    assert done.model == llama.model
    assert done.prompt_tokens is not None
    assert 10 < done.prompt_tokens < 100
    assert done.answer_tokens is not None
    assert 0 < done.answer_tokens <= SHORT_TOKENS
    assert (done.reasoning, done.reasoning_tokens) == ("", None)
    assert llama.generated_tokens() - before >= done.answer_tokens


async def test_a_stream_brings_text_in_pieces_while_the_server_writes(client: GptOss) -> None:
    kinds: list[str] = [delta.kind async for delta in client.stream(a_request())]
    assert kinds.count("text") > 3
    assert set(kinds[:-1]) == {"text"}
    assert kinds[-1] == "done"


@BOTH_WAYS
async def test_a_reply_to_a_schema_is_json_of_that_schema(client: GptOss, stream: bool) -> None:
    done = await asked(client, a_request(json_schema=SCHEMA, max_output_tokens=80), stream=stream)
    assert done.finish_reason == "stop"
    reply = json.loads(done.text)
    assert set(reply) == {"law", "consent"}
    assert reply["law"] in ("Delaware", "Texas")
    assert isinstance(reply["consent"], bool)


@BOTH_WAYS
async def test_letters_of_every_alphabet_arrive_whole(client: GptOss, stream: bool) -> None:
    done = await asked(client, a_request(json_schema=DICTATED, max_output_tokens=80), stream=stream)
    assert json.loads(done.text)["words"] == WORDS


async def test_the_schema_of_extraction_is_a_grammar_to_the_server(client: GptOss) -> None:
    done = await client.complete(a_request(json_schema=REPLY_SCHEMA, max_output_tokens=24))
    assert "".join(done.text.split()).startswith('{"cells":[')
    assert client.server.profile == LLAMACPP, "the server refused something, and the client went without"


async def test_the_prompt_is_counted_by_the_server_as_it_reports_it_after_the_call(
    llama: LlamaServer, client: GptOss
) -> None:
    """Its tokens are Gemma's, so that only the words can be set against our count, and only roughly."""
    request = a_request("Which law governs this agreement? " * 20)
    said = [{"role": "system" if each.role == "developer" else each.role, "content": each.content}
            for each in request.messages]  # fmt: skip
    done = await client.complete(request)
    counted = await asyncio.to_thread(llama.input_tokens, said)
    assert counted == done.prompt_tokens
    assert 0.7 < counted / request.counted_prompt_tokens < 1.4


async def test_two_calls_at_once_are_both_answered(client: GptOss) -> None:
    answers = await asyncio.gather(client.complete(a_request()), client.complete(a_request("Who may terminate?")))
    assert all(answer.text for answer in answers)


async def test_the_probe_tells_the_window_of_one_slot_the_model_and_the_kind_of_server(
    llama: LlamaServer, client: GptOss
) -> None:
    found = await client.probe()
    assert found.reachable, found.detail
    assert found.context_tokens == llama.window_tokens == 4096
    assert (found.models, found.serves_model, found.profile) == ((llama.model,), True, "llamacpp")


@BOTH_WAYS
async def test_a_prompt_beyond_the_window_is_an_overflow_with_the_servers_own_numbers(
    llama: LlamaServer, client: GptOss, stream: bool
) -> None:
    too_long = a_request("The supplier delivers. " * llama.window_tokens, counted_prompt_tokens=100)
    with pytest.raises(ContextOverflow, match=str(llama.window_tokens)):
        await asked(client, too_long, stream=stream)


async def test_closing_a_stream_stops_the_server(llama: LlamaServer, client: GptOss) -> None:
    request = a_request("word " * 50, max_output_tokens=ENDLESS_TOKENS)
    before = llama.generated_tokens()
    async with aclosing(client.stream(request)) as deltas:
        heard: list[ChatDelta] = [await anext(deltas) for _ in range(3)]
        assert await asyncio.to_thread(llama.is_busy)
    assert [delta.kind for delta in heard] == ["text"] * 3
    assert await asyncio.to_thread(llama.becomes, busy=False, within_s=NOTICE_S)
    assert llama.generated_tokens() - before < ENDLESS_TOKENS / 2


async def test_a_stream_that_runs_out_of_time_stops_the_server_too(llama: LlamaServer) -> None:
    client = a_client(llama, timeout_s=1.5, profile=LLAMACPP)
    with pytest.raises(LlmTimeout):
        await asked(client, a_request("word " * 50, max_output_tokens=ENDLESS_TOKENS), stream=True)
    assert await asyncio.to_thread(llama.becomes, busy=False, within_s=NOTICE_S)
    await client.close()
