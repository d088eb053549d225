"""The durable ingestion of one version (floor 4): read → recognise → index → publish, one recorded outcome per document.

`Ingestion.script` is the job: plain steps, each safe to repeat. Nothing is visible before `publish`, one commit after a count check.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.awaiting import patiently
from ingest.embedding.speaking import language_warnings
from ingest.indexing import BATCH, Indexing
from ingest.naming import Naming
from ingest.progress import Reporter
from ingest.reading.pool import FileToRead, ReaderPool
from ingest.reading.results import ReadFacts, ReadFile
from ingest.recognition import PAGES_PER_STEP, OcrSettings, Recognition
from proviso.errors import DependencyError, NotFound, ProvisoError
from proviso.ports import BlobStore, Job
from proviso.types.documents import DocumentWarning
from records.catalog import documents, generations
from records.catalog.catalog import Catalog
from records.catalog.documents import VersionRecord
from records.index.in_use import InUse, Pair
from records.texts import Texts

log = logging.getLogger(__name__)

READ, RECOGNISED, READ_AGAIN, INDEXED = 0.2, 0.6, 0.65, 0.97
"""Progress of a document after each part of the work, 0 to 1; without OCR the index follows on reading."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the pipeline reads from and writes to."""

    catalog: Catalog
    store: BlobStore
    texts: Texts
    in_use: InUse
    scratch: Path
    """A folder for copies that live as long as a step, emptied at every start: a killed service leaves nothing of a contract elsewhere."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pipeline reads with: reader children, OCR as set, and the counter of gpt-oss tokens."""

    readers: ReaderPool
    ocr: OcrSettings
    count_tokens: Callable[[str], int]


