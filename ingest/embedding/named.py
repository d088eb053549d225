"""Opens a LlamaIndex embedding model by name (floor 4): `llamaindex:<module>:<Class>?arg=value&…`, as the setting `EMBEDDER` gives it.

Arguments are read as JSON where they are JSON (`embed_batch_size=16`, `normalize=true`), else as text. Sentences name arguments, never
their values: a key may be among them.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from typing import Any
from urllib.parse import parse_qsl

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import ValidationError

from ingest.embedding.llamaindex import FromLlamaIndex
from proviso.errors import EmbedderUnavailable


async def open_named(place: str, *, api_key: str | None = None) -> FromLlamaIndex:
    """`place` is what follows `llamaindex:`. `api_key` is given to a model that has such an argument, unless `place` gives one."""
    path, _, query = place.partition("?")
    module, _, name = path.rpartition(":")
    model = await asyncio.to_thread(_model, module, name, _arguments(query), api_key)
    return await FromLlamaIndex.open(model)


def _arguments(query: str) -> dict[str, Any]:
    return {name: _value(text) for name, text in parse_qsl(query, keep_blank_values=True)}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _model(module: str, name: str, arguments: dict[str, Any], api_key: str | None) -> BaseEmbedding:
    found = _class(module, name)
    if api_key and "api_key" in found.model_fields:
        arguments = {"api_key": api_key} | arguments
    given = ", ".join(arguments) or "no arguments"
    try:
        return found(**arguments)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise EmbedderUnavailable(f"{module}:{name} does not take its arguments ({given}): {wrong}.") from None
    except Exception as error:  # a stranger's constructor: it may raise anything, and its message may repeat a key
        raise EmbedderUnavailable(f"{module}:{name} cannot be opened with {given} ({type(error).__name__}).") from error


def _class(module: str, name: str) -> type[BaseEmbedding]:
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise EmbedderUnavailable(
            f"The module {module} of the embedder 'llamaindex:{module}:{name}' cannot be imported: {error}. "
            f"Is its package installed, as in pip install {module.removesuffix('.base').replace('_', '-').replace('.', '-')}?"
        ) from error
    if not (isinstance(found, type) and issubclass(found, BaseEmbedding)):
        raise EmbedderUnavailable(
            f"{module} has no LlamaIndex embedding model {name} (a class derived from BaseEmbedding)."
        )
    return found
