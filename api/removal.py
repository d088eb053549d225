"""Deleting a document (floor 5): points, then texts and files, then the rows; interrupted anywhere, the start-up finishes it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from proviso.errors import IndexUnavailable
from proviso.ports import BlobStore, VectorIndex
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.texts import Texts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Removal:
    """`files` is held while a file is stored and catalogued, and while unused files are deleted: the same bytes may do both at once."""

    catalog: Catalog
    store: BlobStore
    texts: Texts
    index: VectorIndex
    files: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def delete(self, workspace: str, document_id: str) -> None:
        """Over only when nothing is left. Raises NotFound; IndexUnavailable leaves the document `deleting`."""
        versions = await self.catalog.write(documents.begin_delete, workspace, document_id)
        await self.index.delete(workspace, versions)
        for version_id in versions:
            await self.texts.delete(version_id)
        await self.catalog.write(documents.finish_delete, document_id)
        await self._sweep()

    async def finish_all(self) -> None:
        """Finish what an interruption left half deleted. An unreachable index leaves it for the next start."""
        for record in await self.catalog.read(documents.deleting):
            try:
                await self.delete(record.workspace, record.id)
            except IndexUnavailable as error:
                log.warning("document %s stays to be deleted: %s", record.id, error.detail)
        await self._sweep()

    async def _sweep(self) -> None:
        """Delete files that no document uses any more, while no upload is between storing a file and naming it."""
        async with self.files:
            keys = await self.catalog.read(documents.garbage_keys)
            for key in keys:
                await self.store.delete(key)
            if keys:
                await self.catalog.write(documents.swept, keys)
