"""What goes (floor 5): documents that are deleted, and retired versions that nothing cites any more.

A deletion is points, then texts and files, then the rows; interrupted anywhere, the start-up or the next round finishes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from proviso.errors import DependencyError, NotFound
from proviso.ports import BlobStore
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.index.in_use import InUse
from records.texts import Texts

READ_ON = timedelta(hours=1)
"""How long a version is readable after its retirement: a question or a unit that had begun with it may yet cite it."""

ROUND_S = 60.0
VERSIONS = "versions/"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Removal:
    """`on_settled(document_id)` is told of a deletion, for whoever waits for the document. `files` is held while a file is stored and
    catalogued, and while unused files are deleted: the same bytes may do both at once."""

    catalog: Catalog
    store: BlobStore
    texts: Texts
    in_use: InUse
    on_settled: Callable[[str], Awaitable[None]]
    files: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def delete(self, workspace: str, document_id: str) -> None:
        """Over only when nothing is left. Raises NotFound; IndexUnavailable leaves the document `deleting`."""
        versions = await self.catalog.write(documents.begin_delete, workspace, document_id)
        await self.on_settled(document_id)
        await self.in_use.keep(lambda pair: pair.index.delete(workspace, versions))
        for version_id in versions:
            await self.texts.delete(version_id)
        await self.catalog.write(documents.finish_delete, document_id)
        await self._sweep()

    async def delete_collection(self, workspace: str, collection: str) -> None:
        """All its documents, hidden at once, then deleted one after another. Raises NotFound when there is none; IndexUnavailable leaves
        those that are left `deleting`."""
        doomed = await self.catalog.write(documents.begin_delete_collection, workspace, collection)
        if not doomed:
            raise NotFound(f"There is no collection {collection!r}.")
        while doomed:
            for document_id in doomed:
                # Another request may have deleted it meanwhile.
                with contextlib.suppress(NotFound):
                    await self.delete(workspace, document_id)
            doomed = await self.catalog.write(documents.begin_delete_collection, workspace, collection)

    async def release(self) -> None:
        """Let go of retired versions that nothing cites."""
        while await self.catalog.write(documents.release, datetime.now(UTC) - READ_ON):
            await self._sweep()

    async def finish_all(self) -> None:
        """Finish what an interruption left half deleted; what cannot be deleted now stays for the next time."""
        try:
            for record in await self.catalog.read(documents.deleting):
                with contextlib.suppress(NotFound):
                    await self.delete(record.workspace, record.id)
            await self.release()
            await self._sweep()
        except DependencyError as error:
            log.warning("a deletion stays to be finished: %s", error.detail)

    async def keep_up(self) -> None:
        """Every minute: `finish_all`, so that what an unreachable index held up ends without a restart."""
        while True:
            await asyncio.sleep(ROUND_S)
            await self.finish_all()

    async def clear_texts(self) -> None:
        """Delete parsed texts that no version names: what a kill left behind after a deletion. Originals are never cleared this way;
        they go only when a deletion named them."""
        keys = await self.store.keys("versions")
        known = await self.catalog.read(documents.version_ids)
        orphans = sorted({key.split("/")[1] for key in keys} - known)
        for version_id in orphans:
            await self.texts.delete(version_id)
        if orphans:
            log.info("deleted the texts of %d versions that are gone", len(orphans))

    async def _sweep(self) -> None:
        """Delete files and texts that nobody may read any more, while no upload is between storing a file and naming it."""
        async with self.files:
            keys = await self.catalog.read(documents.garbage_keys)
            for key in keys:
                if key.startswith(VERSIONS):
                    await self.texts.delete(key.removeprefix(VERSIONS))
                else:
                    await self.store.delete(key)
            if keys:
                await self.catalog.write(documents.swept, keys)
