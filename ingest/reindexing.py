"""An index from what is stored (floor 4): text and chunks of every live version embedded again, beside the service that answers meanwhile.

Texts are only read. A pass brings into the index what is live and not whole there, and takes out what is live no more; after the last one
the catalog names this index, in one commit that happens only if nothing became live or was renamed or deleted since. A run that was cut
goes on with the versions that are not whole in the index. One version is in memory at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ingest.awaiting import patiently
from ingest.chunking.chunk import LEAST_MAX_TOKENS
from ingest.embedding.speaking import NOT_EMBEDDED, language_warnings
from ingest.indexing import BATCH, Indexing, Prepared
from ingest.naming import document_point
from ingest.structure.names import OPENING_CHARS
from proviso.errors import EmbedderUnavailable, InternalError, NotFound
from proviso.ports import Embedder, VectorIndex
from records.catalog import documents, generations
from records.catalog.catalog import Catalog
from records.catalog.generations import Generation, Known, Told
from records.catalog.rows import VersionRecord
from records.texts import Texts

OnProgress = Callable[[int, int, str], None]
"""Called with chunks done, chunks in all by the catalog's count, and the name of the file at work."""

NOTED_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A version that the new index does not hold, and why."""

    document_id: str
    filename: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A version that the index holds whole: what it was called then, its chunks, its language."""

    known: Known
    chunks: int
    language: str | None
    cut_again: bool = False
    """Its stored chunks were too long for the embedder."""


@dataclass(slots=True)
class Progress:
    """How far an index has come. `settled` may come from a run that was cut: what the index does not hold is not believed."""

    settled: dict[str, Settled] = field(default_factory=dict)
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    embedded: int = 0
    """Chunks that this run embedded; the others an earlier run had done."""

    @property
    def chunks(self) -> int:
        return sum(each.chunks for each in self.settled.values())

    @property
    def cut_again(self) -> int:
        return sum(each.cut_again for each in self.settled.values())


def _say_nothing(*_: object) -> None: ...


class Reindexing:
    """Fills `index`, which nobody else writes to. `note(settled)` is called now and then, and after each pass, to be kept for a run that
    goes on with this one."""

    def __init__(
        self,
        catalog: Catalog,
        texts: Texts,
        index: VectorIndex,
        embedder: Embedder,
        *,
        settled: Mapping[str, Settled] | None = None,
        note: Callable[[Mapping[str, Settled]], None] = _say_nothing,
    ) -> None:
        self._catalog = catalog
        self._texts = texts
        self._index = index
        self._embedder = embedder
        self._indexing = Indexing(texts, index, embedder)
        self._note = note
        self._noted = time.monotonic()
        self.progress = Progress(dict(settled or {}))

    async def run(self, on_progress: OnProgress = _say_nothing) -> dict[str, Known]:
        """One pass. Returns what was live when it began: all of that is whole in the index, or left out by name. Run again after an
        error, it goes on. Raises IndexUnavailable, StoreUnavailable, CatalogUnavailable, EmbedderUnavailable."""
        if self._embedder.max_tokens < LEAST_MAX_TOKENS:
            raise EmbedderUnavailable(
                f"The embedder {self._embedder.name} takes {self._embedder.max_tokens} tokens, too few for a clause: "
                f"choose one that takes at least {LEAST_MAX_TOKENS}."
            )
        live = await self._catalog.read(generations.known)
        expected = await self._catalog.read(documents.live_versions)
        held = await self._without_others(live)
        done, total = 0, sum(expected.get(version_id, 0) for version_id in live)
        for version_id, known in sorted(live.items()):
            share = expected.get(version_id, 0)

            def tell(part: float, before: int = done, share: int = share, known: Known = known) -> None:
                on_progress(before + round(part * share), total, known.filename)

            if not self._is_settled(version_id, known, held):
                await self._settle(version_id, known, held.get(version_id, 0), tell)
            done += share
        self._note(self.progress.settled)
        on_progress(total, total, "")
        return live

    async def switch_to(self, coming: Generation, on_progress: OnProgress = _say_nothing) -> None:
        """Pass after pass until the catalog names this index as `coming`."""
        while True:
            seen = await self.run(on_progress)
            told = {
                version_id: Told(each.chunks, NOT_EMBEDDED, language_warnings(self._embedder, each.language))
                for version_id, each in self.progress.settled.items()
            }
            if await self._catalog.write(generations.switch, coming, seen, told):
                return

    def _is_settled(self, version_id: str, known: Known, held: Mapping[str, int]) -> bool:
        there = self.progress.settled.get(version_id)
        return there is not None and there.known == known and there.chunks == held.get(version_id)

    async def _without_others(self, live: Mapping[str, Known]) -> dict[str, int]:
        """Chunks per live version that the index holds, after those of versions that are live no more have gone."""
        held = await self._index.counts()
        others = sorted(set(held) - set(live))
        if others:
            await self._index.delete(None, others)
        for version_id in set(self.progress.settled) - set(live):
            del self.progress.settled[version_id]
        self.progress.left_out.clear()
        return {version_id: chunks for version_id, chunks in held.items() if version_id in live}

    async def _settle(self, version_id: str, known: Known, held: int, tell: Callable[[float], None]) -> None:
        """Whole in the index when this returns, or left out."""
        tell(0.0)
        self.progress.settled.pop(version_id, None)
        version = None
        try:
            version = await self._catalog.read(documents.version, version_id)
            work = await patiently(lambda: self._indexing.prepare(version_id))
        except (NotFound, InternalError) as fault:
            if held:
                await patiently(lambda: self._index.delete(None, [version_id]))
            if version is not None:  # else the next pass will find it gone
                self.progress.left_out[version_id] = LeftOut(version.document_id, version.filename, fault.detail)
            return
        await self._fill(version, work, held, tell)
        point = document_point(version, work.text[:OPENING_CHARS])
        await patiently(lambda: self._index.upsert_documents([point]))
        called = Known(version.filename, version.title)
        self.progress.settled[version_id] = Settled(called, len(work.chunks), version.language, work.cut_again)
        if time.monotonic() - self._noted > NOTED_EVERY_S:
            self._note(self.progress.settled)
            self._noted = time.monotonic()

    async def _fill(self, version: VersionRecord, work: Prepared, held: int, tell: Callable[[float], None]) -> None:
        """Of a version that was cut off, the batches that are not there yet: each is whole before the next begins."""
        if held == len(work.chunks):
            return
        first = held // BATCH * BATCH if held < len(work.chunks) else 0
        await self._indexing.fill(version, work, held, first, tell)
        self.progress.embedded += len(work.chunks) - first
