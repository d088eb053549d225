"""Opening an index together with its embedder (floor 5): as the settings name them, or as the catalog says that they are in use."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from ingest.embedding.choose import open_embedder
from proviso.errors import IndexUnavailable, InvalidRequest
from proviso.ports import Embedder, VectorIndex
from proviso.settings import Settings
from records.catalog.generations import Generation
from records.index.building import follow_catalog
from records.index.choose import open_index
from records.index.client import EdgeIndex
from records.index.in_use import Pair
from records.index.layout import ServerLayout
from records.index.place import shard_number

LEFT_OUT = "..."
SECRETS = ("key", "token", "secret", "password")
"""How names of arguments end whose values are not to be seen."""


def index_folder(settings: Settings) -> Path:
    return settings.data_dir / "index"


def server_layout(settings: Settings, generation: int, *, afresh: bool = False) -> ServerLayout:
    return ServerLayout(
        generation=generation,
        afresh=afresh,
        shards=settings.qdrant_shards,
        replicas=settings.qdrant_replicas,
        quantized=settings.qdrant_quantization == "int8",
    )


def qdrant_key(settings: Settings) -> str | None:
    return settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None


async def open_its_embedder(settings: Settings, stack: AsyncExitStack) -> Embedder:
    """The embedder that the settings name, closed with the stack."""
    embedder = await open_embedder_named(settings, settings.embedder)
    stack.push_async_callback(close_embedder, embedder)
    return embedder


async def open_embedder_named(settings: Settings, name: str) -> Embedder:
    """The embedder that PROVISO_EMBEDDER would name so."""
    key = settings.embedder_api_key.get_secret_value() if settings.embedder_api_key else None
    return await open_embedder(name, threads=settings.embedder_threads, api_key=key, cache=settings.model_cache)


async def open_pair(settings: Settings, found: Generation | None) -> Pair:
    """Index and embedder as the settings name them, where they fit what the catalog says is in use. Raises IndexUnavailable, Locked,
    EmbedderUnavailable."""
    async with AsyncExitStack() as stack:
        embedder = await open_its_embedder(settings, stack)
        _require_its(found, embedder)
        if found is not None and settings.qdrant_url is None:
            named = (found.number, found.dimensions, found.embedder)
            await asyncio.to_thread(follow_catalog, index_folder(settings), *named)
        index = await open_index_of(settings, embedder, found.number if found else 0)
        stack.pop_all()
        return Pair(index, embedder, found.number if found else _number(settings))


def as_found(settings: Settings, pair: Pair) -> Generation:
    """What the catalog is told of an index that it knows nothing of."""
    return Generation(pair.generation, pair.embedder.name, pair.embedder.dimensions, told(settings.embedder))


async def open_index_of(settings: Settings, embedder: Embedder, generation: int) -> VectorIndex:
    """The index in use in the folder, or the collection of this generation on the server."""
    return await open_index(
        index_folder(settings),
        url=settings.qdrant_url,
        api_key=qdrant_key(settings),
        layout=server_layout(settings, generation),
        dimensions=embedder.dimensions,
        embedder=embedder.name,
    )


async def copy_index(index: VectorIndex, place: Path) -> None:
    """A snapshot of the embedded index. Raises InvalidRequest for one on a server, or where something is there already."""
    if not isinstance(index, EdgeIndex):
        raise InvalidRequest("A Qdrant server makes and restores snapshots itself (docs/embedders.md).")
    try:
        await index.copy_to(place)
    except FileExistsError as error:
        raise InvalidRequest(f"{place} is there already: choose a folder that is not.") from error


async def close_pair(pair: Pair) -> None:
    await pair.index.close()
    await close_embedder(pair.embedder)


def told(setting: str) -> str:
    """A value of PROVISO_EMBEDDER without the keys that it may hold: to be kept and shown."""
    name, mark, query = setting.partition("?")
    if not mark or not name.startswith("llamaindex:"):
        return setting
    given = parse_qsl(query, keep_blank_values=True)
    if not any(_is_secret(key) for key, _ in given):
        return setting
    return f"{name}?{urlencode([(key, LEFT_OUT if _is_secret(key) else value) for key, value in given])}"


def _number(settings: Settings) -> int:
    """Of an index that the catalog knows nothing of."""
    return (shard_number(index_folder(settings)) or 0) if settings.qdrant_url is None else 0


def _is_secret(argument: str) -> bool:
    return argument.lower().endswith(SECRETS)


def _require_its(found: Generation | None, embedder: Embedder) -> None:
    if found is not None and found.embedder != embedder.name:
        raise IndexUnavailable(
            f"The index in use was built with the embedder {found.embedder} ({found.dimensions} dimensions), and the embedder now set "
            f"is {embedder.name} ({embedder.dimensions} dimensions): set PROVISO_EMBEDDER={found.setting}, or build the index "
            "for the other one with `proviso reindex`."
        )


async def close_embedder(embedder: Embedder) -> None:
    close = getattr(embedder, "close", None)
    if close is not None:
        await close()
