"""What every ChatModel keeps to. One implementation is in the product; a second would be added to `MODELS`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from proviso.errors import DependencyError
from proviso.ports import ChatModel
from tests.instruments.gptoss import GptOss, leaked_markers, ran_out_of_tokens
from tests.integration.llm.asking import a_client, a_request

MODELS: dict[str, Callable[[GptOss], AbstractAsyncContextManager[ChatModel]]] = {"openai client": a_client}


@pytest.fixture
def server() -> Iterator[GptOss]:
    with GptOss("vllm") as running:
        yield running


@pytest.fixture(params=MODELS)
async def model(request: pytest.FixtureRequest, server: GptOss) -> AsyncIterator[ChatModel]:
    async with MODELS[request.param](server) as opened:
        yield opened


async def test_a_stream_ends_with_done_and_says_what_complete_says(model: ChatModel, server: GptOss) -> None:
    server.always(text="Delaware [1].", reasoning="Look.")
    whole = await model.complete(a_request())
    deltas = [delta async for delta in model.stream(a_request())]
    assert deltas[-1].kind == "done"
    assert deltas[-1].completion == whole
    assert all(delta.completion is None for delta in deltas[:-1])
    assert "".join(delta.text for delta in deltas if delta.kind == "text") == whole.text
    assert "".join(delta.text for delta in deltas if delta.kind == "reasoning") == whole.reasoning


async def test_text_and_thinking_never_mix(model: ChatModel, server: GptOss) -> None:
    server.always(leaked_markers("Delaware.", reasoning="Secret thoughts."))
    deltas = [delta async for delta in model.stream(a_request())]
    assert "Secret" not in "".join(delta.text for delta in deltas if delta.kind == "text")
    assert (await model.complete(a_request())).text == "Delaware."


async def test_a_retry_voids_what_came_before_it(model: ChatModel, server: GptOss) -> None:
    server.reply(ran_out_of_tokens()).reply(text="Delaware.")
    deltas = [delta async for delta in model.stream(a_request())]
    last_retry = max(n for n, delta in enumerate(deltas) if delta.kind == "retry")
    assert "".join(delta.text for delta in deltas[last_retry:] if delta.kind == "text") == "Delaware."


async def test_the_model_of_a_request_beats_the_default(model: ChatModel, server: GptOss) -> None:
    server.always(text="ok")
    await model.complete(a_request(model="openai/gpt-oss-20b"))
    assert server.last.model == "openai/gpt-oss-20b"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 429, 500, 503])
async def test_whatever_the_server_says_no_foreign_error_comes_out(
    model: ChatModel, server: GptOss, status: int
) -> None:
    server.fault(status=status, retry_after_s=60, times=9)
    with pytest.raises(DependencyError):
        await model.complete(a_request())
    with pytest.raises(DependencyError):
        async for _ in model.stream(a_request()):
            pass
