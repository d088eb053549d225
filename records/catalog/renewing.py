"""Another version of a document (floor 2): of the same bytes (`requeue`) or of other ones (`replace`).

The live version stays what everybody sees until the new one is published. A version that failed was never seen by
anybody: the next one takes its place.
"""

from __future__ import annotations

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from records.catalog.describing import get
from records.catalog.rows import DocumentRecord, NewDocument
from records.catalog.storable import storable
from records.catalog.versioning import (
    at_rest,
    forget_versions,
    insert_version,
    own_title,
    require_own,
    search_text,
    touch,
    update_document,
    update_version,
)


def requeue(session: Session, workspace: str, document_id: str, password: str | None) -> DocumentRecord:
    """Process a document again. A failed version is tried again (attempt + 1); a live one gets a successor of the same
    bytes, which takes its place when it is ready. Raises NotFound; Conflict while a version is on its way."""
    row = at_rest(session, workspace, document_id)
    again = _same(row, password)
    require_own(session, again, document_id)
    if row["newest_status"] == "failed":
        _try_again(session, row, password)
    else:
        _succeed(session, row, again)
    touch(session, row, row["status"] if row["live_version_id"] else "queued")
    return get(session, workspace, document_id)


def replace(session: Session, document_id: str, new: NewDocument) -> tuple[DocumentRecord, bool]:
    """Give a document of `new.workspace` these bytes; False when they are those of the live version, so that nothing is
    to be done but to take the file name. `new.collection` is not looked at: the document stays where it is. Raises
    NotFound; Conflict while a version is on its way, or when another document of its collection has these bytes."""
    row = at_rest(session, new.workspace, document_id)
    here = _named(row, new)
    failed = row["newest_id"] if row["newest_status"] == "failed" else None
    if row["live_version_id"] and new.sha256 == row["sha256"]:
        _take_name(session, row, here.filename)
        if failed:
            forget_versions(session, [failed])
        touch(session, row, row["status"])
        return get(session, new.workspace, document_id), False
    require_own(session, here, document_id)
    _succeed(session, row, here)
    if failed:
        forget_versions(session, [failed])
    if not row["live_version_id"]:
        words = search_text(here.filename, row["title"])
        update_document(session, row, sha256=here.sha256, filename=here.filename, search_text=words)
    touch(session, row, row["status"] if row["live_version_id"] else "queued")
    return get(session, new.workspace, document_id), True


def _try_again(session: Session, row: RowMapping, password: str | None) -> None:
    cleared = {"status": "queued", "stage": None, "progress": 0.0, "error_code": None, "error_detail": None}
    update_version(session, row["newest_id"], attempt=row["attempt"] + 1, password=password, **cleared)


def _succeed(session: Session, row: RowMapping, new: NewDocument) -> None:
    version_id = insert_version(session, row["id"], row["number"] + 1, new)
    update_document(session, row, newest_version_id=version_id)


def _take_name(session: Session, row: RowMapping, filename: str) -> None:
    """The live version under another file name, and nothing on its way."""
    live = row["live_version_id"]
    update_version(session, live, filename=filename)
    if filename != row["filename"]:
        title = row["title"] or own_title(session, row)
        update_document(session, row, filename=filename, search_text=search_text(filename, title))
    update_document(session, row, newest_version_id=live)


def _same(row: RowMapping, password: str | None) -> NewDocument:
    """The bytes of the newest version once more."""
    return NewDocument(
        workspace=row["workspace"],
        collection=row["collection"],
        filename=row["newest_filename"],
        sha256=row["newest_sha256"],
        bytes=row["bytes"],
        media_type=row["media_type"],
        password=password,
    )


def _named(row: RowMapping, new: NewDocument) -> NewDocument:
    return NewDocument(
        workspace=row["workspace"],
        collection=row["collection"],
        filename=storable(new.filename),
        sha256=new.sha256,
        bytes=new.bytes,
        media_type=new.media_type,
        password=new.password,
    )
