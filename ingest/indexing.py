"""Chunks into the index (floor 4): embedded in order of length over the whole document, a slice upserted while the next are embedded.

A step is one batch; it is over when every point of it is in the index, so a step that was cut is simply done again: point ids follow
from version and chunk. Text and chunks of a version are read once for all its batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from ingest.awaiting import patiently, together
from ingest.chunking.chunk import indexed_text
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

    def share(self, done: int) -> float:
        """Which part of the work is done when `done` chunks are."""
        return self.tokens[done - 1] / max(1, self.tokens[-1]) if done and self.tokens else 0.0


class Indexing:
    """Embeds and upserts batches of the versions in flight. The embedder has its own threads, never more than it was given."""

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
        await self.put(version, await self._of(version.version_id), start)

    async def put(self, version: VersionRecord, work: Prepared, start: int) -> None:
        """`batch`, of a version that the caller has prepared."""
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
            text, chunks = await asyncio.gather(self._texts.text(version_id), self._texts.chunks(version_id))
            self._prepared[version_id] = prepared(text, chunks)
        return self._prepared[version_id]


def prepared(text: str, chunks: Sequence[Chunk]) -> Prepared:
    """The chunks of a text in the order in which they are embedded."""
    ordered = tuple(sorted(chunks, key=lambda chunk: (chunk.tokens, chunk.index)))
    return Prepared(text, ordered, tuple(accumulate(chunk.tokens for chunk in ordered)))


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
