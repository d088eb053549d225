"""The reader child (floor 4): `python -m ingest.reading.child MEMORY_MB` reads requests from stdin until it ends, one file at a time.

It limits its own memory and, for each file, its processor time and how much it may send back. It ends at once, with whatever it has
started, when stdin does, also in the middle of a file, so that nothing outlives a service that was killed. Parsers are imported when
their first file comes.
"""

from __future__ import annotations

import math
import os
import queue
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

from ingest.aside import stand_aside
from ingest.reading.crossing import LENGTH, Reply, Request, framed_head, framed_progress, reply_part, request_of
from ingest.reading.steps import Timed, work
from proviso.errors import ParserLimit, ProvisoError, StoreUnavailable

MB = 1024 * 1024
STATM = Path("/proc/self/statm")
CPU_PER_PART_S = 0.25
"""Allowed for each page that was read, beyond what any file may take: a specification of 3,000 pages is no attack."""

TELL_S = 0.1
"""Progress is told at most this often."""


class Replies:
    """The pipe to the service."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._told = ("", 0.0)

    def progress(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._told[0] == stage and now - self._told[1] < TELL_S:
            return
        self._told = (stage, now)
        self._sink.write(framed_progress(stage, done, total))
        self._sink.flush()

    def parts(self, parts: list[bytes]) -> None:
        self._told = ("", 0.0)
        self._sink.write(framed_head(parts))
        for part in parts:
            self._sink.write(LENGTH.pack(len(part)))
            self._sink.write(part)
        self._sink.flush()


def answer(request: Request, replies: Replies) -> list[bytes]:
    """The parts of the reply to one request; errors of the file are part of it, faults of ours are not caught."""
    timed = Timed()
    try:
        parts = _limited(request, replies, timed)
    except ProvisoError as error:
        return [reply_part(Reply(_pages_of_memory(1) // MB, error.code, error.detail, timed.cpu_s))]
    return [reply_part(Reply(_pages_of_memory(1) // MB, cpu_s=timed.cpu_s)), *parts]


def _limited(request: Request, replies: Replies, timed: Timed) -> list[bytes]:
    allowance = CpuAllowance(request.cpu_s)

    def tell(stage: str, done: int, total: int) -> None:
        allowance.extend(done if stage == "parsing" else 0)
        replies.progress(stage, done, total)

    try:
        parts = work(request, tell, timed)
    except MemoryError as error:
        raise ParserLimit(
            f"{request.filename} needs more memory than a file may. Split it, or save it anew."
        ) from error
    except RecursionError as error:
        raise ParserLimit(f"{request.filename} is nested too deeply to be read. Save it anew.") from error
    except OSError as error:
        raise StoreUnavailable(f"The stored file of {request.filename} cannot be read: {error.strerror}.") from error
    size = sum(map(len, parts))
    if size > request.output_bytes:
        raise ParserLimit(
            f"{request.filename} unfolds to {size // MB} MB of text and structure, more than a file may "
            f"({request.output_bytes // MB} MB). Split it."
        )
    return parts


class CpuAllowance:
    """SIGXCPU ends the process `cpu_s` seconds of processor time from now, and some more for each page that was read."""

    def __init__(self, cpu_s: int) -> None:
        self._hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        self._until = math.ceil(time.process_time()) + cpu_s
        self._set = 0
        self.extend(0)

    def extend(self, done: int) -> None:
        wanted = self._until + int(done * CPU_PER_PART_S)
        if wanted > self._set:
            soft = wanted if self._hard == resource.RLIM_INFINITY else min(wanted, self._hard)
            resource.setrlimit(resource.RLIMIT_CPU, (soft, self._hard))
            self._set = wanted


def limit_memory(memory_mb: int) -> None:
    """At most `memory_mb` more than the process has now. Where the system has no such limit, none is set."""
    allowed = _pages_of_memory(0) + memory_mb * MB
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    except (OSError, ValueError):
        return


def _pages_of_memory(column: int) -> int:
    """Bytes of address space (0) or resident memory (1); 0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[column]) * resource.getpagesize()
    except OSError:
        return 0


def _reader(source: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    for line in source:
        requests.put(line)
    os.killpg(0, signal.SIGKILL)  # ourselves, and a recogniser that we have started


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setpgid(0, 0)  # so that a recogniser it starts ends with it
    stand_aside()
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_reader, args=(sys.stdin.buffer, requests), daemon=True).start()
    limit_memory(int(sys.argv[1]))
    replies = Replies(sink)
    while True:
        replies.parts(answer(request_of(requests.get()), replies))


if __name__ == "__main__":
    main()
