"""Scopes looked up (floor 2): which live versions a request may read now, and which documents it cannot read yet or
ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, or_, select
from sqlalchemy.orm import Session

from proviso.errors import DocumentNotReady, NotFound
from proviso.types.search import ReadableDocument, ResolvedScope, Scope, Within
from records.catalog.filters import compile_filter
from records.catalog.tables import documents, versions

PIECE = 500
"""Ids per query: SQLite takes a limited number of variables."""
NAMED_AT_MOST = 200
"""Versions that are named to the index one by one; 1,000 take as long as the search of 100,000 chunks itself."""


def resolve_scope(session: Session, scope: Scope) -> ResolvedScope:
    """What `scope` can read. Named documents come in the order named, others oldest first. Raises NotFound for an
    unknown id, DocumentNotReady for a named one that is not ready."""
    rows = _rows(session, scope)
    if scope.document_ids is not None:
        for row in rows:
            _check_ready(row)
    return ResolvedScope(
        workspace=scope.workspace,
        documents=tuple(_readable(row) for row in rows if row["live_version_id"]),
        not_ready=tuple(row["id"] for row in rows if not row["live_version_id"] and row["status"] != "failed"),
        failed=tuple(row["id"] for row in rows if not row["live_version_id"] and row["status"] == "failed"),
        within=_within(session, scope, sum(row["live_version_id"] is not None for row in rows)),
    )


def _within(session: Session, scope: Scope, live: int) -> Within | None:
    """All of the workspace but what does not belong, when the scope is large and the rest is less. A version that goes or comes meanwhile
    is no harm: what is found counts only when it is live and in the scope."""
    if scope.document_ids is not None or scope.filter or live <= NAMED_AT_MOST:
        return None
    query = select(versions.c.id).join(documents, documents.c.id == versions.c.document_id)
    query = query.where(documents.c.workspace == scope.workspace)
    foreign: ColumnElement[bool] = versions.c.status.in_(("queued", "processing"))
    if scope.collection is not None:
        foreign = or_(foreign, documents.c.collection != scope.collection)
    without = session.scalars(query.where(foreign).limit(live)).all()
    return Within(None, tuple(without)) if len(without) < live else None


def extraction_scope(session: Session, scope: Scope) -> tuple[str, ...]:
    """The documents of an extraction, in the order of `resolve_scope`: all that `scope` covers, because the extraction
    waits for those that are not ready, and says of the failed ones that they failed. Raises NotFound for an unknown
    id."""
    return tuple(row["id"] for row in _rows(session, scope))


def _rows(session: Session, scope: Scope) -> list[RowMapping]:
    wanted = compile_filter(scope.filter)
    rows = _collected(session, scope) if scope.document_ids is None else _named(session, scope)
    return [row for row in rows if wanted(row["metadata"])] if scope.filter else list(rows)


def _collected(session: Session, scope: Scope) -> Sequence[RowMapping]:
    query = _query(scope).order_by(documents.c.created_at, documents.c.id)
    if scope.collection is not None:
        query = query.where(documents.c.collection == scope.collection)
    return session.execute(query).mappings().all()


def _named(session: Session, scope: Scope) -> Iterable[RowMapping]:
    ids = list(dict.fromkeys(scope.document_ids or ()))
    found: dict[str, RowMapping] = {}
    for start in range(0, len(ids), PIECE):
        query = _query(scope).where(documents.c.id.in_(ids[start : start + PIECE]))
        found |= {row["id"]: row for row in session.execute(query).mappings()}
    unknown = [document_id for document_id in ids if document_id not in found]
    if unknown:
        raise NotFound(f"There is no document {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}.")
    return [found[document_id] for document_id in ids]


def _query(scope: Scope) -> Select[Any]:
    # Metadata only when it is filtered by: decoding it takes as long as all the rest of a scope of thousands.
    names = ("id", "status", "filename", "collection", "live_version_id", *(("metadata",) if scope.filter else ()))
    facts = ("number", "chars", "tokens", "pages", "unread_pages", "language")
    return (
        select(
            *(documents.c[name] for name in names),
            *(versions.c[name] for name in facts),
            func.coalesce(documents.c.title, versions.c.title, documents.c.filename).label("title"),
        )
        .outerjoin(versions, versions.c.id == documents.c.live_version_id)
        .where(documents.c.workspace == scope.workspace, documents.c.status != "deleting")
    )


def _check_ready(row: RowMapping) -> None:
    if not row["live_version_id"]:
        rest = "; it could not be read, see its error" if row["status"] == "failed" else "; wait until it is ready"
        raise DocumentNotReady(f"{row['filename']} ({row['id']}) is {row['status']}{rest}.")


def _readable(row: RowMapping) -> ReadableDocument:
    return ReadableDocument(
        document_id=row["id"],
        version_id=row["live_version_id"],
        version=row["number"],
        title=row["title"],
        filename=row["filename"],
        collection=row["collection"],
        chars=row["chars"] or 0,
        tokens=row["tokens"] or 0,
        pages=row["pages"],
        unread_pages=tuple(row["unread_pages"]),
        language=row["language"],
    )
