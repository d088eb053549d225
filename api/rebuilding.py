"""The index rebuilt while no service runs (floor 5): opened, filled from what is stored, put to use in one step."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from api.wiring import index_folder, open_its_embedder, open_records
from ingest.reindexing import OnProgress, Reindexing, Tally
from proviso.errors import InvalidRequest, NotFound
from proviso.settings import Settings
from records.index.building import Build, building
from records.texts import Texts

SERVER = (
    "`proviso reindex` rebuilds the embedded index only, and PROVISO_QDRANT_URL names a server: nothing there keeps running services "
    'from writing meanwhile. docs/embedders.md says how its documents come into a new collection ("Changing the embedder").'
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done, and for which embedder."""

    tally: Tally
    embedder: str
    dimensions: int
    seconds: float


async def rebuild(settings: Settings, on_progress: OnProgress) -> Rebuilt:
    """Rebuild the embedded index for the embedder of `settings`. Interrupted or killed at any time, the index in use is what it was, and
    the next run goes on. Raises Locked while a service holds the index, and what the embedder, the store and the index raise."""
    _require_embedded(settings)
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        embedder = await open_its_embedder(settings, stack)
        held = building(index_folder(settings), embedder.dimensions, embedder.name)
        # In a thread: it may wait for the index process of a service that has just died.
        build: Build = await asyncio.to_thread(stack.enter_context, held)
        catalog, store = await open_records(settings, stack)
        index = await build.open()
        try:
            tally = await Reindexing(catalog, Texts(store), index, embedder).run(on_progress)
        finally:
            await index.close()
        _require_some(tally)
        await asyncio.to_thread(build.use)
        return Rebuilt(tally, embedder.name, embedder.dimensions, time.monotonic() - started)


def _require_embedded(settings: Settings) -> None:
    if settings.qdrant_url is not None:
        raise InvalidRequest(SERVER)
    if settings.database_url is None and not (settings.data_dir / "catalog.sqlite").exists():
        raise NotFound(
            f"There is no catalog in {settings.data_dir.absolute()}: PROVISO_DATA_DIR says where the data lie."
        )


def _require_some(tally: Tally) -> None:
    """A store that is not the deployment's holds no text of any document: nothing is put to use then."""
    if tally.left_out and not tally.documents:
        first = tally.left_out[0]
        raise NotFound(
            f"None of {len(tally.left_out)} documents could be indexed, and the index is left as it is. "
            f"The first is {first.filename}: {first.reason}"
        )
