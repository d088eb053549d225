"""The embedded index as the service sees it (records): `EdgeIndex` asks the index process and keeps it alive.

If the process dies, the next request starts it again and what was asked is asked once more; every operation may be
repeated. Words become sparse vectors on this side, in a thread, so that the process does nothing but search and store.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from proviso.errors import IndexUnavailable
from proviso.types.search import (
    DocumentHit,
    DocumentPoint,
    DocumentQuery,
    IndexHit,
    IndexPoint,
    IndexQuery,
    IndexState,
    SparseVector,
    StoredVectors,
    Within,
)
from records.index.frames import Frame
from records.index.kept import KeptChunks, Stored, hits_with
from records.index.link import Link, LinkBroken
from records.index.messages import (
    brief_in,
    described,
    found_in,
    payloads_in,
    search_frame,
    stored_in,
    upsert_frame,
)
from records.index.place import SHARD_FOLDER, note_identity
from records.index.points import Ranking, asks_nothing, rankings_of, row_of
from records.index.process import OwnerProcess
from records.index.ranked import best_by_words, nearest_documents
from records.index.schema import (
    ALL_CHUNKS,
    BATCH_POINTS,
    Chosen,
    Scored,
    chunks_of,
    documents_of,
    identity,
    require_dimensions,
)

ATTEMPTS = 2
LARGE_BYTES = 128 * 1024
"""From which on a reply is read in a thread: some 800 chunks, 2 ms."""
MANY = 1_500
"""Hits from which on they are put together in a thread, 2 ms."""
T = TypeVar("T")


class EdgeIndex:
    """The port `VectorIndex` over a Qdrant Edge shard in a folder. Writes are on disk when they return."""

    def __init__(self, folder: Path, dimensions: int, embedder: str) -> None:
        self._folder = folder.absolute()
        self._dimensions = dimensions
        self._embedder = embedder
        self._owner: OwnerProcess | None = None
        self._owner_lock = asyncio.Lock()
        self._kept = KeptChunks()
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
        await self._store(points)

    async def upsert_documents(self, points: Sequence[DocumentPoint]) -> None:
        await self._store(points)

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        require_dimensions([query.dense], self._dimensions)
        if asks_nothing(query):
            return []
        found = brief_in(await self._ask(self._reads, search_frame(rankings_of(query), brief=True)))
        stored = await self._stored({point_id for one in found for point_id, _ in one})
        return await _read(lambda: hits_with(stored, *found), len(stored) > MANY)

    async def best_by_words(self, workspace: str, words: SparseVector) -> float:
        return await best_by_words(self._ranked, workspace, words)

    async def documents(self, query: DocumentQuery) -> list[DocumentHit]:
        return await nearest_documents(self._ranked, query)

    async def vectors(self, workspace: str, ids: Sequence[str]) -> dict[str, StoredVectors]:
        if not ids:
            return {}
        reply = await self._ask(self._reads, Frame({"op": "vectors", "workspace": workspace, "ids": list(ids)}))
        return await _read(lambda: stored_in(reply, self._dimensions), len(reply.body) > LARGE_BYTES)

    async def some(self, workspace: str, limit: int) -> list[str]:
        header = {"op": "some", "chosen": described(chunks_of(workspace, Within(None))), "limit": limit}
        return list((await self._ask(self._reads, Frame(header))).header["ids"])

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        if version_ids:
            within = Within(tuple(version_ids))
            both = [described(kind(workspace, within)) for kind in (chunks_of, documents_of)]
            await self._ask(self._writes, Frame({"op": "delete", "chosen": both}))

    async def count(self, version_id: str) -> int:
        return await self._count(chunks_of(None, Within((version_id,))))

    async def counts(self) -> dict[str, int]:
        reply = await self._ask(self._reads, Frame({"op": "counts"}))
        return dict(reply.header["counts"])

    async def copy_to(self, folder: Path) -> None:
        """A copy of the index as it is now, in a folder (by its whole path) that is not there yet; searches wait for
        as long as copying takes. A copy that was cut lacks the file that says whom it is for."""
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
        await self._ask(self._writes, Frame({"op": "copy", "to": str(folder / SHARD_FOLDER)}))
        await asyncio.to_thread(note_identity, folder, identity(self._dimensions, self._embedder))

    async def state(self) -> IndexState:
        return IndexState(kind="embedded", points=await self._count(ALL_CHUNKS), place=str(self._folder))

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

    async def _store(self, points: Sequence[IndexPoint | DocumentPoint]) -> None:
        """In batches, the last of which has everything brought to disk."""
        batches = [points[at : at + BATCH_POINTS] for at in range(0, len(points), BATCH_POINTS)]
        for number, batch in enumerate(batches, 1):
            frame = await asyncio.to_thread(_upsert_frame, batch, sync=number == len(batches))
            await self._ask(self._writes, frame, writes=[point.id for point in batch])

    async def _ranked(self, rankings: Sequence[Ranking]) -> list[list[Scored]]:
        reply = await self._ask(self._reads, search_frame(rankings))
        return await _read(lambda: found_in(reply), len(reply.body) > LARGE_BYTES)

    async def _stored(self, ids: Collection[str]) -> dict[str, Stored]:
        """What is stored of chunks; only those are asked for that are not known."""
        known, writes = self._kept.of(ids), self._kept.writes
        if missing := [point_id for point_id in ids if point_id not in known]:
            reply = await self._ask(self._reads, Frame({"op": "payloads", "ids": missing}))
            rows = await _read(lambda: payloads_in(reply), len(reply.body) > LARGE_BYTES)
            known |= self._kept.keep(rows, writes)
        return known

    async def _count(self, chosen: Chosen) -> int:
        reply = await self._ask(self._reads, Frame({"op": "count", "chosen": described(chosen)}))
        return int(reply.header["count"])

    async def _ask(self, link: Link, request: Frame, writes: Collection[str] = ()) -> Frame:
        """The reply to `request`, which writes these points. When the caller is cancelled, what was sent is seen through, so that order
        holds."""
        if self._closed:
            raise IndexUnavailable("The index has been closed.")
        task = asyncio.create_task(self._exchange(link, request))
        self._asked.add(task)
        task.add_done_callback(self._forget)
        if writes:
            self._kept.drop(writes)
            task.add_done_callback(lambda _: self._kept.drop(writes))
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


async def _read(reading: Callable[[], T], large: bool) -> T:
    """What `reading` makes of a reply; a large one does not keep the event loop from others."""
    return await asyncio.to_thread(reading) if large else reading()


def _upsert_frame(points: Sequence[IndexPoint | DocumentPoint], *, sync: bool) -> Frame:
    return upsert_frame([row_of(point) for point in points], sync=sync)
