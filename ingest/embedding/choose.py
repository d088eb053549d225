"""Opens the embedder that the setting `EMBEDDER` names (floor 4). It decides nothing else and keeps nothing.

Clients and libraries behind a choice (openai 2 s, LlamaIndex 4 s) are loaded only when it is made, in a thread: a service that
answers may be making it.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from pathlib import Path
from typing import cast

from ingest.embedding.counting import Counter
from ingest.embedding.local import LocalEmbedder
from proviso.errors import EmbedderUnavailable
from proviso.ports import Embedder

CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
"""`module.module:Class`"""
FORMS = (
    "Use 'local' (the packaged model); 'fastembed:<model>' as in 'fastembed:BAAI/bge-small-en-v1.5'; 'openai:<model>@<base URL>' as in "
    "'openai:bge-m3@http://127.0.0.1:11434/v1'; or 'llamaindex:<module>:<Class>?<argument>=<value>&…' as in "
    "'llamaindex:llama_index.embeddings.ollama:OllamaEmbedding?model_name=bge-m3'."
)


async def open_embedder(
    name: str, *, threads: int = 2, api_key: str | None = None, cache: Path = Path("models")
) -> Embedder:
    """`cache` is the folder of fastembed's models. Raises EmbedderUnavailable when the name means nothing, the model's files are missing
    or damaged, or the server is absent."""
    kind, _, place = name.partition(":")
    if name == "local":
        return await asyncio.to_thread(LocalEmbedder, threads=threads)
    # The last @ parts them: model names hold slashes, colons and, on some servers, an @ of their own.
    model, _, base_url = place.rpartition("@")
    if kind == "openai" and model and base_url.startswith(("http://", "https://")):
        remote = (await asyncio.to_thread(importlib.import_module, "ingest.embedding.remote")).RemoteEmbedder
        return cast(Embedder, await remote.open(base_url, model, api_key=api_key))
    if kind == "fastembed" and place:
        fast = (await asyncio.to_thread(importlib.import_module, "ingest.embedding.fast")).FastEmbedder
        return cast(Embedder, await fast.open(place, cache=cache, threads=threads))
    if kind == "llamaindex" and CLASS.fullmatch(place.partition("?")[0]):
        named = await asyncio.to_thread(importlib.import_module, "ingest.embedding.named")
        return cast(Embedder, await named.open_named(place, api_key=api_key))
    raise EmbedderUnavailable(f"The embedder {name!r} is not known. {FORMS}")


def counter_of(name: str) -> Counter:
    """How the tokens of the embedder `name` are counted, also by a process that does not open it."""
    return "wordpiece" if name == "local" else "estimated"
