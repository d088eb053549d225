"""Builders for tests that ask a scripted gpt-oss server through the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from analysis.llm.client import GptOss
from proviso.types.chat import ChatDelta, ChatRequest, Completion, Message
from tests.instruments import gptoss
from tests.instruments.gptoss import oracle

INSTRUCTIONS = "Answer from the documents."


def a_request(question: str = "Which law governs?", **changes: Any) -> ChatRequest:
    """A small request, counted as harmony counts it."""
    messages = (Message("developer", INSTRUCTIONS), Message("user", question))
    counted = len(oracle.prompt_tokens([{"role": each.role, "content": each.content} for each in messages], "medium"))
    fields: dict[str, Any] = {
        "purpose": "answer", "messages": messages, "effort": "medium", "max_output_tokens": 400, "counted_prompt_tokens": counted,
    }  # fmt: skip
    return ChatRequest(**(fields | changes))


@asynccontextmanager
async def a_client(server: gptoss.GptOss, **changes: Any) -> AsyncIterator[GptOss]:
    """The client of that server, closed at the end."""
    fields: dict[str, Any] = {"api_key": "k", "model": "openai/gpt-oss-120b", "timeout_s": 10.0}
    client = GptOss(server.base_url, **(fields | changes))
    try:
        yield client
    finally:
        await client.close()


async def streamed(client: GptOss, request: ChatRequest) -> list[ChatDelta]:
    return [delta async for delta in client.stream(request)]


async def ask(client: GptOss, request: ChatRequest, *, stream: bool) -> Completion:
    """The completion, whichever way it was asked for."""
    if not stream:
        return await client.complete(request)
    done = (await streamed(client, request))[-1]
    assert done.kind == "done"
    assert done.completion is not None
    return done.completion
