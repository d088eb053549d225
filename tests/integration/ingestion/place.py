"""A place to ingest in: the real catalog, store, index, readers and embedder over a folder, and jobs that a test can cut."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.embedding.local import LocalEmbedder
from ingest.pipeline import Ingestion, Keeping, Reading
from ingest.reading.pool import Fit, Limits, ReaderPool
from ingest.recognition import OcrSettings
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.catalog.documents import DocumentRecord, NewDocument
from records.index.client import EdgeIndex
from records.index.in_use import InUse, Pair
from records.store.folder import FolderStore
from records.texts import Texts

WORKSPACE = "local"
OCR = OcrSettings(on=True, languages="eng", max_pages=500)


class Cut(BaseException):
    """The process was killed here."""


class CountingStore(FolderStore):
    """A folder store that remembers what was read from it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.read: list[str] = []

    async def get(self, key: str) -> bytes:
        self.read.append(key)
        return await super().get(key)


@dataclass
class ScriptedJob:
    """Runs a script's steps on the loop, remembers them with the progress after each, and is cut before or in the step named."""

    place: Place
    version_id: str
    cut_in: str | None = None
    done: dict[str, Any] = field(default_factory=dict)
    progress: list[tuple[str, float]] = field(default_factory=list)
    id: str = "job"

    def step(self, name: str, work: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
        if name not in self.done:
            result = asyncio.run_coroutine_threadsafe(work(*args), self.place.loop).result()
            if name == self.cut_in:
                raise Cut  # all was done, and nothing recorded
            self.done[name] = result
            record = self.place.document(self.version_id)
            self.progress.append((name, record.progress))
        return self.done[name]


@dataclass
class Place:
    """Everything that the pipeline works with."""

    catalog: Catalog
    store: CountingStore
    texts: Texts
    index: EdgeIndex
    ingestion: Ingestion
    loop: asyncio.AbstractEventLoop
    use: Callable[[Pair], object]
    """Put another index to use, as a service does that has heard of it."""
    versions: dict[str, str] = field(default_factory=dict)

    async def queue(self, name: str, data: bytes, media_type: str) -> str:
        """Store and catalogue a file; its version id."""
        sha256 = hashlib.sha256(data).hexdigest()
        await self.store.put(f"files/{sha256}", data)
        new = NewDocument(
            workspace=WORKSPACE,
            collection="default",
            filename=name,
            sha256=sha256,
            bytes=len(data),
            media_type=media_type,
        )
        record, _ = await self.catalog.write(documents.add, new)
        self.versions[record.version_id] = record.id
        return record.version_id

    async def run(self, version_id: str, job: ScriptedJob | None = None) -> ScriptedJob:
        job = job or ScriptedJob(self, version_id)
        await asyncio.to_thread(self.ingestion.script, job, version_id)
        return job

    async def run_until(self, version_id: str, step: str) -> ScriptedJob:
        """Run until a step is done but not recorded, as if the process had been killed then."""
        job = ScriptedJob(self, version_id, cut_in=step)
        try:
            await self.run(version_id, job)
        except Cut:
            job.cut_in = None
            return job
        raise AssertionError(f"there was no step {step}: {list(job.done)}")

    def document(self, version_id: str) -> DocumentRecord:
        return self.catalog.read_now(documents.get, WORKSPACE, self.versions[version_id])


@asynccontextmanager
async def a_place(folder: Path, ocr: OcrSettings = OCR) -> AsyncIterator[Place]:
    """A place of its own; closed on the way out."""
    embedder = LocalEmbedder()
    index = await EdgeIndex.open(folder / "index", embedder.dimensions, embedder.name)
    catalog = Catalog.open(f"sqlite:///{folder / 'catalog.sqlite'}")
    store = CountingStore(folder / "store")
    texts = Texts(store)
    readers = ReaderPool(2, Limits(1024, 60, 60), Fit("wordpiece", embedder.max_tokens))

    async def settled(document_id: str) -> None:
        return None

    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    put: list[Pair] = []

    async def follow() -> None:
        if put:
            in_use.put(put.pop()).close()  # type: ignore[attr-defined]

    in_use = InUse(Pair(index, embedder), follow)
    keeping = Keeping(catalog, store, texts, in_use, scratch)
    ingestion = Ingestion(keeping, Reading(readers, ocr, len), settled)
    try:
        yield Place(catalog, store, texts, index, ingestion, asyncio.get_running_loop(), put.append)
    finally:
        await readers.close()
        await index.close()
        catalog.close()