class Ingestion:
    """Turns queued versions into ready documents. `on_settled(document_id)` is told whenever one is ready or failed."""

    def __init__(self, keeping: Keeping, reading: Reading, on_settled: Callable[[str], Awaitable[None]]) -> None:
        self._keeping = keeping
        self._reading = reading
        self._on_settled = on_settled
        self._indexing: tuple[Pair, Indexing] | None = None
        self.naming = Naming(keeping.texts, keeping.in_use)
        self._recognition = Recognition(keeping.texts, reading.readers, reading.ocr)

    def script(self, job: Job, version_id: str) -> None:
        """The job: subject is the version id."""
        found = job.step("read", self.read, version_id)
        count, wanted, begin = found["chunks"], found["unread"], READ
        pages = self._recognition.chosen(wanted)
        for at in range(0, len(pages), PAGES_PER_STEP):
            job.step(f"recognise {at}", self.recognise, version_id, pages, at)
        if pages:
            count, begin = job.step("read again", self.read_again, version_id, wanted), READ_AGAIN
        for start in range(0, count, BATCH):
            job.step(f"index {start}", self.index, version_id, start, begin)
        job.step("publish", self.publish, version_id, count)

    async def read(self, version_id: str) -> dict[str, Any]:
        """Read the file and keep what it comes to. Returns the number of chunks and the pages that OCR could read."""
        version = await self._version(version_id)
        reporter = Reporter(self._keeping.catalog, version_id, 0.02, READ)
        await reporter.begin("parsing")
        async with self._file(version) as file:
            read = await self._reading.readers.read(file, reporter.heard)
        await self._keep(version, read, read.facts)
        return {"chunks": read.facts.chunks, "unread": await self._recognition.wanted(read.facts)}

    async def recognise(self, version_id: str, pages: Sequence[int], at: int) -> None:
        """Recognise the pages of one step and keep what was read off each."""
        version = await self._version(version_id)
        reporter = Reporter(self._keeping.catalog, version_id, READ, RECOGNISED)

        async def on_page(done: int) -> None:
            await reporter.tell("parsing", (at + done) / len(pages))

        try:
            async with self._file(version) as file:
                await self._recognition.recognise(version_id, file, pages[at : at + PAGES_PER_STEP], on_page)
        finally:  # also when telling the progress found the document gone
            await self._require_wanted(version)

    async def read_again(self, version_id: str, wanted: Sequence[int]) -> int:
        """Read the file once more, with what was recognised; returns the number of chunks."""
        version = await self._version(version_id)
        reporter = Reporter(self._keeping.catalog, version_id, RECOGNISED, READ_AGAIN)
        async with self._file(version) as file, self._recognised(version_id) as folder:
            read = await self._reading.readers.read(file, reporter.heard, folder)
        self._forget(version_id)
        await self._keep(version, read, self._recognition.told(read.facts, wanted))
        return read.facts.chunks

    async def index(self, version_id: str, start: int, begin: float) -> None:
        """Embed and upsert one batch of chunks."""
        version = await self._version(version_id)
        with self._keeping.in_use.taken() as pair:
            indexing = self._indexing_into(pair)
            share = await patiently(lambda: indexing.share(version_id, start))
            reached = begin + (INDEXED - begin) * share
            await self._keeping.catalog.write(documents.stage, version_id, "embedding", reached)
            await indexing.batch(version, start)
        await self._require_wanted(version)

    async def publish(self, version_id: str, count: int) -> None:
        """Check that the index holds every chunk, then make the version live in one commit and clear the one it replaces. Where another
        index was put to use meanwhile, the version goes into that first."""
        keeping = self._keeping
        await keeping.catalog.write(documents.stage, version_id, "indexing", INDEXED)
        version = await self._version(version_id)
        while not await self._published(version):
            await patiently(keeping.in_use.follow)
        self._forget(version_id)
        await self._on_settled(version.document_id)

    async def _published(self, version: VersionRecord) -> bool:
        """False: the index is not the one in use any more."""
        with self._keeping.in_use.taken() as pair:
            chunks = await self._indexing_into(pair).whole(version)
            await self.naming.tell_to(pair, version)
            publish = generations.publish_in
            done = await self._keeping.catalog.write(publish, version.version_id, chunks, pair.generation)
            if done.retired:
                await pair.index.delete(version.workspace, [done.retired])
            return done.current

    async def fail(self, version_id: str, error: ProvisoError) -> None:
        """Record why the version failed; nothing of it stays searchable. A version that is live stays so."""
        keeping = self._keeping
        self._forget(version_id)
        version = await self._version(version_id)
        if await keeping.catalog.write(documents.fail, version_id, error.code, error.detail):
            try:
                await self._clear(version)
            except DependencyError as fault:
                log.warning("points of failed version %s stay until the next start: %s", version_id, fault.detail)
        await self._on_settled(version.document_id)

    def _indexing_into(self, pair: Pair) -> Indexing:
        """What embeds for this pair; what is prepared for one before is let go of."""
        if self._indexing is None or self._indexing[0] is not pair:
            self._indexing = pair, Indexing(self._keeping.texts, pair.index, pair.embedder)
        return self._indexing[1]

    def _forget(self, version_id: str) -> None:
        if self._indexing is not None:
            self._indexing[1].forget(version_id)

    async def _clear(self, version: VersionRecord) -> None:
        """Nothing of the version is in the index in use."""
        await self._keeping.in_use.keep(lambda pair: pair.index.delete(version.workspace, [version.version_id]))

    async def _version(self, version_id: str) -> VersionRecord:
        return await self._keeping.catalog.read(documents.version, version_id)

    async def _keep(self, version: VersionRecord, read: ReadFile, facts: ReadFacts) -> None:
        """Keep the parts as they came, and tell the catalog the facts."""
        _, tokens = await asyncio.gather(
            patiently(lambda: self._keeping.texts.keep(version.version_id, read.parts)),
            asyncio.to_thread(lambda: self._reading.count_tokens(read.text)),
        )
        await self._require_wanted(version)
        embedder = self._keeping.in_use.pair.embedder
        told = _told(facts, tokens, version.filename, language_warnings(embedder, facts.language))
        await self._keeping.catalog.write(documents.parsed, version.version_id, told)

    async def _require_wanted(self, version: VersionRecord) -> None:
        """After each write: a document that was deleted meanwhile must not leave behind what came after its deletion."""
        keeping = self._keeping
        try:
            record = await keeping.catalog.read(documents.get, version.workspace, version.document_id)
        except NotFound:
            record = None
        if record is None or record.status == "deleting":
            self._forget(version.version_id)
            await self._clear(version)
            await keeping.texts.delete(version.version_id)
            raise NotFound(f"Document {version.document_id} was deleted while it was read.")

    @contextlib.asynccontextmanager
    async def _file(self, version: VersionRecord) -> AsyncIterator[FileToRead]:
        """The stored file as one on our disk."""
        with tempfile.NamedTemporaryFile(dir=self._keeping.scratch, suffix=Path(version.filename).suffix[:12]) as copy:
            path = Path(copy.name)
            await patiently(lambda: self._keeping.store.fetch(f"files/{version.sha256}", path))
            yield FileToRead(path, version.media_type, version.filename, version.password)

    @contextlib.asynccontextmanager
    async def _recognised(self, version_id: str) -> AsyncIterator[Path]:
        """What was recognised, as a folder of files named by page."""
        with tempfile.TemporaryDirectory(dir=self._keeping.scratch) as folder:
            for page, data in (await patiently(lambda: self._keeping.texts.recognised(version_id))).items():
                await _write(Path(folder, str(page)), data)
            yield Path(folder)


def _told(facts: ReadFacts, tokens: int, filename: str, warnings: tuple[DocumentWarning, ...]) -> documents.ParsedFacts:
    return documents.ParsedFacts(
        title=facts.title or filename,
        language=facts.language,
        pages=len(facts.pages) or None,
        chars=facts.chars,
        tokens=tokens,
        page_coverage=tuple(documents.PageCoverage(page.page, page.chars, page.source) for page in facts.pages),
        warnings=(*facts.warnings, *warnings),
        media_type=facts.media_type,
        facts=facts.facts,
        contains=facts.contains,
    )


async def _write(path: Path, data: bytes) -> None:
    await asyncio.to_thread(path.write_bytes, data)
