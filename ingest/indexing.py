"""Chunks into the index (floor 4): embedded in order of length over the whole document, a slice upserted while the next are embedded.

A step is one batch; it is over when every point of it is in the index, so a step that was cut is simply done again: point ids follow
from version and chunk. Text and chunks of a version are read once for all its batches. Chunks that are too long for the embedder (they were
cut for another one) are cut again from text and structure, the same way each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ingest.awaiting import patiently, together
from ingest.chunking.chunk import chunk, indexed_text
from proviso.errors import IndexUnavailable
from proviso.ids import point_id
from proviso.ports import Embedder, Vector, VectorIndex
from proviso.types.documents import Chunk
from proviso.types.search import IndexPoint
from records.catalog.rows import VersionRecord
from records.texts import Texts

BATCH = 128
"""Chunks per step: what a kill costs at most, about 2 s of embedding on two cores."""

SLICE = 32
"""Chunks that are upserted together, while the next are embedded."""

AHEAD = 2
"""Slices, of all documents, that are with the embedder at a time: while the last texts of one are embedded, the next is there."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version's text and its chunks in the order in which they are embedded: shortest first, so that an embedder that pads has little
    to pad. The order follows from what is stored and is the same after a restart."""

    text: str
    chunks: tuple[Chunk, ...]
    tokens: tuple[int, ...]
    """Of the chunks up to and including each."""
    cut_again: bool = False
    """The stored chunks were cut for another embedder, and one of them was too long for this one."""

    def share(self, done: int) -> float:
        """Which part of the work is done when `done` chunks are."""
        return self.tokens[done - 1] / max(1, self.tokens[-1]) if done and self.tokens else 0.0


class Indexing:
    """Embeds and upserts batches of the versions in flight, into one index. The embedder has its own threads, never more than it was
    given."""

    def __init__(self, texts: Texts, index: VectorIndex, embedder: Embedder) -> None:
        self._texts = texts
        self._index = index
        self._embedder = embedder
        self._prepared: dict[str, Prepared] = {}
        self._turns = asyncio.Semaphore(AHEAD)

    async def share(self, version_id: str, start: int) -> float:
        """Which part of a version's embedding is done before the batch at `start`."""
        return (await self._of(version_id)).share(start)

    async def batch(self, version: VersionRecord, start: int) -> None:
        """Embed and upsert the batch that begins at place `start` of the order. All of it is durable when this returns."""
        await self._put(version, await self._of(version.version_id), start)

    async def whole(self, version: VersionRecord) -> int:
        """Every chunk is in the index when this returns, also when an index that is no longer in use took some of them. Returns how many
        there are."""
        work = await self._of(version.version_id)
        held = await patiently(lambda: self._index.count(version.version_id))
        if held != len(work.chunks):
            await self.fill(version, work, held)
        return len(work.chunks)

    async def fill(
        self,
        version: VersionRecord,
        work: Prepared,
        held: int,
        first: int = 0,
        tell: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Put the batches from `first` on into the index, which holds so many chunks, and count. Raises IndexUnavailable when it does not
        hold all of them then, and holds none."""
        if held > len(work.chunks):
            await patiently(lambda: self._index.delete(None, [version.version_id]))
            first = 0
        for start in range(first, len(work.chunks), BATCH):
            tell(work.share(start))
            await self._put(version, work, start)
        found = await patiently(lambda: self._index.count(version.version_id))
        if found != len(work.chunks):
            await patiently(lambda: self._index.delete(None, [version.version_id]))
            raise IndexUnavailable(f"The index held {found} of {len(work.chunks)} chunks of {version.filename}.")

    async def prepare(self, version_id: str) -> Prepared:
        """Text and chunks of a version as this embedder takes them. Raises NotFound, StoreUnavailable."""
        text, stored = await asyncio.gather(self._texts.text(version_id), self._texts.chunks(version_id))
        if await asyncio.to_thread(_all_fit, text, stored, self._embedder):
            return prepared(text, stored)
        structure = (await self._texts.read(version_id)).structure
        places = (structure.blocks, structure.pages, structure.sections)
        fitting = (self._embedder.count_tokens, self._embedder.max_tokens)
        return replace(prepared(text, await asyncio.to_thread(chunk, text, *places, *fitting)), cut_again=True)

    async def _put(self, version: VersionRecord, work: Prepared, start: int) -> None:
        chunks = work.chunks[start : start + BATCH]
        slices = (chunks[at : at + SLICE] for at in range(0, len(chunks), SLICE))
        await together(self._slice(version, work.text, slice_) for slice_ in slices)

    def forget(self, version_id: str) -> None:
        """The version is ready or has failed: let go of its text."""
        self._prepared.pop(version_id, None)

    async def _slice(self, version: VersionRecord, text: str, chunks: Sequence[Chunk]) -> None:
        words = [indexed_text(text, chunk) for chunk in chunks]
        async with self._turns:
            vectors = await patiently(lambda: self._embedder.embed(words))
        points = [_point(version, *made) for made in zip(chunks, vectors, words, strict=True)]
        await patiently(lambda: self._index.upsert(points))

    async def _of(self, version_id: str) -> Prepared:
        """Read at the first batch, and again after a restart."""
        if version_id not in self._prepared:
            self._prepared[version_id] = await self.prepare(version_id)
        return self._prepared[version_id]


def prepared(text: str, chunks: Sequence[Chunk]) -> Prepared:
    """The chunks of a text in the order in which they are embedded."""
    ordered = tuple(sorted(chunks, key=lambda chunk: (chunk.tokens, chunk.index)))
    return Prepared(text, ordered, tuple(accumulate(chunk.tokens for chunk in ordered)))


def _all_fit(text: str, chunks: Sequence[Chunk], embedder: Embedder) -> bool:
    return all(embedder.count_tokens(indexed_text(text, each)) <= embedder.max_tokens for each in chunks)


def _point(version: VersionRecord, chunk: Chunk, vector: Vector, words: str) -> IndexPoint:
    return IndexPoint(
        id=point_id(version.version_id, chunk.index),
        workspace=version.workspace,
        document_id=version.document_id,
        version_id=version.version_id,
        chunk=chunk.index,
        start=chunk.start,
        end=chunk.end,
        section=chunk.section,
        heading=chunk.heading,
        page_start=chunk.page_start,
        page_end=chunk.page_end,
        dense=vector,
        text=words,
        language=version.language,
    )
