"""How far a document is, told to the catalog (floor 4): often enough to be watched, seldom enough not to be work."""

from __future__ import annotations

import time

from ingest.reading.crossing import Progress
from proviso.types.documents import Stage
from records.catalog import documents
from records.catalog.catalog import Catalog

EVERY_S = 0.5
"""A write of the catalog is a commit, so short files say only that they have begun."""


class Reporter:
    """Progress of a version between two marks. It never goes back."""

    def __init__(self, catalog: Catalog, version_id: str, begin: float, end: float) -> None:
        self._catalog = catalog
        self._version_id = version_id
        self._begin = begin
        self._width = end - begin
        self._told_s = time.monotonic()
        self._furthest = 0.0

    async def begin(self, stage: Stage) -> None:
        """Say at once that a stage has begun."""
        await self._catalog.write(documents.stage, self._version_id, stage, self._begin)

    async def tell(self, stage: Stage, share: float) -> None:
        """`share` (0 to 1) of the way between the marks is done."""
        now = time.monotonic()
        self._furthest = max(self._furthest, min(1.0, share))
        if now - self._told_s >= EVERY_S:
            self._told_s = now
            await self._catalog.write(
                documents.stage, self._version_id, stage, self._begin + self._width * self._furthest
            )

    async def heard(self, progress: Progress) -> None:
        """What a reader child says: pages parsed take most of the way, cutting into chunks the rest."""
        if progress.stage == "chunking":
            await self.tell("chunking", 0.7)
        else:
            await self.tell("parsing", 0.7 * progress.done / max(1, progress.total))
