"""Documents read from the catalog as records (floor 2): one query shape for one, for a list, and for both versions of
each.
"""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from sqlalchemy import RowMapping, Select, case, func, select
from sqlalchemy.orm import Session

from proviso.errors import NotFound
from proviso.types.documents import DocumentWarning, Fact
from proviso.wire import from_data
from records.catalog.cursors import newest_first, page
from records.catalog.rows import CollectionRecord, DocumentRecord, PageCoverage, Pending, VersionRecord
from records.catalog.tables import documents, versions

shown = versions.alias("shown")
newest = versions.alias("newest")

SHOWN = (
    *("number", "language", "progress", "pages", "chars", "tokens", "chunks", "media_type", "page_coverage"),
    *("warnings", "facts", "contains", "sha256", "bytes", "attempt"),
)
"""Columns that describe the version shown."""

NEWEST = ("id", "number", "status", "stage", "progress", "filename", "sha256")
"""Columns that describe the one on its way."""


class Wanted(TypedDict, total=False):
    """What a list of documents is narrowed to; None narrows nothing."""

    collection: str | None
    status: str | None
    q: str | None


def get(session: Session, workspace: str, document_id: str) -> DocumentRecord:
    """One document. Raises NotFound, also when it belongs to another workspace."""
    query = described().where(documents.c.workspace == workspace, documents.c.id == document_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no document {document_id}.")
    return record_of(row)


def listing(
    session: Session,
    workspace: str,
    *,
    limit: int = 50,
    cursor: str | None = None,
    **wanted: Unpack[Wanted],
) -> tuple[list[DocumentRecord], str | None]:
    """A page of documents, newest first, and the cursor of the next; `q` is looked for in names and titles."""
    query = described().where(documents.c.workspace == workspace)
    if (collection := wanted.get("collection")) is not None:
        query = query.where(documents.c.collection == collection)
    if (status := wanted.get("status")) is not None:
        query = query.where(documents.c.status == status)
    if q := wanted.get("q"):
        query = query.where(documents.c.search_text.contains(q.casefold(), autoescape=True))
    rows = session.execute(newest_first(query, documents, limit, cursor)).mappings().all()
    kept, following = page(rows, limit, lambda row: (row["created_at"], row["id"]))
    return [record_of(row) for row in kept], following


def version(session: Session, version_id: str) -> VersionRecord:
    """What a job needs of its version. Raises NotFound when the document was deleted meanwhile, or is being deleted."""
    row = session.execute(_versions().where(versions.c.id == version_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Version {version_id} is gone: its document was deleted.")
    return _version(row)


def newest_version(session: Session, workspace: str, document_id: str) -> VersionRecord:
    """The version that a job works on, or worked on last; the live one may be older. Raises NotFound."""
    query = _versions().where(versions.c.id == documents.c.newest_version_id)
    query = query.where(documents.c.workspace == workspace, documents.c.id == document_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no document {document_id}.")
    return _version(row)


def unfinished(session: Session) -> list[VersionRecord]:
    """Versions that are queued or being processed, oldest first, in all workspaces."""
    query = _versions().where(versions.c.status.in_(("queued", "processing"))).order_by(versions.c.created_at)
    return [_version(row) for row in session.execute(query).mappings()]


def live_versions(session: Session) -> dict[str, int]:
    """Chunks of every live version, in all workspaces: what the index must hold."""
    query = select(versions.c.id, versions.c.chunks).join(documents, documents.c.live_version_id == versions.c.id)
    found = session.execute(query.where(documents.c.status != "deleting"))
    return {version_id: chunks or 0 for version_id, chunks in found}


def collections(session: Session, workspace: str) -> list[CollectionRecord]:
    """The collections of a workspace by name; one exists as long as a document is in it."""
    status = documents.c.status
    query = (
        select(
            documents.c.collection.label("name"),
            func.count().label("documents"),
            _number(status == "ready").label("ready"),
            _number(status.in_(("queued", "processing"))).label("processing"),
            _number(status == "failed").label("failed"),
            *(func.coalesce(func.sum(shown.c[name]), 0).label(name) for name in ("bytes", "pages", "tokens")),
            func.max(documents.c.updated_at).label("updated_at"),
        )
        .join(shown, _is_shown())
        .where(documents.c.workspace == workspace, status != "deleting")
        .group_by(documents.c.collection)
        .order_by(documents.c.collection)
    )
    rows = session.execute(query).mappings()
    counts = ("documents", "ready", "processing", "failed", "bytes", "pages", "tokens")
    return [
        CollectionRecord(name=row["name"], updated_at=row["updated_at"], **{name: int(row[name]) for name in counts})
        for row in rows
    ]


def count_by_status(session: Session) -> dict[str, int]:
    """How many documents there are in each status, in all workspaces."""
    query = select(documents.c.status, func.count()).group_by(documents.c.status)
    return dict(session.execute(query).all())


def _version(row: RowMapping) -> VersionRecord:
    return VersionRecord(**{**row, "facts": from_data(tuple[Fact, ...], row["facts"])})


def _versions() -> Select[Any]:
    names = (
        "number",
        "filename",
        "sha256",
        "bytes",
        "media_type",
        "language",
        "facts",
        "attempt",
        "status",
        "password",
    )
    return (
        select(
            versions.c.id.label("version_id"),
            versions.c.document_id,
            *(versions.c[name] for name in names),
            *(documents.c[name] for name in ("workspace", "collection")),
            func.coalesce(documents.c.title, versions.c.title, versions.c.filename).label("title"),
        )
        .join(documents, versions.c.document_id == documents.c.id)
        .where(documents.c.status != "deleting")
    )


def _is_shown() -> Any:
    return shown.c.id == func.coalesce(documents.c.live_version_id, documents.c.newest_version_id)


def described() -> Select[Any]:
    names = ("id", "filename", "collection", "metadata", "status", "created_at", "updated_at", "workspace")
    return (
        select(
            *(documents.c[name] for name in names),
            func.coalesce(documents.c.title, shown.c.title, documents.c.filename).label("title"),
            shown.c.id.label("version_id"),
            *(shown.c[name] for name in SHOWN),
            *(newest.c[name].label(f"newest_{name}") for name in NEWEST),
            newest.c.error_code,
            newest.c.error_detail,
        )
        .join(shown, _is_shown())
        .join(newest, newest.c.id == documents.c.newest_version_id)
    )


def record_of(row: RowMapping) -> DocumentRecord:
    taken = {name: row[name] for name in (*SHOWN, "id", "filename", "title", "collection", "metadata", "status")}
    number = taken.pop("number")
    taken["page_coverage"] = from_data(tuple[PageCoverage, ...], row["page_coverage"])
    taken["warnings"] = from_data(tuple[DocumentWarning, ...], row["warnings"])
    taken["facts"] = from_data(tuple[Fact, ...], row["facts"])
    coming = row["newest_id"] != row["version_id"]
    return DocumentRecord(
        **taken,
        version=number,
        pending=_pending(row) if coming else None,
        stage=None if coming else row["newest_stage"],
        error=_error(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        workspace=row["workspace"],
        version_id=row["version_id"],
    )


def _pending(row: RowMapping) -> Pending:
    return Pending(
        version=row["newest_number"],
        status=row["newest_status"],
        stage=row["newest_stage"],
        progress=row["newest_progress"],
        filename=row["newest_filename"],
        sha256=row["newest_sha256"],
        error=_error(row),
    )


def _error(row: RowMapping) -> dict[str, str] | None:
    return {"code": row["error_code"], "detail": row["error_detail"]} if row["error_code"] else None


def _number(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))
