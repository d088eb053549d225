"""The embedded index as the service sees it (records): `EdgeIndex` asks the index process and keeps it alive.

If the process dies, the next request starts it again and what was asked is asked once more; every operation may be
repeated. Words become sparse vectors on this side, in a thread, so that the process does nothing but search and store.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from proviso.errors import IndexUnavailable
from proviso.types.search import IndexHit, IndexPoint, IndexQuery, IndexState
from records.index.bm25 import document_vector, query_vector
from records.index.frames import Frame, pack_vectors
from records.index.link import Link, LinkBroken
from records.index.process import OwnerProcess
from records.index.schema import BATCH_POINTS, hits_of, payload_of, require_dimensions

ATTEMPTS = 2


class EdgeIndex:
    """The port `VectorIndex` over a Qdrant Edge shard in a folder. Writes are on disk when they return."""

    def __init__(self, folder: Path, dimensions: int, embedder: str) -> None:
        self._folder = folder.absolute()
        self._dimensions = dimensions
        self._embedder = embedder
        self._owner: OwnerProcess | None = None
        self._owner_lock = asyncio.Lock()
        self._reads = Link()
        self._writes = Link()
        self._asked: set[asyncio.Task[Frame]] = set()
        self._closed = False

    @classmethod
    async def open(cls, folder: Path, dimensions: int, embedder: str) -> EdgeIndex:
        """Open the index in `folder`, or create it. Raises Locked, naming the holder, or IndexUnavailable."""
        index = cls(folder, dimensions, embedder)
        opening = asyncio.create_task(index._running_owner())
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.gather(opening, return_exceptions=True)
            await index.close()
            raise
        return index

    @property
    def owner_pid(self) -> int | None:
        """The index process, None while there is none."""
        return self._owner.process.pid if self._owner else None

    async def upsert(self, points: Sequence[IndexPoint]) -> None:
        require_dimensions((point.dense for point in points), self._dimensions)
        batches = [points[at : at + BATCH_POINTS] for at in range(0, len(points), BATCH_POINTS)]
        for number, batch in enumerate(batches, 1):
            frame = await asyncio.to_thread(_upsert_frame, batch, sync=number == len(batches))
            await self._ask(self._writes, frame)

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        require_dimensions([query.dense], self._dimensions)
        if not query.version_ids or query.limit < 1:
            return []
        words = query_vector(query.text)
        header = {
            "op": "search",
            "workspace": query.workspace,
            "version_ids": query.version_ids,
            "limit": query.limit,
            "terms": [len(words.indices)],
        }
        reply = await self._ask(self._reads, Frame(header, pack_vectors([query.dense], [words])))
        return hits_of(_scored(reply.header["dense"]), _scored(reply.header["sparse"]))

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        if version_ids:
            header = {"op": "delete", "workspace": workspace, "version_ids": list(version_ids)}
            await self._ask(self._writes, Frame(header))

    async def count(self, version_id: str) -> int:
        reply = await self._ask(self._reads, Frame({"op": "count", "version_id": version_id}))
        return int(reply.header["count"])

    async def counts(self) -> dict[str, int]:
        reply = await self._ask(self._reads, Frame({"op": "counts"}))
        return dict(reply.header["counts"])

    async def state(self) -> IndexState:
        reply = await self._ask(self._reads, Frame({"op": "points"}))
        return IndexState(kind="embedded", points=reply.header["points"], place=str(self._folder))

    async def close(self) -> None:
        """Finish what was asked, then end the index process and free the folder. Closing again does nothing."""
        self._closed = True
        await asyncio.gather(*self._asked, return_exceptions=True)
        self._reads.drop()
        self._writes.drop()
        async with self._owner_lock:
            if self._owner:
                await asyncio.to_thread(self._owner.stop)
                self._owner = None

    async def _ask(self, link: Link, request: Frame) -> Frame:
        """The reply to `request`. When the caller is cancelled, what was sent is seen through, so that order holds."""
        if self._closed:
            raise IndexUnavailable("The index has been closed.")
        task = asyncio.create_task(self._exchange(link, request))
        self._asked.add(task)
        task.add_done_callback(self._forget)
        reply = await asyncio.shield(task)
        if "error" in reply.header:
            raise IndexUnavailable(reply.header["detail"])
        return reply

    def _forget(self, task: asyncio.Task[Frame]) -> None:
        self._asked.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that was cancelled no longer asks for it

    async def _exchange(self, link: Link, request: Frame) -> Frame:
        for attempt in itertools.count(1):
            owner = await self._running_owner()
            try:
                return await link.exchange(owner, request)
            except LinkBroken as broken:
                await self._bury(owner)
                if attempt == ATTEMPTS or broken.by_delay:
                    raise IndexUnavailable(
                        f"The index process at {self._folder} does not answer: {broken}."
                    ) from broken
        raise AssertionError("unreachable")

    async def _running_owner(self) -> OwnerProcess:
        """The index process, started if there is none or it has died."""
        async with self._owner_lock:
            if self._owner and self._owner.runs:
                return self._owner
            await self._end_owner()
            start = asyncio.to_thread(OwnerProcess.start, self._folder, self._dimensions, self._embedder)
            self._owner = await start
            return self._owner

    async def _bury(self, owner: OwnerProcess) -> None:
        """Make sure that an index process that no longer answers is gone, unless another request has done so."""
        async with self._owner_lock:
            if self._owner is owner:
                await self._end_owner()

    async def _end_owner(self) -> None:
        if self._owner:
            await asyncio.to_thread(self._owner.kill)
            self._owner = None


def _upsert_frame(points: Sequence[IndexPoint], *, sync: bool) -> Frame:
    words = [document_vector(point.text) for point in points]
    header = {
        "op": "upsert",
        "points": [(point.id, payload_of(point)) for point in points],
        "terms": [len(one.indices) for one in words],
        "sync": sync,
    }
    return Frame(header, pack_vectors((point.dense for point in points), words))


def _scored(rows: list[list[Any]]) -> list[tuple[str, float, dict[str, Any]]]:
    return [(point_id, score, payload) for point_id, score, payload in rows]
