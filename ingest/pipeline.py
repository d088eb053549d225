"""The durable ingestion of one version (floor 4): parse → chunk → embed → index → publish, one recorded outcome per document.

`Ingestion.script` is the job: plain steps, each safe to repeat. Nothing is visible before `publish`, one commit after a count check.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.chunking.chunk import chunk, indexed_text
from ingest.parsing.limits import ParserPool
from ingest.structure.structured import structured
from proviso.errors import DependencyError, IndexUnavailable, NotFound, ProvisoError
from proviso.ids import point_id
from proviso.ports import BlobStore, Embedder, Job, VectorIndex
from proviso.types.documents import Chunk, Parsed
from proviso.types.search import IndexPoint
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.texts import Texts

BATCH = 128
"""Chunks per embed-and-upsert step: about 10 s of work lost to a kill at worst on two cores."""

TRIES = 4
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the pipeline reads from and writes to."""

    catalog: Catalog
    store: BlobStore
    texts: Texts
    index: VectorIndex


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pipeline reads with: parser children, the embedder, and the counter of gpt-oss tokens."""

    parsers: ParserPool
    embedder: Embedder
    count_tokens: Callable[[str], int]


class Ingestion:
    """Turns queued versions into ready documents. `on_settled(document_id)` is told whenever one is ready or failed."""

    def __init__(self, keeping: Keeping, reading: Reading, on_settled: Callable[[str], Awaitable[None]]) -> None:
        self._keeping = keeping
        self._reading = reading
        self._on_settled = on_settled

    def script(self, job: Job, version_id: str) -> None:
        """The job: subject is the version id."""
        count: int = job.step("parse", self.parse, version_id)
        for start in range(0, count, BATCH):
            job.step(f"index {start}", self.index, version_id, start)
        job.step("publish", self.publish, version_id, count)

    async def parse(self, version_id: str) -> int:
        """Parse and chunk, keep text, structure, boxes and chunks; returns the number of chunks."""
        catalog = self._keeping.catalog
        version = await catalog.read(documents.version, version_id)
        await catalog.write(documents.stage, version_id, "parsing", 0.02)
        data = await _patiently(lambda: self._keeping.store.get(f"files/{version.sha256}"))
        parsed = await self._parse_bytes(data, version)
        await catalog.write(documents.stage, version_id, "chunking", 0.2)
        chunks, tokens = await asyncio.to_thread(self._chunk, parsed)
        await _patiently(lambda: self._keeping.texts.save(version_id, parsed, chunks))
        await self._require_wanted(version)
        await catalog.write(documents.parsed, version_id, _facts(parsed, tokens, version.filename))
        return len(chunks)

    async def index(self, version_id: str, start: int) -> None:
        """Embed and upsert one batch of chunks."""
        keeping = self._keeping
        version = await keeping.catalog.read(documents.version, version_id)
        chunks = await keeping.texts.chunks(version_id)
        text = (await keeping.texts.read(version_id)).text
        batch = chunks[start : start + BATCH]
        await keeping.catalog.write(documents.stage, version_id, "embedding", 0.25 + 0.7 * start / max(1, len(chunks)))
        words = [indexed_text(text, piece) for piece in batch]
        vectors = await _patiently(lambda: self._reading.embedder.embed(words))
        points = [
            _point(version, piece, vector, line) for piece, vector, line in zip(batch, vectors, words, strict=True)
        ]
        await _patiently(lambda: keeping.index.upsert(points))
        await self._require_wanted(version)

    async def publish(self, version_id: str, count: int) -> None:
        """Check that the index holds every chunk, then make the version live in one commit and clear the one it replaces."""
        keeping = self._keeping
        await keeping.catalog.write(documents.stage, version_id, "indexing", 0.97)
        version = await keeping.catalog.read(documents.version, version_id)
        held = (await _patiently(keeping.index.counts)).get(version_id, 0)
        if held != count:
            raise IndexUnavailable(f"the index holds {held} of {count} chunks; reprocess the document")
        retired = await keeping.catalog.write(documents.publish, version_id, count)
        if retired:
            await keeping.index.delete(version.workspace, [retired])
        await self._on_settled(version.document_id)

    async def fail(self, version_id: str, error: ProvisoError) -> None:
        """Record why the version failed; nothing of it stays searchable. A version that is live stays so."""
        keeping = self._keeping
        version = await keeping.catalog.read(documents.version, version_id)
        if await keeping.catalog.write(documents.fail, version_id, error.code, error.detail):
            try:
                await keeping.index.delete(version.workspace, [version_id])
            except DependencyError as fault:
                log.warning("points of failed version %s stay until the next start: %s", version_id, fault.detail)
        await self._on_settled(version.document_id)

    async def _require_wanted(self, version: documents.VersionRecord) -> None:
        """After each write: a document that was deleted meanwhile must not leave behind what came after its deletion."""
        keeping = self._keeping
        try:
            record = await keeping.catalog.read(documents.get, version.workspace, version.document_id)
        except NotFound:
            record = None
        if record is None or record.status == "deleting":
            await keeping.index.delete(version.workspace, [version.version_id])
            await keeping.texts.delete(version.version_id)
            raise NotFound(f"Document {version.document_id} was deleted while it was read.")

    async def _parse_bytes(self, data: bytes, version: documents.VersionRecord) -> Parsed:
        with tempfile.NamedTemporaryFile(prefix="proviso-", suffix=Path(version.filename).suffix[:12]) as copy:
            await asyncio.to_thread(_write, Path(copy.name), data)
            parsed = await self._reading.parsers.parse(
                Path(copy.name), version.media_type, version.filename, version.password
            )
        return await asyncio.to_thread(structured, parsed, version.filename)

    def _chunk(self, parsed: Parsed) -> tuple[list[Chunk], int]:
        embedder = self._reading.embedder
        chunks = chunk(
            parsed.text, parsed.blocks, parsed.pages, parsed.sections, embedder.count_tokens, embedder.max_tokens
        )
        return chunks, self._reading.count_tokens(parsed.text)


def _facts(parsed: Parsed, tokens: int, filename: str) -> documents.ParsedFacts:
    coverage = tuple(documents.PageCoverage(p.number, p.chars, p.source) for p in parsed.pages)
    return documents.ParsedFacts(
        title=parsed.title or filename,
        language=parsed.language,
        pages=len(parsed.pages) or None,
        chars=len(parsed.text),
        tokens=tokens,
        page_coverage=coverage,
        warnings=parsed.warnings,
        media_type=parsed.media_type,
    )


def _point(version: documents.VersionRecord, piece: Chunk, vector: object, words: str) -> IndexPoint:
    return IndexPoint(
        id=point_id(version.version_id, piece.index),
        workspace=version.workspace,
        document_id=version.document_id,
        version_id=version.version_id,
        chunk=piece.index,
        start=piece.start,
        end=piece.end,
        section=piece.section,
        heading=piece.heading,
        page_start=piece.page_start,
        page_end=piece.page_end,
        dense=vector,  # type: ignore[arg-type]
        text=words,
    )


async def _patiently(work: Callable[[], Awaitable[object]]):  # type: ignore[no-untyped-def]
    """`work()`, tried again with growing pauses while a dependency is away; the last fault is raised."""
    for attempt in range(TRIES):
        try:
            return await work()
        except DependencyError:
            if attempt == TRIES - 1:
                raise
            await asyncio.sleep(0.5 * 3**attempt)
    raise AssertionError("unreachable")


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
