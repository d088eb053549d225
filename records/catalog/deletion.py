"""Deleting documents (floor 2): first invisible, then, when its points and texts are gone, forgotten. What still has to
go from the store is remembered as garbage until somebody says that it is gone, so that a crash leaves no file behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from records.catalog import changes
from records.catalog.asked_calls import blank_calls
from records.catalog.blanking import blank_answers, blank_cells, blank_responses
from records.catalog.describing import get
from records.catalog.rows import DocumentRecord
from records.catalog.tables import documents, garbage, versions
from records.catalog.versioning import discard, unused_files


def begin_delete(session: Session, workspace: str, document_id: str) -> list[str]:
    """Hide a document from every scope, and forget its passwords; returns the ids of all its versions, whose points are
    to be deleted. Beginning again is harmless. Raises NotFound."""
    record = get(session, workspace, document_id)
    session.execute(
        update(documents).where(documents.c.id == document_id).values(status="deleting", updated_at=datetime.now(UTC))
    )
    session.execute(update(versions).where(versions.c.document_id == document_id).values(password=None))
    changes.append(session, workspace, "document", document_id, record.collection)
    query = select(versions.c.id).where(versions.c.document_id == document_id).order_by(versions.c.number)
    return list(session.execute(query).scalars())


def begin_delete_collection(session: Session, workspace: str, collection: str) -> list[str]:
    """Hide every document of a collection at once; returns their ids, those that were being deleted already included."""
    mine = (documents.c.workspace == workspace, documents.c.collection == collection)
    ids = list(session.execute(select(documents.c.id).where(*mine).order_by(documents.c.created_at)).scalars())
    for document_id in ids:
        begin_delete(session, workspace, document_id)
    return ids


def finish_delete(session: Session, document_id: str) -> list[str]:
    """Forget a document and blank its words in stored answers, calls, responses and cells; returns the keys of files that no
    document uses any more. They are remembered as `garbage` until `swept`. A document that is gone leaves nothing: []."""
    query = select(documents).where(documents.c.id == document_id, documents.c.status == "deleting")
    row = session.execute(query.with_for_update()).mappings().one_or_none()
    if row is None:
        return []
    mine = select(versions.c.id, versions.c.sha256).where(versions.c.document_id == document_id)
    hashes = {sha256 for _, sha256 in session.execute(mine)}
    blank_cells(session, document_id)
    blank_answers(session, document_id)
    blank_calls(session, document_id)
    blank_responses(session, row["workspace"], document_id)
    session.execute(delete(versions).where(versions.c.document_id == document_id))
    session.execute(delete(documents).where(documents.c.id == document_id))
    changes.append(session, row["workspace"], "document", document_id, row["collection"])
    keys = unused_files(session, hashes)
    discard(session, keys)
    return keys


def deleting(session: Session) -> list[DocumentRecord]:
    """Documents whose deletion was begun and not finished, in all workspaces."""
    query = select(documents.c.workspace, documents.c.id).where(documents.c.status == "deleting")
    return [get(session, workspace, document_id) for workspace, document_id in session.execute(query).all()]


def discard_unused(session: Session, sha256: str) -> None:
    """A file was stored that nobody has come to name: garbage, unless somebody else has the same bytes."""
    discard(session, unused_files(session, {sha256}))


def garbage_keys(session: Session) -> list[str]:
    """Keys of files and texts that nobody may read any more, and that nobody has reported gone."""
    return list(session.execute(select(garbage.c.key).order_by(garbage.c.key)).scalars())


def swept(session: Session, keys: Sequence[str]) -> None:
    """These keys are gone from the store."""
    session.execute(delete(garbage).where(garbage.c.key.in_(keys)))


def version_ids(session: Session) -> set[str]:
    """Every version there is, live or not."""
    return set(session.execute(select(versions.c.id)).scalars())
