"""Ingestion stage by stage in this process (evals): what the pipeline does with a file, one file and one stage after the other.

The service overlaps stages of several files and adds a durable job, so its own throughput is measured over HTTP beside this.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.context.tokens import Tokens
from evals.measures.spent import Spent
from evals.reading import Read, Timed, Unreadable, parser_pool, read_files
from ingest.chunking.chunk import indexed_text
from ingest.embedding.local import LocalEmbedder
from ingest.pipeline import BATCH
from proviso.ids import point_id
from proviso.settings import Settings
from proviso.types.documents import Chunk
from proviso.types.search import IndexPoint
from records.index.client import EdgeIndex
from records.store.folder import FolderStore
from records.texts import Texts


async def measure(paths: Sequence[Path], embedder: LocalEmbedder) -> dict[str, Any]:
    """Seconds by stage, and what was made of the files."""
    timed, spent, made = Timed(), Spent.now(), {"pages": 0, "chars": 0, "chunks": 0, "tokens_embedded": 0}
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        started = time.perf_counter()
        pool = parser_pool(Settings())
        index = await EdgeIndex.open(Path(folder) / "index", embedder.dimensions, embedder.name)
        keeping = _Keeping(Texts(FolderStore(Path(folder) / "store")), index, embedder, Tokens(), timed)
        timed.add("open", started)
        try:
            async for read in read_files(paths, pool, embedder, timed):
                if isinstance(read, Unreadable):
                    raise RuntimeError(f"{read.path.name}: {read.detail}")
                await keeping.keep(read)
                made["pages"] += len(read.parsed.pages)
                made["chars"] += len(read.parsed.text)
                made["chunks"] += len(read.chunks)
                made["tokens_embedded"] += sum(chunk.tokens for chunk in read.chunks)
        finally:
            started = time.perf_counter()
            await pool.close()
            await index.close()
            timed.add("close", started)
    return made | spent.since(timed.seconds, made["pages"])


class _Keeping:
    """The second half of the pipeline: count, keep, embed, index."""

    def __init__(self, texts: Texts, index: EdgeIndex, embedder: LocalEmbedder, tokens: Tokens, timed: Timed) -> None:
        self._texts = texts
        self._index = index
        self._embedder = embedder
        self._tokens = tokens
        self._timed = timed

    async def keep(self, read: Read) -> None:
        started = time.perf_counter()
        self._tokens.count(read.parsed.text)
        self._timed.add("count tokens", started)
        started = time.perf_counter()
        await self._texts.save(read.version_id, read.parsed, read.chunks)
        self._timed.add("keep", started)
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
    )
