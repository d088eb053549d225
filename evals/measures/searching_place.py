"""A data folder with as many chunks as a measurement wants (evals), made by the product's own parts, without its jobs.

Each document is read once; its copies are the same text under another name, with vectors turned a little (`searching_vectors`). Catalog
rows, kept texts, chunk points and document points are written by what the pipeline writes them with, so that a service which starts on
the folder finds nothing to mend.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from analysis.context.tokens import Tokens
from evals.documents import CONTRACTS, SAMPLES, media_type
from evals.measures.searching_vectors import CopyingEmbedder
from evals.reading import Timed, parser_pool, read_file
from ingest.chunking.chunk import indexed_text
from ingest.indexing import BATCH, Indexing
from ingest.naming import Naming
from proviso.boxes import encode
from proviso.settings import Settings
from proviso.types.documents import Structure
from proviso.types.search import ReadableDocument, Scope
from proviso.wire import to_json
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.catalog.documents import NewDocument, PageCoverage, ParsedFacts, VersionRecord
from records.index.client import EdgeIndex
from records.index.in_use import InUse, Pair
from records.store.folder import FolderStore
from records.texts import Texts

WORKSPACE = "local"
PER_COLLECTION = 50
SEED = 4
READABLE = {".pdf", ".docx", ".html", ".txt"}


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was read: its bytes, what the catalog is told, and the parts that are kept."""

    path: Path
    data: bytes
    facts: ParsedFacts
    parts: dict[str, bytes]
    chunks: int


@dataclass(frozen=True, slots=True)
class Placed:
    """What lies in a folder: its documents in the order in which they were placed, and their chunks."""

    documents: tuple[ReadableDocument, ...]
    chunks: int


def sources() -> list[Path]:
    """The samples, and the texts of contracts where they are there, in an order that mixes them."""
    texts = CONTRACTS.parent / "txt"
    found = [path for folder in (SAMPLES, texts) if folder.is_dir() for path in sorted(folder.iterdir())]
    readable = [path for path in found if path.suffix.lower() in READABLE]
    Random(SEED).shuffle(readable)
    return readable


class Originals:
    """Documents read when they are first wanted."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        self._pool = parser_pool(Settings())
        self._tokens = Tokens()
        self._read: dict[Path, Original] = {}

    async def of(self, path: Path) -> Original:
        if path not in self._read:
            self._read[path] = await self._made(path)
        return self._read[path]

    async def close(self) -> None:
        await self._pool.close()

    async def _made(self, path: Path) -> Original:
        read = await read_file(path, self._pool, Timed())
        parsed = read.parsed
        parts = {
            "text": parsed.text.encode(),
            "structure": to_json(Structure(parsed.blocks, parsed.pages, parsed.sections)),
            "details": to_json(parsed.details),
            "boxes": encode(parsed.words),
            "chunks": to_json(read.chunks),
        }
        facts = ParsedFacts(
            title=parsed.title,
            language=parsed.language,
            pages=len(parsed.pages) or None,
            chars=len(parsed.text),
            tokens=self._tokens.count(parsed.text),
            page_coverage=tuple(PageCoverage(page.number, page.chars, page.source) for page in parsed.pages),
            warnings=parsed.warnings,
            media_type=parsed.media_type,
            facts=parsed.facts,
        )
        return Original(path, await asyncio.to_thread(path.read_bytes), facts, parts, len(read.chunks))


@dataclass(frozen=True, slots=True)
class Place:
    """An open data folder. What is in it stays when it is closed, and more can be placed when it is opened again."""

    catalog: Catalog
    store: FolderStore
    texts: Texts
    index: EdgeIndex
    embedder: CopyingEmbedder

    async def fill(self, originals: Originals, chunks: int) -> Placed:
        """Place documents until there are at least so many chunks; the last one is placed whole."""
        indexing = Indexing(self.texts, self.index, self.embedder)
        naming = Naming(self.texts, InUse(Pair(self.index, self.embedder)))
        held = await self.catalog.read(documents.live_versions)
        number, there = len(held), sum(held.values())
        while there < chunks:
            original = await originals.of(originals.paths[number % len(originals.paths)])
            self.embedder.copy = number // len(originals.paths)
            version = await self._keep(original, number)
            for start in range(0, original.chunks, BATCH):
                await indexing.batch(version, start)
            indexing.forget(version.version_id)
            await naming.tell(version)
            await self.catalog.write(documents.publish, version.version_id, original.chunks)
            number, there = number + 1, there + original.chunks
        return await self.placed()

    async def placed(self) -> Placed:
        scope = await self.catalog.read(documents.resolve_scope, Scope(WORKSPACE, None))
        held = await self.catalog.read(documents.live_versions)
        return Placed(scope.documents, sum(held.values()))

    async def words(self, document: ReadableDocument) -> list[str]:
        """What is embedded of each chunk of a document."""
        text = await self.texts.text(document.version_id)
        return [indexed_text(text, chunk) for chunk in await self.texts.chunks(document.version_id)]

    async def _keep(self, original: Original, number: int) -> VersionRecord:
        """The file, its row and its parts."""
        data = original.data + b"\n%% %d\n" % number
        sha256 = hashlib.sha256(data).hexdigest()
        await self.store.put(f"files/{sha256}", data)
        new = NewDocument(
            workspace=WORKSPACE,
            collection=f"part {number // PER_COLLECTION}",
            filename=f"{number:05d} {original.path.name}",
            sha256=sha256,
            bytes=len(data),
            media_type=media_type(original.path),
        )
        version = await self.catalog.write(_catalogued, new, original.facts)
        await self.texts.keep(version.version_id, original.parts)
        return version


@contextlib.asynccontextmanager
async def a_place(data_dir: Path, embedder: CopyingEmbedder) -> AsyncIterator[Place]:
    """The folder of a service that does not run."""
    await asyncio.to_thread(data_dir.mkdir, mode=0o700, parents=True, exist_ok=True)
    index = await EdgeIndex.open(data_dir / "index", embedder.dimensions, embedder.name)
    catalog = await asyncio.to_thread(Catalog.open, _catalog_url(data_dir))
    store = FolderStore(data_dir / "store")
    try:
        yield Place(catalog, store, Texts(store), index, embedder)
    finally:
        catalog.close()
        await index.close()


def _catalogued(session: Session, new: NewDocument, facts: ParsedFacts) -> VersionRecord:
    record, _ = documents.add(session, new)
    documents.parsed(session, record.version_id, facts)
    return documents.version(session, record.version_id)


def _catalog_url(data_dir: Path) -> str:
    """As a service without settings has it."""
    return f"sqlite:///{data_dir.absolute() / 'catalog.sqlite'}"
