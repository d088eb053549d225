"""An index built anew (floor 5), whether a service runs or not: filled beside the one in use from what is stored, then put to use.

On the embedded engine whoever holds the index folder puts it to use: the running service, which is asked to (`Switching.adopt`), or this
process. On a server this process does, and the services follow.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from api.pairing import (
    close_pair,
    copy_index,
    index_folder,
    open_its_embedder,
    open_pair,
    qdrant_key,
    server_layout,
    told,
)
from api.switching import Notes
from api.wiring import open_records
from ingest.reindexing import OnProgress, Progress, Reindexing
from proviso.errors import IndexUnavailable, InvalidRequest, Locked, NotFound
from proviso.ports import BlobStore, Embedder
from proviso.settings import Settings
from records.catalog import generations
from records.catalog.catalog import Catalog
from records.catalog.generations import Generation
from records.catalog.migrate import is_current
from records.index.building import Build, next_number
from records.index.choose import open_server
from records.index.client import EdgeIndex
from records.index.holder import held
from records.index.place import sweep
from records.index.process import ourselves
from records.texts import Texts

Adopt = Callable[[int], bool]
"""Ask the running service to put this index to use; False: none is found. Runs in a thread."""

SERVICE_PATIENCE_S = 120.0
"""How long a process that holds the index folder may go without being found as a service: one that starts takes a while."""
POLL_S = 0.5
OWN_SNAPSHOTS = "A Qdrant server makes and restores snapshots itself (docs/embedders.md)."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done, and for which embedder."""

    progress: Progress
    generation: Generation
    by_service: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class _Work:
    """What a run has opened."""

    settings: Settings
    catalog: Catalog
    store: BlobStore
    embedder: Embedder
    on_progress: OnProgress
    begin_with: Path | None = None

    @property
    def texts(self) -> Texts:
        return Texts(self.store)

    def coming(self, number: int) -> Generation:
        return Generation(number, self.embedder.name, self.embedder.dimensions, told(self.settings.embedder))


async def rebuild(settings: Settings, adopt: Adopt, on_progress: OnProgress, begin_with: Path | None = None) -> Rebuilt:
    """Build the index for the embedder of `settings`, from nothing or from a snapshot, and put it to use.
    Interrupted or killed at any time, the index in use is one whole
    index, and the next run goes on. Raises Locked, and what the embedder, the catalog, the store and the index raise."""
    _require_catalog(settings)
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        embedder = await open_its_embedder(settings, stack)
        catalog, store = await _open_catalog(settings, stack)
        there = await catalog.read(generations.in_use)
        work = _Work(settings, catalog, store, embedder, on_progress, begin_with)
        if settings.qdrant_url is None:
            progress, coming, by_service = await _embedded(work, there.number if there else None, adopt)
        elif begin_with is not None:
            raise InvalidRequest(f"A snapshot of the embedded index cannot be used on a server. {OWN_SNAPSHOTS}")
        else:
            progress, coming = await _on_server(work, there.number if there else 0)
            by_service = False
        return Rebuilt(progress, coming, by_service, time.monotonic() - started)


async def snapshot(settings: Settings, place: Path) -> None:
    """A copy of the embedded index at `place`, while no service runs. Raises Locked while one does, InvalidRequest."""
    if settings.qdrant_url is not None:
        raise InvalidRequest(OWN_SNAPSHOTS)
    _require_catalog(settings)
    pair = await open_pair(settings, await asyncio.to_thread(generations.peek, settings.catalog_url))
    try:
        await copy_index(pair.index, place)
    finally:
        await close_pair(pair)


async def drop_old(settings: Settings) -> list[str]:
    """Delete the collections on the server that are not in use; returns their names. Raises InvalidRequest without a server."""
    if settings.qdrant_url is None:
        raise InvalidRequest("--drop-old is for a Qdrant server: the embedded index before is removed by itself.")
    found = await asyncio.to_thread(generations.peek, settings.catalog_url)
    if found is None:
        raise NotFound("The catalog names no index yet: start the service of this version first.")
    layout = server_layout(settings, found.number)
    place = {"api_key": qdrant_key(settings), "dimensions": found.dimensions, "embedder": found.embedder}
    index = await open_server(settings.qdrant_url, layout=layout, **place)
    try:
        return await index.drop_others()
    finally:
        await index.close()


