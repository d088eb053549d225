"""A document from upload to ready or failed (floor 2). One version at a time is on its way; at most one is live.

Every step that changes what a user sees is logged in `changes` in the same transaction. A job that works on a document
which is deleted meanwhile is told so by NotFound. How a document gets another version is in `renewing`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from proviso.errors import Conflict, NotFound
from proviso.ids import new_id
from proviso.types.documents import Stage
from proviso.wire import to_data
from records.catalog import changes
from records.catalog.describing import get
from records.catalog.renewing import requeue
from records.catalog.rows import DocumentRecord, NewDocument, ParsedFacts
from records.catalog.storable import storable
from records.catalog.tables import documents, versions
from records.catalog.versioning import (
    UNDER_WAY,
    holder_of,
    insert_version,
    search_text,
    touch,
    update_document,
    update_version,
    with_newest,
)


def add(session: Session, new: NewDocument) -> tuple[DocumentRecord, bool]:
    """Catalogue an upload, queued. The same bytes in the same collection are the document that is there (True), also
    while they are on their way to be its next version; if that one had failed, it is queued again. Raises Conflict while other
    bytes are about to take their place."""
    found = holder_of(session, new)
    if found is None:
        try:
            with session.begin_nested():
                document_id = _insert(session, new)
        except IntegrityError:
            found = holder_of(session, new)  # another process was faster; nothing else can collide
            if found is None:
                raise
        else:
            return get(session, new.workspace, document_id), False
    if found["sha256"] == new.sha256 and found["coming"] != new.sha256:
        # To call it a duplicate would acknowledge bytes that are no document's in a moment.
        raise Conflict(
            f"Document {found['id']} has these bytes and is being replaced by others; upload them when that is done."
        )
    if found["status"] == "failed":
        return requeue(session, new.workspace, found["id"], new.password), True
    return get(session, new.workspace, found["id"]), True


def stage(session: Session, version_id: str, stage: Stage, progress: float) -> None:
    """Say what is being done to a version, and how far it is (0 to 1)."""
    row = _on_its_way(session, version_id)
    if row is None:
        return
    update_version(session, version_id, status="processing", stage=stage, progress=min(1.0, max(0.0, progress)))
    touch(session, row, row["status"] if row["live_version_id"] else "processing")


def parsed(session: Session, version_id: str, facts: ParsedFacts) -> None:
    """Keep what parsing found out. Of a version that is to follow a live one, nothing shows before it is live."""
    row = _on_its_way(session, version_id)
    if row is None:
        return
    title = storable(facts.title)[:1000] if facts.title else None
    update_version(
        session,
        version_id,
        title=title,
        language=facts.language,
        pages=facts.pages,
        chars=facts.chars,
        tokens=facts.tokens,
        media_type=facts.media_type,
        page_coverage=to_data(list(facts.page_coverage)),
        unread_pages=_unread_pages(facts),
        warnings=to_data(list(facts.warnings)),
        facts=to_data(list(facts.facts)),
        contains=dict(facts.contains),
    )
    if row["live_version_id"] is None:
        words = search_text(row["filename"], row["title"] or title)
        session.execute(update(documents).where(documents.c.id == row["id"]).values(search_text=words))
    touch(session, row, row["status"])


def publish(session: Session, version_id: str, chunks: int) -> str | None:
    """Make the version live, in this one commit, and retire the live one before it, whose id is returned. The password
    is forgotten. Publishing what is live already changes nothing. Raises Conflict when another document of the
    collection has come to have the same bytes meanwhile."""
    row = _on_its_way(session, version_id)
    if row is None:
        return None
    previous: str | None = row["live_version_id"]
    found = session.execute(select(versions.c.title).where(versions.c.id == version_id)).scalar_one()
    filename = row["newest_filename"]
    update_document(
        session,
        row,
        live_version_id=version_id,
        sha256=row["newest_sha256"],
        filename=filename,
        search_text=search_text(filename, row["title"] or found),
    )
    update_version(session, version_id, status="ready", stage=None, progress=1.0, chunks=chunks, password=None)
    if previous is not None:
        update_version(session, previous, status="retired", retired_at=datetime.now(UTC))
    touch(session, row, "ready")
    return previous


def fail(session: Session, version_id: str, code: str, detail: str) -> bool:
    """Record why a version did not become ready; the password is forgotten. False: it is live and stays so, has failed
    before, or is gone; its points are then not for the caller to delete."""
    row = with_newest(session, versions.c.id == version_id, documents.c.status != "deleting")
    if row is None or row["newest_status"] not in UNDER_WAY:
        return False
    update_version(
        session,
        version_id,
        status="failed",
        stage=None,
        password=None,
        error_code=code,
        error_detail=storable(detail),
    )
    touch(session, row, row["status"] if row["live_version_id"] else "failed")
    return True


def _insert(session: Session, new: NewDocument) -> str:
    document_id, version_id, now = new_id("doc"), new_id("ver"), datetime.now(UTC)
    session.execute(
        insert(documents).values(
            id=document_id,
            workspace=new.workspace,
            collection=new.collection,
            filename=storable(new.filename),
            search_text=search_text(new.filename, None),
            metadata=new.metadata,
            sha256=new.sha256,
            status="queued",
            newest_version_id=version_id,
            created_at=now,
            updated_at=now,
        )
    )
    insert_version(session, document_id, 1, new, version_id)
    changes.append(session, new.workspace, "document", document_id, new.collection)
    return document_id


def _unread_pages(facts: ParsedFacts) -> list[int]:
    """Pages without text, and those of whose text parsing says that it is not the page's."""
    empty = {page.page for page in facts.page_coverage if page.source == "none"}
    return sorted(empty.union(*(warning.pages for warning in facts.warnings if warning.code == "needs_ocr")))


def _on_its_way(session: Session, version_id: str) -> RowMapping | None:
    """The document of a version that is being worked on; None when it is live: a step that was cut after its commit
    runs again, and must find that there is nothing left to do."""
    row = with_newest(session, versions.c.id == version_id, documents.c.status != "deleting")
    if row is None:
        raise NotFound(f"Version {version_id} is gone: its document was deleted.")
    if row["live_version_id"] == version_id:
        return None
    if row["newest_status"] in UNDER_WAY:
        return row
    raise Conflict(f"Version {version_id} is {row['newest_status']}; nothing is to be done to it.")
