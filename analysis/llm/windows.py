"""Where servers tell the context window they run a model with (floor 4). None: this one does not say, or not yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import openai

from analysis.llm.profiles import Profile, window_of_models


async def window_of(
    client: openai.AsyncOpenAI, profile: Profile, entries: list[dict[str, Any]], model: str
) -> int | None:
    """The window in tokens. `entries` are those of `/v1/models`, `model` the server's own name."""
    if profile.window == "props":
        return _props_window(await _asked(client, "/props")) or window_of_models(entries, model)
    if profile.window == "ollama":
        return await _ollama_window(client, model)
    if profile.window == "lmstudio":
        return _loaded_window(await _asked(client, "/api/v0/models"), model) or window_of_models(entries, model)
    return window_of_models(entries, model)


async def _ollama_window(client: openai.AsyncOpenAI, model: str) -> int | None:
    """Of the model as it is loaded (`/api/ps`, recent releases); else what its Modelfile sets. Its trained length says nothing."""
    loaded = await _asked(client, "/api/ps")
    for entry in _entries(loaded, "models"):
        if model in {entry.get("name"), entry.get("model")}:
            return _positive(entry.get("context_length"))
    shown = await _asked(client, "/api/show", {"model": model})
    parameters = shown.get("parameters") if isinstance(shown, Mapping) else None
    for line in str(parameters or "").splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "num_ctx" and value.strip().isdigit():
            return int(value)
    return None


def _props_window(props: object) -> int | None:
    """llama-server's real window of one slot; older ones have no `/props`."""
    settings = props.get("default_generation_settings") if isinstance(props, Mapping) else None
    return _positive(settings.get("n_ctx")) if isinstance(settings, Mapping) else None


def _loaded_window(body: object, model: str) -> int | None:
    found = (entry.get("loaded_context_length") for entry in _entries(body, "data") if entry.get("id") == model)
    return _positive(next(found, None))


async def _asked(client: openai.AsyncOpenAI, path: str, body: dict[str, Any] | None = None) -> Any:
    """The JSON at a path of the server's own, beside `/v1`; None where there is none."""
    parts = urlsplit(str(client.base_url))
    root = parts.path.rstrip("/").removesuffix("/v1")
    url = urlunsplit(parts._replace(path=root + path))
    try:
        if body is None:
            return await client.get(url, cast_to=object)
        return await client.post(url, body=body, cast_to=object)
    except (openai.APIStatusError, ValueError):
        return None


def _entries(body: object, name: str) -> list[dict[str, Any]]:
    found = body.get(name) if isinstance(body, Mapping) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
