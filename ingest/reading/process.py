"""One reader child and the pipes to it (floor 4): started, asked, ended. What it may use and for how long, `pool` decides."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from ingest.reading.crossing import (
    COUNT,
    IS_PROGRESS,
    LENGTH,
    PROGRESS,
    Progress,
    Reply,
    Request,
    progress_of,
    reply_of,
)
from proviso.errors import ParserCrashed, ParserLimit

LOST = (asyncio.IncompleteReadError, ConnectionError)
ROOT = Path(__file__).resolve().parents[2]
PIPE_BYTES = 1 << 20
MB = 1 << 20
MAX_PARTS = 16
HEAD_BYTES = 1 << 16
"""What a reply may have beyond its parts: the JSON that says what came about."""


class Child:
    """A process that reads files, one at a time. `busy` while it owes a reply."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.files = 0
        self.rss_mb = 0
        self.busy = False

    @classmethod
    async def start(cls, memory_mb: int) -> Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ingest.reading.child",
            str(memory_mb),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={},
            limit=PIPE_BYTES,
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(
        self, request: Request, on_progress: Callable[[Progress], Awaitable[None]]
    ) -> tuple[Reply, list[bytes]]:
        """The reply and its parts after the first; an error that it carries is raised."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ParserCrashed("The parser process has no pipes.")
        self.busy = True
        stdin.write(request.line())
        await stdin.drain()
        while await stdout.readexactly(1) == IS_PROGRESS:
            await on_progress(progress_of(await stdout.readexactly(PROGRESS.size)))
        parts = await _parts(stdout, request)
        reply = reply_of(parts[0])
        self.busy = False
        self.files += 1
        self.rss_mb = reply.rss_mb
        reply.raise_error()
        return reply, parts[1:]

    async def end(self) -> int:
        """Kill what is left of the process and of what it started; returns its exit status, negative for a signal."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self.alive:
            self._kill()
        return await self._process.wait()

    def _kill(self) -> None:
        """The group that the child has made for itself and what it starts; it alone while it has only begun."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def status(self) -> int:
        """The exit status of a process that has closed its pipe."""
        try:
            async with asyncio.timeout(5):
                return await self._process.wait()
        except TimeoutError:
            return await self.end()


async def _parts(stdout: asyncio.StreamReader, request: Request) -> list[bytes]:
    """The parts of a reply. A child keeps to its limits; one that does not is out of hand, and is not listened to."""
    (count,) = COUNT.unpack(await stdout.readexactly(COUNT.size))
    left = request.output_bytes + HEAD_BYTES
    parts: list[bytes] = []
    for _ in range(min(count, MAX_PARTS)):
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        left -= length
        if left < 0:
            raise ParserLimit(f"{request.filename} unfolds to more than a file may ({request.output_bytes // MB} MB).")
        parts.append(await stdout.readexactly(length))
    return parts
