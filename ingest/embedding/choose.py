"""Opens the embedder that the setting `EMBEDDER` names (floor 4). It decides nothing else and keeps nothing.

`local` is the packaged model; `openai:<model>@<base URL>` is a model on an OpenAI-compatible server, whose client (2 s) is loaded
only then.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import cast

from ingest.embedding.counting import Counter
from ingest.embedding.local import LocalEmbedder
from proviso.errors import EmbedderUnavailable
from proviso.ports import Embedder

REMOTE = "openai:"


async def open_embedder(name: str, *, threads: int = 2, api_key: str | None = None) -> Embedder:
    """Raises EmbedderUnavailable when the name means nothing, the model's files are damaged or the server is absent."""
    if name == "local":
        return await asyncio.to_thread(LocalEmbedder, threads=threads)
    # The last @ parts them: model names hold slashes, colons and, on some servers, an @ of their own.
    model, _, base_url = name.removeprefix(REMOTE).rpartition("@")
    if not (name.startswith(REMOTE) and model and base_url.startswith(("http://", "https://"))):
        raise EmbedderUnavailable(
            f"The embedder {name!r} is not known. Use 'local', or 'openai:<model>@<base URL>' as in "
            "'openai:nomic-embed-text@http://127.0.0.1:11434/v1'."
        )
    remote = importlib.import_module("ingest.embedding.remote").RemoteEmbedder
    return cast(Embedder, await remote.open(base_url, model, api_key=api_key))


def counter_of(name: str) -> Counter:
    """How the tokens of the embedder `name` are counted, also by a process that does not open it."""
    return "wordpiece" if name == "local" else "estimated"
