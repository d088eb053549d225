"""Ingestion stage by stage in this process (evals): what the pipeline does with a file, one file and one stage after the other.

The service overlaps stages of several files and adds a durable job, so its own throughput is measured over HTTP beside this.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from analysis.context.tokens import Tokens
from evals.measures.spent import Spent, children_cpu_s
from evals.reading import Read, Timed, parser_pool, read_file
from ingest.chunking.chunk import indexed_text
from ingest.embedding.local import LocalEmbedder
from ingest.indexing import BATCH
from proviso.ids import point_id
from proviso.settings import Settings
from proviso.types.documents import Chunk
from proviso.types.search import IndexPoint
from records.index.client import EdgeIndex
from records.store.folder import FolderStore
from records.texts import Texts


class Stages:
    """The pipeline without its job: `take` a file, then another, then `close`."""

    def __init__(self, folder: Path, embedder: LocalEmbedder, index: EdgeIndex, timed: Timed) -> None:
        self._pool = parser_pool(Settings())
        self._texts = Texts(FolderStore(folder / "store"))
        self._index = index
        self._embedder = embedder
        self._tokens = Tokens()
        self._timed = timed
        self._spent = Spent()
        self._children_cpu_s = children_cpu_s()
        self._made = {"pages": 0, "chars": 0, "chunks": 0, "tokens_embedded": 0}

    @classmethod
    async def open(cls, folder: Path, embedder: LocalEmbedder) -> Self:
        timed, started = Timed(), time.perf_counter()
        index = await EdgeIndex.open(folder / "index", embedder.dimensions, embedder.name)
        timed.add("open", started)
        return cls(folder, embedder, index, timed)

    async def warm_up(self, path: Path) -> None:
        """Start the child and load what is loaded once, before anything is timed."""
        await read_file(path, self._pool, Timed())
        self._tokens.count("one")

    async def take(self, path: Path) -> None:
        """One file through all stages. Raises FileError for a file that cannot be read."""
        with self._spent.turn():
            read = await read_file(path, self._pool, self._timed)
            await self._keep(read)
            await self._embed_and_index(read)
        self._made["pages"] += len(read.parsed.pages)
        self._made["chars"] += len(read.parsed.text)
        self._made["chunks"] += len(read.chunks)
        self._made["tokens_embedded"] += sum(chunk.tokens for chunk in read.chunks)

    async def close(self) -> None:
        """End the children, whose processor time is known from then on."""
        await self._pool.close()
        await self._index.close()
        self._spent.cpu_s += children_cpu_s() - self._children_cpu_s

    def result(self) -> dict[str, Any]:
        """Seconds in all and by stage, and what was made of the files."""
        return self._made | self._spent.result(self._timed.seconds, self._made["pages"])

    async def _keep(self, read: Read) -> None:
        started = time.perf_counter()
        self._tokens.count(read.parsed.text)
        self._timed.add("count tokens", started)
        started = time.perf_counter()
        await self._texts.save(read.version_id, read.parsed, read.chunks)
        self._timed.add("keep", started)

    async def _embed_and_index(self, read: Read) -> None:
        for first in range(0, len(read.chunks), BATCH):
            batch = read.chunks[first : first + BATCH]
            words = [indexed_text(read.parsed.text, chunk) for chunk in batch]
            started = time.perf_counter()
            vectors = await self._embedder.embed(words)
            self._timed.add("embed", started)
            started = time.perf_counter()
            points = [_point(read, *made) for made in zip(batch, vectors, words, strict=True)]
            await self._index.upsert(points)
            self._timed.add("index", started)


async def measure(paths: Sequence[Path], embedder: LocalEmbedder) -> dict[str, Any]:
    """All stages over these files; seconds, pages and megabytes a second for each."""
    embedder.embed_now(["The first call of a model is slower than those that follow."])
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        ours = await Stages.open(Path(folder), embedder)
        try:
            await ours.warm_up(paths[0])
            for path in paths:
                await ours.take(path)
        finally:
            await ours.close()
    made = ours.result()
    size_mb, pages = sum(path.stat().st_size for path in paths) / 1e6, made["pages"]
    rates = {
        stage: {"pages_per_s": round(pages / spent, 1), "mb_per_s": round(size_mb / spent, 2)}
        for stage, spent in made["seconds_by_stage"].items()
        if spent > 0
    }
    return made | {"files": len(paths), "mb": round(size_mb, 1), "rates": rates}


def _point(read: Read, chunk: Chunk, vector: Sequence[float], words: str) -> IndexPoint:
    return IndexPoint(
        id=point_id(read.version_id, chunk.index),
        workspace="local",
        document_id=read.version_id,
        version_id=read.version_id,
        chunk=chunk.index,
        start=chunk.start,
        end=chunk.end,
        section=chunk.section,
        heading=chunk.heading,
        page_start=chunk.page_start,
        page_end=chunk.page_end,
        dense=vector,
        text=words,
        language=read.parsed.language,
    )
