"""The model from the settings (floor 5): its client, and the window that contexts are planned for once the server has told it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, cast

from analysis.llm.profiles import PROFILES
from proviso.settings import Settings

if TYPE_CHECKING:
    from analysis.llm.client import GptOss

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


async def follow_window(model: GptOss | None, adopt: Callable[[int], None]) -> None:
    """Have `adopt` told the window to plan with, now and whenever the server names another."""
    if model is None:
        return
    model.on_window = adopt
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_S):
            await model.probe()
