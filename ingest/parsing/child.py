"""The parser child (floor 4): `python -m ingest.parsing.child MEMORY_MB` reads requests from stdin until it ends, one file at a time.

It limits its own memory and, for each file, its CPU time. It ends at once when stdin does, also in the middle of a file, so that no
child outlives a service that was killed. Imports of parsers happen when their first file comes.
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

from ingest.parsing import registry
from ingest.parsing.crossing import Reply, Request, framed, parts_of, reply_part, request_of
from proviso.errors import ParserLimit, ProvisoError, StoreUnavailable

MB = 1024 * 1024
STATM = Path("/proc/self/statm")


def answer(request: Request) -> list[bytes]:
    """The parts of the reply to one request; errors of the file are part of it, faults of ours are not caught."""
    try:
        parts = _work(request)
    except ProvisoError as error:
        return [reply_part(Reply(_pages_of_memory(1) // MB, error.code, error.detail))]
    return [reply_part(Reply(_pages_of_memory(1) // MB)), *parts]


def _work(request: Request) -> list[bytes]:
    path = Path(request.path)
    try:
        if request.do == "render":
            return [registry.render(path, request.page, request.scale, request.password)]
        return parts_of(registry.parse(path, request.media_type, request.filename, request.password))
    except MemoryError as error:
        raise ParserLimit(
            f"{request.filename} needs more memory than a file may. Split it, or save it anew."
        ) from error
    except RecursionError as error:
        raise ParserLimit(f"{request.filename} is nested too deeply to be read. Save it anew.") from error
    except OSError as error:
        raise StoreUnavailable(f"The stored file of {request.filename} cannot be read: {error.strerror}.") from error


def limit_memory(memory_mb: int) -> None:
    """At most `memory_mb` more than the process has now. Where the system has no such limit, none is set."""
    allowed = _pages_of_memory(0) + memory_mb * MB
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    except (OSError, ValueError):
        return


def limit_cpu(cpu_s: int) -> None:
    """SIGXCPU ends the process after `cpu_s` more seconds of CPU time."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = math.ceil(time.process_time()) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _pages_of_memory(column: int) -> int:
    """Bytes of address space (0) or resident memory (1); 0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[column]) * resource.getpagesize()
    except OSError:
        return 0


def _reader(source: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    for line in source:
        requests.put(line)
    os._exit(0)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_reader, args=(sys.stdin.buffer, requests), daemon=True).start()
    limit_memory(int(sys.argv[1]))
    while True:
        request = request_of(requests.get())
        limit_cpu(request.cpu_s)
        sink.write(framed(answer(request)))
        sink.flush()


if __name__ == "__main__":
    main()
