"""Opens the index that the settings name (floor 2): embedded Edge, or a Qdrant server, whose client is loaded only then (2 s, 58 MB)."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from proviso.ports import VectorIndex
from records.index.client import EdgeIndex
from records.index.layout import USUAL, ServerLayout

if TYPE_CHECKING:
    from records.index.server import ServerIndex


async def open_index(
    folder: Path,
    *,
    url: str | None,
    api_key: str | None,
    dimensions: int,
    embedder: str,
    layout: ServerLayout = USUAL,
) -> VectorIndex:
    """`url` None: the shard in use in `folder`. Raises IndexUnavailable; Locked when another process holds the folder."""
    if url is None:
        return await EdgeIndex.open(folder, dimensions=dimensions, embedder=embedder)
    return await open_server(url, api_key=api_key, dimensions=dimensions, embedder=embedder, layout=layout)


async def open_server(url: str, **arguments: Any) -> ServerIndex:
    """`ServerIndex.open`."""
    server = importlib.import_module("records.index.server").ServerIndex
    return cast("ServerIndex", await server.open(url, **arguments))
