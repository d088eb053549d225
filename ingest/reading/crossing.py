"""How requests and results cross between the service and a reader child (floor 4): framed bytes, JSON for structure, never pickle.

A request is one line of JSON. What comes back is any number of progress frames and then one reply: a count and that many
length-prefixed parts, the first of them JSON that says what came about. Parts that are only to be kept stay bytes on this side.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field, replace

from proviso.errors import (
    BrokenFile,
    EmptyFile,
    FileTooLarge,
    NoPageImage,
    NotFound,
    ParserCrashed,
    ParserLimit,
    PasswordRequired,
    ProvisoError,
    StoreUnavailable,
    UnsupportedFormat,
    WrongPassword,
)

PROGRESS = struct.Struct(">BII")
"""Stage, parts done, parts there are."""
KIND = struct.Struct(">B")
IS_PROGRESS, IS_REPLY = b"P", b"R"
COUNT = struct.Struct(">I")
LENGTH = struct.Struct(">Q")
STAGES = ("parsing", "chunking")
ERRORS: dict[str, type[ProvisoError]] = {
    kind.code: kind
    for kind in (
        UnsupportedFormat,
        EmptyFile,
        FileTooLarge,
        PasswordRequired,
        WrongPassword,
        BrokenFile,
        ParserLimit,
        ParserCrashed,
        NotFound,
        NoPageImage,
        StoreUnavailable,
    )
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a child is asked: "read" a file, "recognise" the text of one of its pages, or "render" a page as a picture."""

    do: str
    path: str
    media_type: str
    filename: str
    password: str | None
    cpu_s: int = 0
    output_bytes: int = 0
    page: int = 1
    scale: float = 1.0
    languages: str = ""
    recognised: str | None = None
    """Folder of what "recognise" gave for pages of this file, by page number."""
    counter: str = ""
    """Whose tokens are counted, and how many a chunk may have."""
    max_tokens: int = 0

    def within(self, cpu_s: int, output_bytes: int) -> Request:
        """The same request with limits that the child keeps itself."""
        return replace(self, cpu_s=cpu_s, output_bytes=output_bytes)

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """The first part of a reply: an error by its code, or nothing wrong; how large the child has grown; what took how long."""

    rss_mb: int
    error: str | None = None
    detail: str = ""
    cpu_s: dict[str, float] = field(default_factory=dict)
    """Seconds of processor time by step: parse, structure, chunk, encode."""

    def raise_error(self) -> None:
        if self.error is not None:
            raise ERRORS.get(self.error, ParserCrashed)(self.detail)


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` parts of a stage."""

    stage: str
    done: int
    total: int


def request_of(line: bytes) -> Request:
    return Request(**json.loads(line))


def framed_progress(stage: str, done: int, total: int) -> bytes:
    most = 0xFFFFFFFF
    return IS_PROGRESS + PROGRESS.pack(STAGES.index(stage), min(done, most), min(total, most))


def progress_of(data: bytes) -> Progress:
    stage, done, total = PROGRESS.unpack(data)
    return Progress(STAGES[min(stage, len(STAGES) - 1)], done, total)


def framed_head(parts: list[bytes]) -> bytes:
    """What comes before the first part; each part then follows its own length."""
    return IS_REPLY + COUNT.pack(len(parts))


def reply_of(part: bytes) -> Reply:
    return Reply(**json.loads(part))


def reply_part(reply: Reply) -> bytes:
    return json.dumps(asdict(reply)).encode()
