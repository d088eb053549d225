"""Reading in limited child processes (floor 4): a hostile or damaged file costs one typed failure, never the service.

A child has limits of memory, of processor time, of what it may send back, and of the time between two signs of progress; it starts
when first needed, with an empty environment, is used for one file at a time, and is replaced after some files, when it has grown, or
when it died. Passwords and texts travel through pipes, so none stands on a command line.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.parsing.kinds import PDF
from ingest.reading.crossing import Progress, Reply, Request
from ingest.reading.process import LOST, Child
from ingest.reading.results import ReadFile, read_file_of
from proviso.errors import InvalidRequest, ParserCrashed, ParserLimit

GROWN_SHARE = 0.5
MAX_SCALE = 4.0
MB = 1024 * 1024
TOO_LONG = "{} took longer to read than a file may ({}). Split it, or save it as a new file."

OnProgress = Callable[[Progress], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use for one file. `wall_s` is the time between two signs of progress, `cpu_s` grows with the pages read."""

    memory_mb: int
    cpu_s: int
    wall_s: float
    output_mb: int = 512
    files: int = 500
    """Files after which a child is replaced. A new one loads LlamaIndex anew for its first over-long block (2 s): growth, not age, is the
    usual reason."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What chunks must fit: whose tokens are counted (`ingest.embedding.counting`), and how many a chunk may have."""

    counter: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file on our disk, and what is known of it."""

    path: Path
    media_type: str
    filename: str
    password: str | None = None


class ReaderPool:
    """At most `size` children that read, and one that draws pages, so that no reader of a page waits for a file that comes in.
    Every method raises the FileErrors of proviso.errors for what is wrong with the file."""

    def __init__(self, size: int, limits: Limits, fit: Fit) -> None:
        self.size = size
        self._limits = limits
        self._fit = fit
        self._readers = asyncio.Semaphore(size)
        self._drawers = asyncio.Semaphore(1)
        self._idle: list[Child] = []
        self._closed = False

    async def read(
        self, file: FileToRead, on_progress: OnProgress | None = None, recognised: Path | None = None
    ) -> ReadFile:
        """The file as canonical text with everything that points into it, and its chunks. `recognised`: a folder of what
        `recognise` gave for some of its pages."""
        request = Request(
            "read",
            _absolute(file.path),
            file.media_type,
            file.filename,
            file.password,
            recognised=_absolute(recognised) if recognised else None,
            counter=self._fit.counter,
            max_tokens=self._fit.max_tokens,
        )
        reply, parts = await self._ask(self._readers, request, on_progress)
        return await asyncio.to_thread(read_file_of, parts, reply.cpu_s)

    async def recognise(self, file: FileToRead, page: int, languages: str) -> bytes:
        """What can be read off the picture of a 1-based page, in the form that `read` takes it."""
        request = Request(
            "recognise",
            _absolute(file.path),
            file.media_type,
            file.filename,
            file.password,
            page=page,
            languages=languages,
        )
        _, parts = await self._ask(self._readers, request)
        return parts[0]

    async def render(self, path: Path, page: int, scale: float = 1.0, password: str | None = None) -> bytes:
        """A 1-based page as PNG, 72 dots per inch at scale 1. Raises NotFound, NoPageImage, InvalidRequest."""
        if not 0 < scale <= MAX_SCALE:
            raise InvalidRequest(
                f"The scale of a page image lies above 0 and at most at {MAX_SCALE:g}; {scale:g} does not."
            )
        request = Request("render", _absolute(path), PDF, "The document", password, page=page, scale=scale)
        _, parts = await self._ask(self._drawers, request)
        return parts[0]

    async def close(self) -> None:
        """End the idle children now, and those at work when they are done."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    async def _ask(
        self, slots: asyncio.Semaphore, request: Request, on_progress: OnProgress | None = None
    ) -> tuple[Reply, list[bytes]]:
        """The reply and its parts after the first. A child that has not replied in full, for whatever reason, is ended."""
        limits = self._limits
        async with slots:
            child = await self._child()
            try:
                async with asyncio.timeout(limits.wall_s) as patience:

                    async def alive(progress: Progress) -> None:
                        patience.reschedule(asyncio.get_running_loop().time() + limits.wall_s)
                        if on_progress is not None:
                            await on_progress(progress)

                    return await child.ask(request.within(limits.cpu_s, limits.output_mb * MB), alive)
            except TimeoutError as error:
                raise ParserLimit(TOO_LONG.format(request.filename, f"{limits.wall_s:g} s")) from error
            except LOST as error:
                raise self._death(request.filename, await child.status()) from error
            finally:
                await self._put_back(child)

    async def _child(self) -> Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.end()
        return await Child.start(self._limits.memory_mb)

    async def _put_back(self, child: Child) -> None:
        worn = child.files >= self._limits.files or child.rss_mb > GROWN_SHARE * self._limits.memory_mb
        if child.alive and not child.busy and not worn and not self._closed:
            self._idle.append(child)
        else:
            await child.end()

    def _death(self, filename: str, status: int) -> ParserLimit | ParserCrashed:
        if status == -signal.SIGXCPU:
            return ParserLimit(TOO_LONG.format(filename, f"{self._limits.cpu_s} s of CPU time"))
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        return ParserCrashed(
            f"The parser ended while reading {filename} ({how}): the file is damaged, or needs more than "
            f"{self._limits.memory_mb} MB of memory. Open it in the program that made it, save it anew, and upload that."
        )


def _absolute(path: Path) -> str:
    """The child runs in another folder."""
    return str(path.absolute())
