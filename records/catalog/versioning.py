"""What every change of a document or version is made of (floor 2): the rows as they are, one more version, one fewer.

It decides nothing about a document's life: `lifecycle`, `renewing`, `editing` and `retention` do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from proviso.errors import Conflict, NotFound
from proviso.ids import new_id
from records.catalog import changes
from records.catalog.rows import NewDocument
from records.catalog.storable import storable
from records.catalog.tables import documents, garbage, versions

UNDER_WAY = ("queued", "processing")


def with_newest(session: Session, *conditions: Any) -> RowMapping | None:
    """A document with its newest version, whose columns that both have are called `newest_…`; nobody else changes it before
    this transaction ends."""
    _lock(session, *conditions)
    query = (
        select(
            documents,
            *(versions.c[name].label(f"newest_{name}") for name in ("id", "status", "sha256", "filename")),
            *(versions.c[name] for name in ("number", "attempt", "bytes", "media_type")),
        )
        .join(versions, (versions.c.id == documents.c.newest_version_id) & (versions.c.document_id == documents.c.id))
        .where(*conditions)
    )
    return session.execute(query).mappings().one_or_none()


def _lock(session: Session, *conditions: Any) -> None:
    """On Postgres, writers of one document wait here for each other; what is read after this is what the last one left. A
    statement of its own: one that waits would join the new document to the versions there were before."""
    mine = select(documents.c.id).join(versions, versions.c.document_id == documents.c.id).where(*conditions)
    session.execute(mine.with_for_update(key_share=True, of=documents)).all()


def at_rest(session: Session, workspace: str, document_id: str) -> RowMapping:
    """A document of which no version is on its way. Raises NotFound; Conflict while one is, or while it is deleted."""
    row = with_newest(session, documents.c.workspace == workspace, documents.c.id == document_id)
    if row is None:
        raise NotFound(f"There is no document {document_id}.")
    if row["status"] == "deleting":
        raise Conflict(f"Document {document_id} is deleting.")
    if row["newest_status"] in UNDER_WAY:
        raise Conflict(
            f"Version {row['number']} of document {document_id} is {row['newest_status']}; wait until it is ready or failed."
        )
    return row


def holder_of(session: Session, new: NewDocument, apart: str | None = None) -> RowMapping | None:
    """The document of the collection that has these bytes, live or on their way; `apart` from one document."""
    mine = [
        documents.c.workspace == new.workspace,
        documents.c.collection == new.collection,
        documents.c.status != "deleting",
    ]
    if apart is not None:
        mine.append(documents.c.id != apart)
    newest = versions.alias()
    coming_sha256 = case((newest.c.status.in_(UNDER_WAY), newest.c.sha256), else_=documents.c.sha256).label("coming")
    names = (documents.c.id, documents.c.status, documents.c.sha256, documents.c.newest_version_id, coming_sha256)
    query = select(*names).join(newest, newest.c.id == documents.c.newest_version_id)
    query = query.where(*mine, documents.c.sha256 == new.sha256)
    found = session.execute(query).mappings().one_or_none()
    if found is None:
        coming = (newest.c.sha256 == new.sha256, newest.c.status.in_(UNDER_WAY))
        query = select(*names).join(newest, newest.c.id == documents.c.newest_version_id).where(*mine, *coming)
        found = session.execute(query.limit(1)).mappings().one_or_none()
    return found


def require_own(session: Session, new: NewDocument, document_id: str) -> None:
    """Raises Conflict when another document of the collection has these bytes, live or on their way."""
    other = holder_of(session, new, apart=document_id)
    if other is not None:
        raise Conflict(f"The same bytes are document {other['id']} of the collection {new.collection!r}.")


def update_document(session: Session, row: RowMapping, **values: Any) -> None:
    """Change a document. Raises Conflict when another one of its collection has its bytes by now."""
    try:
        with session.begin_nested():
            session.execute(update(documents).where(documents.c.id == row["id"]).values(**values))
    except IntegrityError as error:  # nothing else of a document can collide
        collection = values.get("collection", row["collection"])
        raise Conflict(f"The same bytes are another document of the collection {collection!r}.") from error


def update_version(session: Session, version_id: str, **values: Any) -> None:
    session.execute(update(versions).where(versions.c.id == version_id).values(**values))


def insert_version(session: Session, document_id: str, number: int, new: NewDocument, version_id: str = "") -> str:
    """One more version, queued; returns its id."""
    version_id = version_id or new_id("ver")
    session.execute(
        insert(versions).values(
            id=version_id,
            document_id=document_id,
            number=number,
            filename=storable(new.filename),
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
            facts=[],
            contains={},
            created_at=datetime.now(UTC),
        )
    )
    # The upload has just stored these bytes: a file that was to be cleared away is wanted again.
    session.execute(delete(garbage).where(garbage.c.key == f"files/{new.sha256}"))
    return version_id


def forget_versions(session: Session, ids: Collection[str]) -> list[str]:
    """Versions that nobody may read any more, and their texts and files: `garbage` from here on. Returns the keys."""
    hashes = set(session.execute(select(versions.c.sha256).where(versions.c.id.in_(ids))).scalars())
    session.execute(delete(versions).where(versions.c.id.in_(ids)))
    keys = [*(f"versions/{version_id}" for version_id in sorted(ids)), *unused_files(session, hashes)]
    discard(session, keys)
    return keys


def unused_files(session: Session, hashes: Collection[str]) -> list[str]:
    """Keys of those of the originals that no version has."""
    used = set(session.execute(select(versions.c.sha256).where(versions.c.sha256.in_(hashes))).scalars())
    return sorted(f"files/{sha256}" for sha256 in set(hashes) - used)


def discard(session: Session, keys: Sequence[str]) -> None:
    """Remember that these keys have to go from the store."""
    known = set(session.execute(select(garbage.c.key).where(garbage.c.key.in_(keys))).scalars())
    if fresh := [{"key": key, "at": datetime.now(UTC)} for key in keys if key not in known]:
        session.execute(insert(garbage), fresh)


def touch(session: Session, row: RowMapping, status: str) -> None:
    """The document's status as of now, and a line in the log of changes."""
    values = {"status": status, "updated_at": datetime.now(UTC)}
    session.execute(update(documents).where(documents.c.id == row["id"]).values(**values))
    changes.append(session, row["workspace"], "document", row["id"], row["collection"])


def own_title(session: Session, row: RowMapping) -> str | None:
    """The title that the version shown gives itself."""
    shown = row["live_version_id"] or row["newest_id"]
    title: str | None = session.execute(select(versions.c.title).where(versions.c.id == shown)).scalar_one_or_none()
    return title


def search_text(filename: str, title: str | None) -> str:
    """What `q` is looked for in; folded here, because the databases fold case differently."""
    return storable(f"{filename}\n{title or ''}").casefold()
