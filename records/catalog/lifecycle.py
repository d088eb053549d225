"""A document from upload to ready, failed or again (floor 2). One version at a time is on its way; at most one is live.

Every step that changes what a user sees is logged in `changes` in the same transaction. A job that works on a document
which is deleted meanwhile is told so by NotFound.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from proviso.errors import Conflict, NotFound
from proviso.ids import new_id
from proviso.types.documents import Stage
from proviso.wire import to_data
from records.catalog import changes
from records.catalog.describing import get
from records.catalog.rows import DocumentRecord, NewDocument, ParsedFacts
from records.catalog.storable import storable
from records.catalog.tables import documents, garbage, versions

UNDER_WAY = ("queued", "processing")


def add(session: Session, new: NewDocument) -> tuple[DocumentRecord, bool]:
    """Catalogue an upload, queued. The same bytes in the same collection are the document that is there (True); if that
    one had failed, it is queued again."""
    found = _same_bytes(session, new)
    if found is None:
        try:
            with session.begin_nested():
                document_id = _insert(session, new)
        except IntegrityError:
            found = _same_bytes(session, new)  # another process was faster; nothing else can collide
            if found is None:
                raise
        else:
            return get(session, new.workspace, document_id), False
    if found["status"] == "failed":
        return requeue(session, new.workspace, found["id"], new.password), True
    return get(session, new.workspace, found["id"]), True


def requeue(session: Session, workspace: str, document_id: str, password: str | None) -> DocumentRecord:
    """Process a document again. A failed version is tried again (attempt + 1); a live one gets a successor of the same
    bytes, which takes its place when it is ready. Raises NotFound; Conflict while a version is on its way."""
    row = _with_newest(session, documents.c.workspace == workspace, documents.c.id == document_id)
    if row is None:
        raise NotFound(f"There is no document {document_id}.")
    if row["status"] == "deleting" or row["newest_status"] in UNDER_WAY:
        raise Conflict(
            f"Document {document_id} is {row['newest_status'] if row['status'] != 'deleting' else 'deleting'}."
        )
    if row["newest_status"] == "failed":
        cleared = {"status": "queued", "stage": None, "progress": 0.0, "error_code": None, "error_detail": None}
        _update_version(session, row["newest_id"], attempt=row["attempt"] + 1, password=password, **cleared)
    else:
        _insert_successor(session, row, password)
    _touch(session, row, row["status"] if row["live_version_id"] else "queued")
    return get(session, workspace, document_id)


def stage(session: Session, version_id: str, stage: Stage, progress: float) -> None:
    """Say what is being done to a version, and how far it is (0 to 1)."""
    row = _on_its_way(session, version_id)
    if row is None:
        return
    _update_version(session, version_id, status="processing", stage=stage, progress=min(1.0, max(0.0, progress)))
    _touch(session, row, row["status"] if row["live_version_id"] else "processing")


def parsed(session: Session, version_id: str, facts: ParsedFacts) -> None:
    """Keep what parsing found out."""
    row = _on_its_way(session, version_id)
    if row is None:
        return
    coverage = to_data(list(facts.page_coverage))
    title = storable(facts.title)[:1000] if facts.title else None
    _update_version(
        session,
        version_id,
        title=title,
        language=facts.language,
        pages=facts.pages,
        chars=facts.chars,
        tokens=facts.tokens,
        media_type=facts.media_type,
        page_coverage=coverage,
        unread_pages=_unread_pages(facts),
        warnings=to_data(list(facts.warnings)),
    )
    search_text = _search_text(row["filename"], row["title"] or title)
    session.execute(update(documents).where(documents.c.id == row["id"]).values(search_text=search_text))
    _touch(session, row, row["status"])


def publish(session: Session, version_id: str, chunks: int) -> str | None:
    """Make the version live, in this one commit, and retire the live one before it, whose id is returned. The password
    is forgotten. Publishing what is live already changes nothing."""
    row = _on_its_way(session, version_id)
    if row is None:
        return None
    previous: str | None = row["live_version_id"]
    _update_version(session, version_id, status="ready", stage=None, progress=1.0, chunks=chunks, password=None)
    if previous is not None:
        _update_version(session, previous, status="retired")
    session.execute(
        update(documents)
        .where(documents.c.id == row["id"])
        .values(live_version_id=version_id, sha256=row["newest_sha256"])
    )
    _touch(session, row, "ready")
    return previous


def fail(session: Session, version_id: str, code: str, detail: str) -> bool:
    """Record why a version did not become ready; the password is forgotten. False: it is live and stays so, has failed
    before, or is gone; its points are then not for the caller to delete."""
    row = _with_newest(session, versions.c.id == version_id, documents.c.status != "deleting")
    if row is None or row["newest_status"] not in UNDER_WAY:
        return False
    _update_version(
        session,
        version_id,
        status="failed",
        stage=None,
        password=None,
        error_code=code,
        error_detail=storable(detail),
    )
    _touch(session, row, row["status"] if row["live_version_id"] else "failed")
    return True


def _same_bytes(session: Session, new: NewDocument) -> RowMapping | None:
    query = select(documents.c.id, documents.c.status).where(
        documents.c.workspace == new.workspace,
        documents.c.collection == new.collection,
        documents.c.sha256 == new.sha256,
        documents.c.status != "deleting",
    )
    return session.execute(query).mappings().one_or_none()


def _insert(session: Session, new: NewDocument) -> str:
    document_id, version_id, now = new_id("doc"), new_id("ver"), datetime.now(UTC)
    session.execute(
        insert(documents).values(
            id=document_id,
            workspace=new.workspace,
            collection=new.collection,
            filename=storable(new.filename),
            search_text=_search_text(new.filename, None),
            metadata=new.metadata,
            sha256=new.sha256,
            status="queued",
            newest_version_id=version_id,
            created_at=now,
            updated_at=now,
        )
    )
    _insert_version(session, version_id, document_id, 1, new)
    # The upload has just stored these bytes: a file that was to be cleared away is wanted again.
    session.execute(garbage.delete().where(garbage.c.key == f"files/{new.sha256}"))
    changes.append(session, new.workspace, "document", document_id, new.collection)
    return document_id


def _insert_successor(session: Session, row: RowMapping, password: str | None) -> None:
    version_id = new_id("ver")
    again = NewDocument(
        workspace=row["workspace"],
        collection=row["collection"],
        filename=row["filename"],
        sha256=row["newest_sha256"],
        bytes=row["bytes"],
        media_type=row["media_type"],
        password=password,
    )
    _insert_version(session, version_id, row["id"], row["number"] + 1, again)
    session.execute(update(documents).where(documents.c.id == row["id"]).values(newest_version_id=version_id))


def _insert_version(session: Session, version_id: str, document_id: str, number: int, new: NewDocument) -> None:
    session.execute(
        insert(versions).values(
            id=version_id,
            document_id=document_id,
            number=number,
            sha256=new.sha256,
            bytes=new.bytes,
            media_type=new.media_type,
            password=new.password,
            attempt=1,
            status="queued",
            progress=0.0,
            page_coverage=[],
            unread_pages=[],
            warnings=[],
            created_at=datetime.now(UTC),
        )
    )


def _unread_pages(facts: ParsedFacts) -> list[int]:
    """Pages without text, and those of whose text parsing says that it is not the page's."""
    empty = {page.page for page in facts.page_coverage if page.source == "none"}
    return sorted(empty.union(*(warning.pages for warning in facts.warnings if warning.code == "needs_ocr")))


