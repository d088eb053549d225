"""Asks a model server what it is (floor 4): reachable, models, context window, kind. For doctor, readyz, and the choice of profile."""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import openai

from analysis.llm.faults import as_llm_error
from analysis.llm.profiles import GENERIC, LLAMACPP, Profile, profile_of_models, profile_of_url
from analysis.llm.windows import window_of

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

    def near(self, model: str) -> tuple[str, ...]:
        """Up to three models of the server whose names are most like `model`."""
        by_name = {name.lower(): name for name in self.models}
        return tuple(by_name[name] for name in difflib.get_close_matches(model.lower(), by_name, 3, 0.4))


async def probe(client: openai.AsyncOpenAI, model: str, key: str | None, chosen: Profile | None = None) -> Endpoint:
    """Asks `/v1/models`, and where else this kind of server tells its window; one that is down or refuses the key is an
    Endpoint too. `chosen`: the kind that is known already."""
    base_url = str(client.base_url)
    started = time.monotonic()
    try:
        async with asyncio.timeout(PROBE_S):
            entries = _entries(await client.get("/models", cast_to=object))
            profile = chosen or profile_of_url(base_url) or profile_of_models(entries) or GENERIC
            window = await window_of(client, profile, entries, profile.model(model))
    except (openai.OpenAIError, ValueError, TimeoutError) as error:
        return Endpoint(base_url, reachable=False, detail=as_llm_error(error, base_url, key).detail)
    models = tuple(str(entry["id"]) for entry in entries if entry.get("id"))
    return Endpoint(
        base_url,
        reachable=True,
        models=models,
        serves_model=(profile.name == LLAMACPP.name or profile.model(model) in models) if models else None,
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
