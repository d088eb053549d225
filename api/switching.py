"""Another index put to use while the service answers (floor 5): one that `proviso reindex` has built in the data folder, or one on a
server that some other process has put to use.

The catalog's word counts. On the embedded engine only the process that holds the index folder changes it, so a service does it itself
(`adopt`); services that share a server look every second, and before each commit that makes a version live (`follow`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import ExitStack
from dataclasses import dataclass

from pydantic import ValidationError

from api.pairing import close_embedder, close_pair, index_folder, open_embedder_named, open_index_of, told
from ingest.reindexing import Reindexing, Settled
from proviso.errors import Conflict, IndexUnavailable, NotFound, ProvisoError
from proviso.ports import Embedder
from proviso.settings import Settings
from proviso.wire import from_json, to_json
from records.catalog import generations
from records.catalog.catalog import Catalog
from records.catalog.generations import Generation
from records.index.building import Build
from records.index.client import EdgeIndex
from records.index.holder import held
from records.index.in_use import InUse, Pair
from records.index.place import sweep
from records.index.process import ourselves
from records.texts import Texts

LOOK_EVERY_S = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notes:
    """What lies beside an index that is being built, for whoever goes on with it. `setting` may hold a key: the file is its owner's."""

    setting: str
    settled: dict[str, Settled]

    @classmethod
    def read(cls, build: Build) -> Notes | None:
        try:
            return from_json(cls, build.noted() or "")
        except ValidationError:
            return None

    def write(self, build: Build) -> None:
        build.note(to_json(self).decode())


class Switching:
    """Holds the pair in use of this service, and closes it."""

    def __init__(self, settings: Settings, catalog: Catalog, texts: Texts, pair: Pair) -> None:
        self.in_use = InUse(pair, self.follow)
        self._settings = settings
        self._catalog = catalog
        self._texts = texts
        self._one = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self._folder = ExitStack()
        self._holds_folder = False

    async def follow(self) -> None:
        """Take up the index that the catalog names. Raises CatalogUnavailable, IndexUnavailable, EmbedderUnavailable."""
        found = await self._catalog.read(generations.in_use)
        if found is None or found.number == self.in_use.pair.generation:
            return
        async with self._one:
            if found.number == self.in_use.pair.generation:
                return
            if self._settings.qdrant_url is None:
                raise IndexUnavailable(
                    "The data folder names another index than the one this service has open: start it again."
                )
            self._retire(self.in_use.put(await self._opened(found)))

    async def keep_up(self) -> None:
        """Every second: `follow`."""
        said = ""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.follow()
                said = ""
            except ProvisoError as error:
                if error.detail != said:
                    log.warning("searches go on in the index that was in use before: %s", error.detail)
                said = error.detail

    async def adopt(self, number: int) -> Generation:
        """Put the index to use that was built in the data folder under this number. Raises NotFound, Conflict, Locked, IndexUnavailable,
        EmbedderUnavailable; the index in use is what it was then."""
        return await asyncio.shield(asyncio.create_task(self._adopt(number)))

    async def close(self) -> None:
        await asyncio.gather(*self._retiring, return_exceptions=True)
        await close_pair(self.in_use.pair)
        self._folder.close()

    async def _adopt(self, number: int) -> Generation:
        async with self._one:
            there = await self._catalog.read(generations.in_use)
            if there is not None and there.number == number:
                return there
            build, embedder = await self._built(number, there)
            try:
                index = await EdgeIndex.open(build.place, build.dimensions, build.embedder)
            except BaseException:
                await close_embedder(embedder)
                raise
            pair = Pair(index, embedder, number)
            try:
                coming = await self._filled(build, pair)
            except BaseException:
                await close_pair(pair)
                raise
            before = self.in_use.put(pair)  # nothing may come between the commit and this
            await asyncio.to_thread(_use, build)
            self._retire(before)
            log.info("index %d is in use, for the embedder %s", number, embedder.name)
            return coming

    async def _built(self, number: int, there: Generation | None) -> tuple[Build, Embedder]:
        if self._settings.qdrant_url is not None or (there is not None and number < there.number):
            raise Conflict(f"Index {number} cannot be put to use here.")
        at = Build(index_folder(self._settings), number, 0, "")
        notes = await asyncio.to_thread(Notes.read, at)
        if notes is None:
            raise NotFound(f"There is no index {number} that has been built.")
        embedder = await open_embedder_named(self._settings, notes.setting)
        return Build(at.folder, number, embedder.dimensions, embedder.name), embedder

    async def _filled(self, build: Build, pair: Pair) -> Generation:
        notes = await asyncio.to_thread(Notes.read, build)
        assert notes is not None
        reindexing = Reindexing(self._catalog, self._texts, pair.index, pair.embedder, settled=notes.settled)
        coming = Generation(build.number, build.embedder, build.dimensions, told(notes.setting))
        await reindexing.switch_to(coming)
        return coming

    async def _opened(self, found: Generation) -> Pair:
        embedder = await open_embedder_named(self._settings, found.setting)
        try:
            if embedder.name != found.embedder:
                raise IndexUnavailable(
                    f"The index in use is for the embedder {found.embedder}, and {found.setting} is {embedder.name} here."
                )
            return Pair(await open_index_of(self._settings, embedder, found.number), embedder, found.number)
        except BaseException:
            await close_embedder(embedder)
            raise

    def _retire(self, before: Awaitable[Pair]) -> None:
        task = asyncio.create_task(self._retired(before))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _retired(self, before: Awaitable[Pair]) -> None:
        """Close what was in use before, when nobody uses it any more, and remove it from the data folder."""
        try:
            await close_pair(await before)
            if self._settings.qdrant_url is None:
                await asyncio.to_thread(self._clear_folder)
        except (ProvisoError, OSError) as error:
            log.warning("what the index before left goes at the next start: %s", error)

    def _clear_folder(self) -> None:
        """The index process that held the folder for us has ended: hold it ourselves, so that no other service opens it."""
        folder = index_folder(self._settings)
        if not self._holds_folder:
            self._folder.enter_context(held(folder, ourselves()))
            self._holds_folder = True
        sweep(folder)


def _use(build: Build) -> None:
    try:
        build.use()
    except OSError as error:
        log.warning("the index folder will name index %d at the next start: %s", build.number, error)
