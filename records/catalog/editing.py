"""What a user says about a document (floor 2): its title, its metadata, its collection. None of it is part of a version,
so that it stays as it is whatever version comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from proviso.errors import Conflict, NotFound
from records.catalog import changes
from records.catalog.describing import get
from records.catalog.rows import DocumentRecord, NewDocument
from records.catalog.storable import storable
from records.catalog.tables import documents
from records.catalog.versioning import (
    UNDER_WAY,
    own_title,
    require_own,
    search_text,
    touch,
    update_document,
    with_newest,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to change. `title` None takes the title given by hand away; without `retitled` it is not looked at."""

    title: str | None = None
    retitled: bool = False
    metadata: dict[str, Any] | None = None
    collection: str | None = None


def edit(session: Session, workspace: str, document_id: str, wanted: Edit) -> DocumentRecord:
    """Raises NotFound; Conflict when the document is being deleted, or when another one of the collection it shall move
    to has the same bytes."""
    row = with_newest(session, documents.c.workspace == workspace, documents.c.id == document_id)
    if row is None:
        raise NotFound(f"There is no document {document_id}.")
    if row["status"] == "deleting":
        raise Conflict(f"Document {document_id} is deleting.")
    values: dict[str, Any] = {}
    if wanted.retitled:
        title = storable(wanted.title) if wanted.title else None
        values |= {"title": title, "search_text": search_text(row["filename"], title or own_title(session, row))}
    if wanted.metadata is not None:
        values["metadata"] = wanted.metadata
    moves = wanted.collection is not None and wanted.collection != row["collection"]
    if moves:
        _require_room(session, row, str(wanted.collection))
        values["collection"] = wanted.collection
    if values:
        update_document(session, row, **values)
        touch(session, row, row["status"])
    if moves:  # the line above is for those who watch the collection it has left
        changes.append(session, workspace, "document", document_id, wanted.collection)
    return get(session, workspace, document_id)


def _require_room(session: Session, row: RowMapping, collection: str) -> None:
    """The collection has neither the bytes the document has, nor those that are on their way to it."""
    hashes = {row["sha256"]} | ({row["newest_sha256"]} if row["newest_status"] in UNDER_WAY else set())
    for sha256 in hashes:
        moved = NewDocument(
            workspace=row["workspace"],
            collection=collection,
            filename=row["filename"],
            sha256=sha256,
            bytes=row["bytes"],
            media_type=row["media_type"],
        )
        require_own(session, moved, row["id"])
