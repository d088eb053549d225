"""The index from what is stored (floor 4): text and chunks of every live version embedded again, into an index of its own.

Texts are only read. A version whose stored chunks are too long for the embedder is cut again from its text and structure, the same way
each time. A run that was cut goes on with the versions that are not whole in the index. One version is in memory at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.awaiting import patiently
from ingest.chunking.chunk import LEAST_MAX_TOKENS, chunk, indexed_text
from ingest.embedding.speaking import NOT_EMBEDDED, language_warnings
from ingest.indexing import BATCH, Indexing, Prepared, prepared
from ingest.naming import document_point
from ingest.structure.names import OPENING_CHARS
from proviso.errors import EmbedderUnavailable, IndexUnavailable, InternalError, NotFound
from proviso.ports import Embedder, VectorIndex
from proviso.types.documents import Chunk
from records.catalog import documents, rebuilding
from records.catalog.catalog import Catalog
from records.catalog.rows import VersionRecord
from records.texts import Texts

OnProgress = Callable[[int, int, str], None]
"""Called with chunks done, chunks in all by the catalog's count, and the name of the file at work."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A version that the new index does not hold, and why."""

    document_id: str
    filename: str
    reason: str


@dataclass(slots=True)
class Tally:
    """What a run did. `documents` and `chunks` are those of live versions that the index now holds whole."""

    documents: int = 0
    chunks: int = 0
    embedded: int = 0
    """Chunks that were embedded now; the others an earlier run had done."""
    cut_again: int = 0
    """Documents whose stored chunks were too long for the embedder."""
    under_way: int = 0
    """Versions that are still being read, whose chunks are in the index so that their jobs can go on."""
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Task:
    version_id: str
    live: bool
    expected: int
    """Chunks by the catalog, for the progress alone."""


@dataclass(frozen=True, slots=True)
class Reindexing:
    """Fills `index`, which nobody else uses, while nobody writes to the catalog."""

    catalog: Catalog
    texts: Texts
    index: VectorIndex
    embedder: Embedder

    async def run(self, on_progress: OnProgress) -> Tally:
        """All versions whole in the index, or an error; run again after one, it goes on. Raises IndexUnavailable, StoreUnavailable,
        CatalogUnavailable, EmbedderUnavailable."""
        if self.embedder.max_tokens < LEAST_MAX_TOKENS:
            raise EmbedderUnavailable(
                f"The embedder {self.embedder.name} takes {self.embedder.max_tokens} tokens, too few for a clause: "
                f"choose one that takes at least {LEAST_MAX_TOKENS}."
            )
        tasks = await self._tasks()
        held = await self._without_others({task.version_id for task in tasks})
        indexing, tally = Indexing(self.texts, self.index, self.embedder), Tally()
        total, done = sum(task.expected for task in tasks), 0
        for task in tasks:
            version = await self.catalog.read(documents.version, task.version_id)

            def tell(share: float, before: int = done, task: _Task = task, name: str = version.filename) -> None:
                on_progress(before + round(share * task.expected), total, name)

            await _Version(self, indexing, version, task.live).into_index(held.get(task.version_id, 0), tell, tally)
            done += task.expected
        on_progress(total, total, "")
        return tally

    async def _tasks(self) -> list[_Task]:
        live = await self.catalog.read(documents.live_versions)
        under_way = await self.catalog.read(rebuilding.half_indexed)
        return [
            *(_Task(version_id, True, chunks) for version_id, chunks in sorted(live.items())),
            *(_Task(version_id, False, 0) for version_id in sorted(under_way)),
        ]

    async def _without_others(self, wanted: set[str]) -> dict[str, int]:
        """Chunks per version that an earlier run left, without those of versions that are live no more."""
        held = await self.index.counts()
        others = sorted(set(held) - wanted)
        if others:
            await self.index.delete(None, others)
        return {version_id: chunks for version_id, chunks in held.items() if version_id in wanted}


@dataclass(frozen=True, slots=True)
class _Version:
    """One version on its way into the new index."""

    run: Reindexing
    indexing: Indexing
    version: VersionRecord
    live: bool

    async def into_index(self, held: int, tell: Callable[[float], None], tally: Tally) -> None:
        """Whole in the index when this returns, or left out in `tally`."""
        tell(0.0)
        try:
            text, stored = await self._read()
            chunks = await self._fitted(text, stored)
        except (NotFound, InternalError) as fault:
            await self._leave_out(held, fault.detail, tally)
            return
        if not self.live and chunks is not stored:
            await self._leave_out(held, "It is still being read, with chunks too long for this embedder.", tally)
            return
        if held != len(chunks):
            tally.embedded += await self._embed(held, prepared(text, chunks), tell)
        await self._settle(text, len(chunks), tally)
        tally.cut_again += chunks is not stored

    async def _read(self) -> tuple[str, Sequence[Chunk]]:
        texts, version_id = self.run.texts, self.version.version_id
        return await asyncio.gather(
            patiently(lambda: texts.text(version_id)), patiently(lambda: texts.chunks(version_id))
        )

    async def _fitted(self, text: str, stored: Sequence[Chunk]) -> Sequence[Chunk]:
        """The stored chunks, or others where one is too long for the embedder."""
        embedder = self.run.embedder
        if await asyncio.to_thread(_all_fit, text, stored, embedder):
            return stored
        structure = (await patiently(lambda: self.run.texts.read(self.version.version_id))).structure
        places = (structure.blocks, structure.pages, structure.sections)
        return await asyncio.to_thread(chunk, text, *places, embedder.count_tokens, embedder.max_tokens)

    async def _embed(self, held: int, work: Prepared, tell: Callable[[float], None]) -> int:
        """Returns how many were embedded: of a version that was cut off, the batches that are not there yet, for each is whole before
        the next begins."""
        index, version_id = self.run.index, self.version.version_id
        if held > len(work.chunks):
            await patiently(lambda: index.delete(None, [version_id]))
            held = 0
        first = held // BATCH * BATCH
        for start in range(first, len(work.chunks), BATCH):
            tell(work.share(start))
            await self.indexing.put(self.version, work, start)
        found = await patiently(lambda: index.count(version_id))
        if found != len(work.chunks):
            await patiently(lambda: index.delete(None, [version_id]))
            raise IndexUnavailable(
                f"The new index held {found} of {len(work.chunks)} chunks of {self.version.filename}."
            )
        return len(work.chunks) - first

    async def _settle(self, text: str, chunks: int, tally: Tally) -> None:
        """The document's own point, which a new title changes, and what of the catalog depends on the embedder."""
        if not self.live:  # its job does this when it publishes
            tally.under_way += 1
            return
        point = document_point(self.version, text[:OPENING_CHARS])
        await patiently(lambda: self.run.index.upsert_documents([point]))
        warnings = language_warnings(self.run.embedder, self.version.language)
        version_id = self.version.version_id
        await self.run.catalog.write(rebuilding.reindexed, version_id, chunks, NOT_EMBEDDED, warnings)
        tally.documents += 1
        tally.chunks += chunks

    async def _leave_out(self, held: int, reason: str, tally: Tally) -> None:
        if held:
            await patiently(lambda: self.run.index.delete(None, [self.version.version_id]))
        tally.left_out.append(LeftOut(self.version.document_id, self.version.filename, reason))


def _all_fit(text: str, chunks: Sequence[Chunk], embedder: Embedder) -> bool:
    return all(embedder.count_tokens(indexed_text(text, each)) <= embedder.max_tokens for each in chunks)