def _with_newest(session: Session, *conditions: Any) -> RowMapping | None:
    """A document with its newest version, whose columns that both have are called `newest_…`."""
    query = (
        select(
            documents,
            *(versions.c[name].label(f"newest_{name}") for name in ("id", "status", "sha256")),
            *(versions.c[name] for name in ("number", "attempt", "bytes", "media_type")),
        )
        .join(versions, (versions.c.id == documents.c.newest_version_id) & (versions.c.document_id == documents.c.id))
        .where(*conditions)
    )
    return session.execute(query).mappings().one_or_none()


def _on_its_way(session: Session, version_id: str) -> RowMapping | None:
    """The document of a version that is being worked on; None when it is live: a step that was cut after its commit
    runs again, and must find that there is nothing left to do."""
    row = _with_newest(session, versions.c.id == version_id, documents.c.status != "deleting")
    if row is None:
        raise NotFound(f"Version {version_id} is gone: its document was deleted.")
    if row["live_version_id"] == version_id:
        return None
    if row["newest_status"] in UNDER_WAY:
        return row
    raise Conflict(f"Version {version_id} is {row['newest_status']}; nothing is to be done to it.")


def _update_version(session: Session, version_id: str, **values: Any) -> None:
    session.execute(update(versions).where(versions.c.id == version_id).values(**values))


def _touch(session: Session, row: RowMapping, status: str) -> None:
    """The document's status as of now, and a line in the log of changes."""
    values = {"status": status, "updated_at": datetime.now(UTC)}
    session.execute(update(documents).where(documents.c.id == row["id"]).values(**values))
    changes.append(session, row["workspace"], "document", row["id"], row["collection"])


def _search_text(filename: str, title: str | None) -> str:
    """What `q` is looked for in; folded here, because the databases fold case differently."""
    return storable(f"{filename}\n{title or ''}").casefold()
