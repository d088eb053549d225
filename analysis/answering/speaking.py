"""One streamed call heard to its end (floor 4): its events as they come, then a draft that holds an answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from analysis.answering.draft import Draft
from analysis.answering.question import AskEvent
from proviso.errors import LlmError
from proviso.ports import ChatModel
from proviso.types.chat import ChatRequest

T = TypeVar("T")


async def spoken(
    model: ChatModel, request: ChatRequest, draft: Draft, *, include_reasoning: bool
) -> AsyncGenerator[AskEvent, None]:
    """The events of a reply. Raises LlmError when it holds no answer; afterwards `draft` has outcome and completion."""
    async with closing_stream(model.stream(request)) as deltas:
        async for delta in deltas:
            async for event in draft.hear(delta):
                if event.name != "reasoning" or include_reasoning:
                    yield event
    async for event in draft.end():
        yield event
    if draft.completion is None or draft.outcome is None:
        raise LlmError("The model's reply held no answer; ask again, or with another effort.")


@asynccontextmanager
async def closing_stream(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Closes a stream that is a generator however the block ends, and with it the connection it reads from."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
