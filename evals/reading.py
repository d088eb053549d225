"""Reads files the way the pipeline does, and times each stage (evals): limited child pool, structure, chunks by the embedder's tokenizer.

Files are read one after the other, so that a stage's seconds are its own.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.documents import media_type
from ingest.chunking.chunk import chunk
from ingest.parsing.limits import ParserPool
from ingest.structure.structured import structured
from proviso.errors import FileError
from proviso.ports import Embedder
from proviso.settings import Settings
from proviso.types.documents import Chunk, Parsed


@dataclass(slots=True)
class Timed:
    """Seconds by stage, added up."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, started: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it would be kept."""

    path: Path
    parsed: Parsed
    chunks: tuple[Chunk, ...]

    @property
    def version_id(self) -> str:
        """An id for it, since file names are no keys of a store."""
        return hashlib.sha256(self.path.name.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that cannot be read, and why."""

    path: Path
    code: str
    detail: str


def parser_pool(settings: Settings) -> ParserPool:
    """One child with the limits that a service has."""
    return ParserPool(1, settings.parser_memory_mb, settings.parser_cpu_s, settings.parser_wall_s)


async def read_files(
    paths: Sequence[Path], pool: ParserPool, embedder: Embedder, timed: Timed
) -> AsyncIterator[Read | Unreadable]:
    """Every file in order, parsed, structured and chunked, or the reason why it is not."""
    for path in paths:
        try:
            yield await read_file(path, pool, embedder, timed)
        except FileError as error:
            yield Unreadable(path, error.code, error.detail)


async def read_file(path: Path, pool: ParserPool, embedder: Embedder, timed: Timed) -> Read:
    """One file parsed, structured and chunked. Raises FileError."""
    started = time.perf_counter()
    parsed = await pool.parse(path, media_type(path), path.name)
    timed.add("parse", started)
    started = time.perf_counter()
    parsed = structured(parsed, path.name)
    timed.add("structure", started)
    started = time.perf_counter()
    chunks = chunk(
        parsed.text, parsed.blocks, parsed.pages, parsed.sections, embedder.count_tokens, embedder.max_tokens
    )
    timed.add("chunk", started)
    return Read(path, parsed, tuple(chunks))