async def _on_server(work: _Work, number: int) -> tuple[Progress, Generation]:
    settings, coming = work.settings, work.coming(number + 1)
    index = await open_server(
        str(settings.qdrant_url),
        api_key=qdrant_key(settings),
        dimensions=coming.dimensions,
        embedder=coming.embedder,
        layout=server_layout(settings, coming.number, afresh=True),
    )
    try:
        reindexing = Reindexing(work.catalog, work.texts, index, work.embedder)
        await reindexing.run(work.on_progress)
        _require_some(reindexing.progress)
        await reindexing.switch_to(coming)
        await index.take_alias()
    finally:
        await index.close()
    return reindexing.progress, coming


async def _embedded(work: _Work, known: int | None, adopt: Adopt) -> tuple[Progress, Generation, bool]:
    folder = index_folder(work.settings)
    coming = work.coming(await asyncio.to_thread(next_number, folder, known))
    build = Build(folder, coming.number, coming.dimensions, coming.embedder)
    if work.begin_with is None:
        await asyncio.to_thread(build.begin)
    else:
        await asyncio.to_thread(build.begin_with, work.begin_with)
    index = await build.open()
    try:
        reindexing = _reindexing(work, build, index)
        await reindexing.run(work.on_progress)
        _require_some(reindexing.progress)
    finally:
        await index.close()
    return reindexing.progress, coming, await _put_to_use(work, build, coming, adopt)


async def _put_to_use(work: _Work, build: Build, coming: Generation, adopt: Adopt) -> bool:
    """By the service that holds the index folder (True), or else by us. A service may come and go meanwhile."""
    until = time.monotonic() + SERVICE_PATIENCE_S
    while True:
        there = await work.catalog.read(generations.in_use)
        if there is not None and there.number == coming.number:
            return True
        try:
            async with AsyncExitStack() as stack:
                # In a thread: it may wait for the index process of a service that has just died.
                await asyncio.to_thread(stack.enter_context, held(build.folder, ourselves()))
                await _by_us(work, build, coming)
                return False
        except Locked:
            if not await asyncio.to_thread(adopt, coming.number) and time.monotonic() > until:
                raise
        await asyncio.sleep(POLL_S)


async def _by_us(work: _Work, build: Build, coming: Generation) -> None:
    """While the index folder is ours."""
    index = await build.open()
    try:
        await _reindexing(work, build, index).switch_to(coming)
    finally:
        await index.close()
    await asyncio.to_thread(build.use)
    await asyncio.to_thread(sweep, build.folder)


def _reindexing(work: _Work, build: Build, index: EdgeIndex) -> Reindexing:
    notes = Notes.read(build)
    return Reindexing(
        work.catalog,
        work.texts,
        index,
        work.embedder,
        settled=notes.settled if notes else None,
        note=lambda settled: Notes(work.settings.embedder, dict(settled)).write(build),
    )


async def _open_catalog(settings: Settings, stack: AsyncExitStack) -> tuple[Catalog, BlobStore]:
    """A service that runs has the schema of its own version; to change that is for who holds the index."""
    if await asyncio.to_thread(is_current, settings.catalog_url):
        return await open_records(settings, stack)
    if settings.qdrant_url is not None:
        raise IndexUnavailable("The catalog is of another version of Proviso: start one service of this version first.")
    folder = index_folder(settings)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    async with AsyncExitStack() as holding:
        await asyncio.to_thread(holding.enter_context, held(folder, ourselves()))
        return await open_records(settings, stack)


def _require_catalog(settings: Settings) -> None:
    if settings.database_url is None and not (settings.data_dir / "catalog.sqlite").exists():
        raise NotFound(
            f"There is no catalog in {settings.data_dir.absolute()}: PROVISO_DATA_DIR says where the data lie."
        )


def _require_some(progress: Progress) -> None:
    """A store that is not the deployment's holds no text of any document: nothing is put to use then."""
    if progress.left_out and not progress.settled:
        first = next(iter(progress.left_out.values()))
        raise NotFound(
            f"None of {len(progress.left_out)} documents could be indexed, and the index is left as it is. "
            f"The first is {first.filename}: {first.reason}"
        )
