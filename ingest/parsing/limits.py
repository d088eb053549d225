"""Parsing in limited child processes (floor 4): a hostile or damaged file costs one typed failure, never the service.

A child has a memory limit, a CPU limit per file and a wall-clock limit kept from here; it starts when first needed, with an empty
environment, is used for one file at a time, and is replaced after some files, when it has grown, or when it died. Passwords and
texts travel through pipes, so none stands on a command line.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from ingest.parsing.crossing import COUNT, LENGTH, Request, parsed_of, reply_of
from ingest.parsing.kinds import PDF
from proviso.errors import InvalidRequest, ParserCrashed, ParserLimit
from proviso.types.documents import Parsed

FILES_PER_CHILD = 100
GROWN_SHARE = 0.5
MAX_SCALE = 4.0
ROOT = Path(__file__).resolve().parents[2]
LOST = (asyncio.IncompleteReadError, ConnectionError)
TOO_LONG = "{} took longer to read than a file may ({}). Split it, or save it as a new file."


class _Child:
    """One process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.files = 0
        self.rss_mb = 0

    @classmethod
    async def start(cls, memory_mb: int) -> _Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ingest.parsing.child",
            str(memory_mb),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={},
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, request: Request) -> list[bytes]:
        """The parts of the reply after its first, whose error is raised."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ParserCrashed("The parser process has no pipes.")
        stdin.write(request.line())
        await stdin.drain()
        (count,) = COUNT.unpack(await stdout.readexactly(COUNT.size))
        parts = []
        for _ in range(count):
            (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
            parts.append(await stdout.readexactly(length))
        reply = reply_of(parts[0])
        self.files += 1
        self.rss_mb = reply.rss_mb
        reply.raise_error()
        return parts[1:]

    async def end(self) -> int:
        """Kill what is left of the process; returns its exit status, negative for a signal."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self.alive:
            self._process.kill()
        return await self._process.wait()

    async def status(self) -> int:
        """The exit status of a process that has closed its pipe."""
        try:
            async with asyncio.timeout(5):
                return await self._process.wait()
        except TimeoutError:
            return await self.end()


class ParserPool:
    """At most `size` parser children. Every method raises the FileErrors of proviso.errors for what is wrong with the file."""

    def __init__(self, size: int, memory_mb: int, cpu_s: int, wall_s: float) -> None:
        self._memory_mb = memory_mb
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Child] = []
        self._closed = False

    async def parse(self, path: Path, media_type: str, filename: str, password: str | None = None) -> Parsed:
        """The file as canonical text with everything that points into it."""
        parts = await self._ask(Request("parse", _absolute(path), media_type, filename, password, self._cpu_s))
        return parsed_of(parts)

    async def render(self, path: Path, page: int, scale: float = 1.0, password: str | None = None) -> bytes:
        """A 1-based page as PNG, 72 dots per inch at scale 1. Raises NotFound, NoPageImage, InvalidRequest."""
        if not 0 < scale <= MAX_SCALE:
            raise InvalidRequest(
                f"The scale of a page image lies above 0 and at most at {MAX_SCALE:g}; {scale:g} does not."
            )
        request = Request("render", _absolute(path), PDF, "The document", password, self._cpu_s, page, scale)
        return (await self._ask(request))[0]

    async def close(self) -> None:
        """End the idle children now, and those at work when they are done."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    async def _ask(self, request: Request) -> list[bytes]:
        async with self._slots:
            child = await self._child()
            try:
                async with asyncio.timeout(self._wall_s):
                    return await child.ask(request)
            except TimeoutError as error:
                await child.end()
                raise ParserLimit(TOO_LONG.format(request.filename, f"{self._wall_s:g} s")) from error
            except LOST as error:
                raise self._death(request.filename, await child.status()) from error
            except asyncio.CancelledError:
                await child.end()
                raise
            finally:
                await self._put_back(child)

    async def _child(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.end()
        return await _Child.start(self._memory_mb)

    async def _put_back(self, child: _Child) -> None:
        worn = child.files >= FILES_PER_CHILD or child.rss_mb > GROWN_SHARE * self._memory_mb
        if child.alive and not worn and not self._closed:
            self._idle.append(child)
        else:
            await child.end()

    def _death(self, filename: str, status: int) -> ParserLimit | ParserCrashed:
        if status == -signal.SIGXCPU:
            return ParserLimit(TOO_LONG.format(filename, f"{self._cpu_s} s of CPU time"))
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        return ParserCrashed(
            f"The parser ended while reading {filename} ({how}): the file is damaged, or needs more than "
            f"{self._memory_mb} MB of memory. Open it in the program that made it, save it anew, and upload that."
        )


def _absolute(path: Path) -> str:
    """The child runs in another folder."""
    return str(path.absolute())
