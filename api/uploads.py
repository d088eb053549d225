"""Files coming in over HTTP (floor 5): streamed to disk while hashed, typed by their bytes, stored, catalogued, queued.

A file is acknowledged only when it is durably stored and catalogued; a rejected one is named with a code and does not touch the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import UploadFile

from api.wiring import Services
from ingest.parsing.kinds import sniff
from proviso.errors import Conflict, EmptyFile, FileError, FileTooLarge, RequestError
from proviso.ids import new_id
from records.catalog import documents
from records.catalog.documents import DocumentRecord, NewDocument

PIECE_BYTES = 1 << 20
HEAD_BYTES = 1 << 16
MB = 1 << 20
LONGEST_NAME = 255
LONGEST_SUFFIX = 20


@dataclass(frozen=True, slots=True)
class Received:
    """A file on our disk: not stored yet."""

    path: Path
    filename: str
    sha256: str
    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Rejected:
    filename: str
    error: FileError | Conflict


@dataclass(frozen=True, slots=True)
class Intake:
    """Where uploads of one request go."""

    workspace: str
    collection: str
    metadata: dict[str, Any]
    password: str | None


async def receive(services: Services, files: Sequence[UploadFile]) -> list[Received | Rejected]:
    """Every file to a temporary place, in the order given; the caller disposes of them with `discard`."""
    return [await _receive_one(services, file) for file in files]


async def accept(services: Services, intake: Intake, received: Received) -> tuple[DocumentRecord, bool]:
    """Store, catalogue and queue one file; the bool says that the same bytes were there before."""
    async with services.removal.files:
        await services.store.put_file(f"files/{received.sha256}", received.path)
        record, duplicate = await services.catalog.write(documents.add, _new(intake, received))
    if record.status == "queued":
        await services.background.queue_document(record.version_id, record.attempt)
    return record, duplicate


async def replace(
    services: Services, intake: Intake, document_id: str, received: Received
) -> tuple[DocumentRecord, bool]:
    """Store a file and make it a document's next version; False when it is the live one already. Raises NotFound, Conflict."""
    async with services.removal.files:
        await services.store.put_file(f"files/{received.sha256}", received.path)
        try:
            record, fresh = await services.catalog.write(documents.replace, document_id, _new(intake, received))
        except RequestError:
            await services.catalog.write(documents.discard_unused, received.sha256)
            raise
    if fresh:
        await queue_newest(services, intake.workspace, document_id)
    return record, fresh


async def queue_newest(services: Services, workspace: str, document_id: str) -> None:
    """Queue the version of a document that is on its way."""
    version = await services.catalog.read(documents.newest_version, workspace, document_id)
    await services.background.queue_document(version.version_id, version.attempt)


def discard(items: Sequence[Received | Rejected]) -> None:
    """Remove what is still in the temporary place."""
    for item in items:
        if isinstance(item, Received):
            item.path.unlink(missing_ok=True)


def _new(intake: Intake, received: Received) -> NewDocument:
    return NewDocument(
        workspace=intake.workspace,
        collection=intake.collection,
        filename=received.filename,
        sha256=received.sha256,
        bytes=received.bytes,
        media_type=received.media_type,
        metadata=intake.metadata,
        password=intake.password,
    )


async def _receive_one(services: Services, file: UploadFile) -> Received | Rejected:
    filename = clean_name(file.filename or "")
    path = services.scratch / new_id("upload")
    try:
        sha256, size, head = await _copy(file, path, services.settings.max_file_mb * MB)
        if size == 0:
            raise EmptyFile("The file has no bytes.")
        return Received(path, filename, sha256, size, sniff(head, filename))
    except FileError as error:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        return Rejected(filename, error)


async def _copy(file: UploadFile, path: Path, limit: int) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    with path.open("wb") as out:
        while piece := await file.read(PIECE_BYTES):
            size += len(piece)
            if size > limit:
                raise FileTooLarge(f"The file is larger than {limit // MB} MB (PROVISO_MAX_FILE_MB).")
            head = head or piece[:HEAD_BYTES]
            digest.update(piece)
            await asyncio.to_thread(out.write, piece)
    return digest.hexdigest(), size, head


def clean_name(name: str) -> str:
    """The last part of a path-like name, without control characters: a name to show, never a path to open.

    A name that is too long keeps its ending, which helps to tell what the file is.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(" " if c.isspace() else c for c in last if c.isprintable() or c.isspace()).strip()
    if len(shown) > LONGEST_NAME:
        suffix = PurePosixPath(shown).suffix[:LONGEST_SUFFIX]
        shown = shown[: LONGEST_NAME - len(suffix)].rstrip() + suffix
    return shown or "unnamed"
