"""Clients for the tests of the instruments: the real openai client, without retries unless a test asks for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from tests.instruments.gptoss import GptOss

ClientOf = Callable[..., AsyncOpenAI]


@pytest.fixture
async def client_of() -> AsyncIterator[ClientOf]:
    """`client_of(server)`: an AsyncOpenAI on that server, closed after the test."""
    async with AsyncExitStack() as stack:

        def make(server: GptOss, api_key: str = "any", max_retries: int = 0, timeout: float = 20.0) -> AsyncOpenAI:
            http = DefaultAsyncHttpxClient(verify=False)  # loading the certificates takes longer than a test
            client = AsyncOpenAI(
                base_url=server.base_url, api_key=api_key, max_retries=max_retries, timeout=timeout, http_client=http
            )
            stack.push_async_callback(client.close)
            return client

        yield make
