"""Asks a model server what it is (floor 4): reachable, models, context window, kind. For doctor, readyz, and the choice of profile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import openai

from analysis.llm.faults import as_llm_error
from analysis.llm.profiles import GENERIC, LLAMACPP, profile_of_models, profile_of_url, window_of_models

PROBE_S = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a model server says of itself. `serves_model` is None where it lists no models; `detail` says why it is not reachable."""

    base_url: str
    reachable: bool
    models: tuple[str, ...] = ()
    serves_model: bool | None = None
    context_tokens: int | None = None
    profile: str = GENERIC.name
    took_ms: int = 0
    detail: str = ""


async def probe(client: openai.AsyncOpenAI, model: str, key: str | None) -> Endpoint:
    """Asks `/v1/models`, and llama-server's `/props`; a server that is down or refuses the key is an Endpoint too."""
    base_url = str(client.base_url)
    started = time.monotonic()
    try:
        async with asyncio.timeout(PROBE_S):
            entries = _entries(await client.get("/models", cast_to=object))
            profile = profile_of_url(base_url) or profile_of_models(entries) or GENERIC
            window = window_of_models(entries, profile.model(model))
            if profile is LLAMACPP:
                window = await _window_of_props(client, base_url) or window
    except (openai.OpenAIError, ValueError, TimeoutError) as error:
        return Endpoint(base_url, reachable=False, detail=as_llm_error(error, base_url, key).detail)
    models = tuple(str(entry["id"]) for entry in entries if entry.get("id"))
    return Endpoint(
        base_url,
        reachable=True,
        models=models,
        serves_model=(profile is LLAMACPP or profile.model(model) in models) if models else None,
        context_tokens=window,
        profile=profile.name,
        took_ms=round((time.monotonic() - started) * 1000),
    )


def _entries(body: object) -> list[dict[str, Any]]:
    """The entries of `/v1/models`; Together sends the bare list."""
    found = body.get("data") if isinstance(body, Mapping) else body
    if not isinstance(found, list):
        raise ValueError("no list of models")
    return [entry for entry in found if isinstance(entry, dict)]


async def _window_of_props(client: openai.AsyncOpenAI, base_url: str) -> int | None:
    """llama-server's real window of one slot; older ones have no `/props`."""
    url = urlunsplit(urlsplit(base_url)._replace(path="/props"))
    try:
        props = await client.get(url, cast_to=object)
    except openai.APIStatusError:
        return None
    settings = props.get("default_generation_settings") if isinstance(props, Mapping) else None
    window = settings.get("n_ctx") if isinstance(settings, Mapping) else None
    return window if isinstance(window, int) and window > 0 else None
