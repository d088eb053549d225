"""The model from the settings (floor 5): its client, the books of what it takes, and the window that contexts are planned for once
the server has told it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, cast

from analysis.context.tokens import Tokens
from analysis.grounding.spending import call_usage
from analysis.llm.profiles import PROFILES
from proviso.errors import DependencyError
from proviso.settings import Settings
from proviso.types.chat import ChatRequest, Completion
from records.catalog import usage
from records.catalog.catalog import Catalog

if TYPE_CHECKING:
    from analysis.llm.client import GptOss

log = logging.getLogger(__name__)
LOOK_S = 3.0
"""How long a start may wait for what the server says of itself; a later look tells, too."""


def open_model(settings: Settings, stack: AsyncExitStack) -> GptOss | None:
    """The configured model, closed with the stack; None without one."""
    if settings.model_base_url is None:
        return None
    # Loaded only now: the client behind it takes more than a second, which nobody without a model should wait for.
    client = importlib.import_module("analysis.llm.client").GptOss
    model = client(
        base_url=settings.model_base_url,
        api_key=settings.model_api_key,
        model=settings.llm_model,
        context_tokens=settings.llm_context_tokens,
        timeout_s=settings.llm_timeout_s,
        first_token_s=settings.llm_first_token_s,
        concurrency=settings.llm_concurrency,
        profile=None if settings.llm_profile == "auto" else PROFILES[settings.llm_profile],
        prices=settings.llm_prices,
    )
    stack.push_async_callback(model.close)
    return cast("GptOss", model)


def keep_books(model: GptOss | None, catalog: Catalog, tokens: Tokens) -> None:
    """Have every attempt that a server took booked when it is over, with the request's answer or without one."""
    if model is None:
        return

    async def book(request: ChatRequest, completion: Completion) -> None:
        if request.workspace is None:
            return
        counted = request.counted_prompt_tokens
        call = await asyncio.to_thread(call_usage, request.purpose, completion, counted, tokens.count)
        try:
            await catalog.write(usage.record, request.workspace, completion.model, (call,))
        except DependencyError as error:  # the books are no reason to lose an answer
            log.error("%d tokens of %s were not booked: %s", call.prompt, request.workspace, error.detail)

    model.on_spent = book


async def follow_window(model: GptOss | None, adopt: Callable[[int], None]) -> None:
    """Have `adopt` told the window to plan with, now and whenever the server names another."""
    if model is None:
        return
    model.on_window = adopt
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_S):
            await model.probe()
