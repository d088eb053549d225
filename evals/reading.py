"""Reads files the way the pipeline does, and times each stage (evals): a limited child parses, finds the structure and cuts chunks.

Files are read one after the other. Seconds of parse, structure and chunk are the child's own processor seconds; "cross" is what is left
of the time between request and reply.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.documents import media_type
from ingest.embedding.local import MAX_TOKENS
from ingest.reading.pool import FileToRead, Fit, Limits, ReaderPool
from proviso.errors import FileError
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


def parser_pool(settings: Settings) -> ReaderPool:
    """One child with the limits that a service has, for the packaged embedder."""
    limits = Limits(settings.parser_memory_mb, settings.parser_cpu_s, settings.parser_wall_s, settings.parser_output_mb)
    return ReaderPool(1, limits, Fit("wordpiece", MAX_TOKENS))


async def read_files(paths: Sequence[Path], pool: ReaderPool, timed: Timed) -> AsyncIterator[Read | Unreadable]:
    """Every file in order, parsed, structured and chunked, or the reason why it is not."""
    for path in paths:
        try:
            yield await read_file(path, pool, timed)
        except FileError as error:
            yield Unreadable(path, error.code, error.detail)


async def read_file(path: Path, pool: ReaderPool, timed: Timed) -> Read:
    """One file parsed, structured and chunked. Raises FileError."""
    started = time.perf_counter()
    read = await pool.read(FileToRead(path, media_type(path), path.name))
    for step, cpu_s in read.cpu_s.items():
        timed.seconds[step] = timed.seconds.get(step, 0.0) + cpu_s
    timed.add("cross", started + sum(read.cpu_s.values()))
    return Read(path, read.parsed(), read.chunks())
