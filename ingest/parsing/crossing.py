"""How requests and results cross between the service and a parser child (floor 4): framed bytes, JSON for structure, never pickle.

A request is one line of JSON. A reply is a count and that many length-prefixed parts, the first of them JSON that says what came about.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, fields

from proviso import boxes
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
from proviso.types.documents import Block, Details, DocumentWarning, Link, Page, Parsed, Section
from proviso.wire import from_json, to_json

COUNT = struct.Struct(">I")
LENGTH = struct.Struct(">Q")
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
    """What a child is asked: "parse" a file, or "render" a page of it."""

    do: str
    path: str
    media_type: str
    filename: str
    password: str | None
    cpu_s: int
    page: int = 1
    scale: float = 1.0

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """The first part of a reply: an error by its code, or nothing wrong; and how large the child has grown."""

    rss_mb: int
    error: str | None = None
    detail: str = ""

    def raise_error(self) -> None:
        if self.error is not None:
            raise ERRORS.get(self.error, ParserCrashed)(self.detail)


@dataclass(frozen=True, slots=True)
class _Head:
    """`Parsed` without its text and words, which cross as bytes of their own."""

    blocks: tuple[Block, ...]
    media_type: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]
    title: str | None
    language: str | None
    warnings: tuple[DocumentWarning, ...]
    metadata: dict[str, str]
    details: Details
    anchors: dict[str, int]
    links: tuple[Link, ...]


def request_of(line: bytes) -> Request:
    return Request(**json.loads(line))


def framed(parts: list[bytes]) -> bytes:
    return b"".join([COUNT.pack(len(parts)), *(piece for part in parts for piece in (LENGTH.pack(len(part)), part))])


def parts_of(parsed: Parsed) -> list[bytes]:
    head = _Head(**{column.name: getattr(parsed, column.name) for column in fields(_Head)})
    return [to_json(head), parsed.text.encode(), boxes.encode(parsed.words)]


def parsed_of(parts: list[bytes]) -> Parsed:
    head = from_json(_Head, parts[0])
    rest = {column.name: getattr(head, column.name) for column in fields(_Head) if column.name != "details"}
    rest |= {column.name: getattr(head.details, column.name) for column in fields(Details)}
    return Parsed(text=parts[1].decode(), words=tuple(boxes.decode(parts[2])), **rest)


def reply_of(part: bytes) -> Reply:
    return Reply(**json.loads(part))


def reply_part(reply: Reply) -> bytes:
    return json.dumps(asdict(reply)).encode()
