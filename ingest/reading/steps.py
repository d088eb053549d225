"""What a reader child does with one request (floor 4): parse, find the structure and cut into chunks; or recognise, or render, a page.

It knows no limits and no pipes; `child` has those.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ingest.chunking.chunk import chunk_parsed
from ingest.embedding.counting import open_counter
from ingest.parsing import progress, registry
from ingest.reading.crossing import Request
from ingest.reading.results import parts_of
from ingest.structure.structured import structured
from proviso.types.documents import Parsed

T = TypeVar("T")
Tell = Callable[[str, int, int], None]
"""Called with a stage, how many parts of it are done, and how many there are."""


class Timed:
    """Seconds of processor time by step."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}

    def run(self, step: str, work: Callable[[], T]) -> T:
        started = time.process_time()
        try:
            return work()
        finally:
            self.cpu_s[step] = round(self.cpu_s.get(step, 0.0) + time.process_time() - started, 4)


def work(request: Request, tell: Tell, timed: Timed) -> list[bytes]:
    """The parts of the reply. Raises the FileErrors of proviso.errors, NotFound and NoPageImage."""
    if request.do == "render":
        return [registry.render(Path(request.path), request.page, request.scale, request.password)]
    if request.do == "recognise":
        return [_recognise(request)]
    return _read(request, tell, timed)


def _read(request: Request, tell: Tell, timed: Timed) -> list[bytes]:
    with progress.told_to(functools.partial(tell, "parsing")):
        parsed = timed.run("parse", lambda: _parse(request))
    tell("chunking", 0, 1)
    whole = timed.run("structure", lambda: structured(parsed, request.filename))
    count = _counter(request.counter)
    chunks = timed.run("chunk", lambda: chunk_parsed(whole, count, request.max_tokens))
    return timed.run("encode", lambda: parts_of(whole, chunks))


def _parse(request: Request) -> Parsed:
    recognised = Path(request.recognised) if request.recognised else None
    return registry.parse(Path(request.path), request.media_type, request.filename, request.password, recognised)


def _recognise(request: Request) -> bytes:
    return registry.recognise(Path(request.path), request.media_type, request.page, request.password, request.languages)


@functools.cache
def _counter(kind: str) -> Callable[[str], int]:
    """Loaded once by each child."""
    return open_counter(kind)
