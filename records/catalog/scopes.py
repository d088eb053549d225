"""Scopes looked up (floor 2): which live versions a request may read now, and which documents it cannot read yet or
ever.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from proviso.errors import DocumentNotReady, NotFound
from proviso.types.search import ResolvedScope, Scope, Within
from records.catalog.filters import compile_filter
from records.catalog.snapshots import Listed, Snapshot, snapshot_of
from records.catalog.tables import documents, versions

PIECE = 500
"""Ids per query: SQLite takes a limited number of variables."""
NAMED_AT_MOST = 200
"""Versions that are named to the index one by one; 1,000 take as long as the search of 100,000 chunks itself."""


def resolve_scope(session: Session, scope: Scope) -> ResolvedScope:
    """What `scope` can read. Named documents come in the order named, others oldest first. Raises NotFound for an
    unknown id, DocumentNotReady for a named one that is not ready."""
    snapshot = snapshot_of(session, scope.workspace)
    listed = _covered(session, scope, snapshot)
    if scope.document_ids is not None:
        for each in listed:
            _check_ready(each)
    readable = tuple(each.readable for each in listed if each.readable)
    return ResolvedScope(
        workspace=scope.workspace,
        documents=readable,
        not_ready=tuple(each.id for each in listed if not each.readable and each.status != "failed"),
        failed=tuple(each.id for each in listed if not each.readable and each.status == "failed"),
        within=_within(session, scope, snapshot, len(readable)),
    )


def extraction_scope(session: Session, scope: Scope) -> tuple[str, ...]:
    """The documents of an extraction, in the order of `resolve_scope`: all that `scope` covers, because the extraction
    waits for those that are not ready, and says of the failed ones that they failed. Raises NotFound for an unknown
    id."""
    return tuple(each.id for each in _covered(session, scope, snapshot_of(session, scope.workspace)))


def filenames(session: Session, workspace: str, document_ids: Sequence[str]) -> dict[str, str]:
    """What documents that cannot be read are called, by id; those that are gone by now are left out."""
    listed = snapshot_of(session, workspace).listed
    return {document_id: listed[document_id].filename for document_id in document_ids if document_id in listed}


def _covered(session: Session, scope: Scope, snapshot: Snapshot) -> Sequence[Listed]:
    wanted = compile_filter(scope.filter)
    if scope.document_ids is not None:
        listed = _named(scope.document_ids, snapshot)
    else:
        listed = [each for each in snapshot.listed.values() if scope.collection in {None, each.collection}]
    if not scope.filter:
        return listed
    metadata = _metadata(session, scope)
    return [each for each in listed if each.id in metadata and wanted(metadata[each.id])]


def _named(document_ids: Sequence[str], snapshot: Snapshot) -> list[Listed]:
    ids = list(dict.fromkeys(document_ids))
    unknown = [document_id for document_id in ids if document_id not in snapshot.listed]
    if unknown:
        raise NotFound(f"There is no document {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}.")
    return [snapshot.listed[document_id] for document_id in ids]


def _metadata(session: Session, scope: Scope) -> dict[str, dict[str, object]]:
    """What users say about the documents, by id; read only when it is filtered by, and of the named ones alone."""
    query = select(documents.c.id, documents.c.metadata).where(documents.c.workspace == scope.workspace)
    if scope.document_ids is None:
        if scope.collection is not None:
            query = query.where(documents.c.collection == scope.collection)
        return _by_id(session, query)
    ids, found = list(dict.fromkeys(scope.document_ids)), dict[str, dict[str, object]]()
    for start in range(0, len(ids), PIECE):
        found |= _by_id(session, query.where(documents.c.id.in_(ids[start : start + PIECE])))
    return found


def _by_id(session: Session, query: Select[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {row[0]: row[1] for row in session.execute(query)}


def _within(session: Session, scope: Scope, snapshot: Snapshot, live: int) -> Within | None:
    """All of the workspace but what does not belong, when the scope is large and the rest is less. A version that goes or comes meanwhile
    is no harm: what is found counts only when it is live and in the scope."""
    if scope.document_ids is not None or scope.filter or live <= NAMED_AT_MOST:
        return None
    if scope.collection not in snapshot.within:
        snapshot.within[scope.collection] = _all_but(session, scope, live)
    return snapshot.within[scope.collection]


def _all_but(session: Session, scope: Scope, live: int) -> Within | None:
    query = select(versions.c.id).join(documents, documents.c.id == versions.c.document_id)
    query = query.where(documents.c.workspace == scope.workspace)
    foreign: ColumnElement[bool] = versions.c.status.in_(("queued", "processing"))
    if scope.collection is not None:
        foreign = or_(foreign, documents.c.collection != scope.collection)
    without = session.scalars(query.where(foreign).limit(live)).all()
    return Within(None, tuple(without)) if len(without) < live else None


def _check_ready(listed: Listed) -> None:
    if not listed.readable:
        rest = "; it could not be read, see its error" if listed.status == "failed" else "; wait until it is ready"
        raise DocumentNotReady(f"{listed.filename} ({listed.id}) is {listed.status}{rest}.")
