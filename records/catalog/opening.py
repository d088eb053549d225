"""Versions to be opened and documents to be told apart (floor 2): any version that is kept, documents by their bytes, and
where a document stands, in as few columns as that takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from proviso.errors import NotFound
from proviso.types.documents import DocumentStatus, Stage
from records.catalog.describing import described, record_of
from records.catalog.rows import DocumentRecord, KeptVersion
from records.catalog.tables import documents, versions
from records.catalog.versioning import UNDER_WAY


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a document is: its status, the stage and progress of its newest version, and whether that one is to follow
    a live one."""

    id: str
    status: DocumentStatus
    stage: Stage | None
    progress: float
    pending: bool


def kept_version(session: Session, workspace: str, document_id: str, number: int | None) -> KeptVersion:
    """One version of a document; None is the live one, or the newest while none is live. Raises NotFound for a document
    that is not there and for a version that is not kept."""
    found = kept_versions(session, workspace, document_id)
    if number is None:
        return next((each for each in found if each.live), found[-1])
    kept = next((each for each in found if each.number == number), None)
    if kept is None:
        there = ", ".join(str(each.number) for each in found)
        raise NotFound(f"Document {document_id} has no version {number}; there is {there}.")
    return kept


def kept_versions(session: Session, workspace: str, document_id: str) -> list[KeptVersion]:
    """Every version that is kept, oldest first; never empty. Raises NotFound, also while the document is deleted."""
    query = _kept().where(documents.c.workspace == workspace, documents.c.id == document_id)
    found = session.execute(query.order_by(versions.c.number)).mappings().all()
    if not found:
        raise NotFound(f"There is no document {document_id}.")
    return [_version(row) for row in found]


def known(session: Session, workspace: str, collection: str, hashes: Sequence[str]) -> list[DocumentRecord]:
    """The documents of a collection that have these bytes, live, on their way, or failed."""
    newest = versions.alias("latest")
    query = (
        select(documents.c.id)
        .join(newest, newest.c.id == documents.c.newest_version_id)
        .where(documents.c.workspace == workspace, documents.c.status != "deleting")
        .where(documents.c.collection == collection)
    )
    ids = set(session.execute(query.where(documents.c.sha256.in_(hashes))).scalars())
    ids |= set(session.execute(query.where(newest.c.sha256.in_(hashes))).scalars())
    rows = session.execute(described().where(documents.c.id.in_(ids)).order_by(documents.c.id)).mappings()
    return [record_of(row) for row in rows]


def standings(session: Session, ids: Sequence[str]) -> dict[str, Standing]:
    """Where these documents stand; without those that are gone."""
    pending = documents.c.live_version_id.is_not(None) & versions.c.status.in_(UNDER_WAY)
    query = (
        select(documents.c.id, documents.c.status, versions.c.stage, versions.c.progress, pending.label("pending"))
        .join(versions, versions.c.id == documents.c.newest_version_id)
        .where(documents.c.id.in_(ids))
    )
    return {row["id"]: Standing(**row) for row in session.execute(query).mappings()}


def _kept() -> Select[Any]:
    names = ("document_id", "number", "filename", "sha256", "bytes", "media_type", "status", "error_code")
    return (
        select(
            versions.c.id.label("version_id"),
            *(versions.c[name] for name in (*names, "error_detail", "created_at", "retired_at")),
            func.coalesce(documents.c.title, versions.c.title, versions.c.filename).label("title"),
            documents.c.live_version_id,
        )
        .join(documents, documents.c.id == versions.c.document_id)
        .where(documents.c.status != "deleting")
    )


def _version(row: RowMapping) -> KeptVersion:
    named = {name: row[name] for name in row if name not in {"error_code", "error_detail", "live_version_id"}}
    error = {"code": row["error_code"], "detail": row["error_detail"]} if row["error_code"] else None
    return KeptVersion(**named, error=error, live=row["version_id"] == row["live_version_id"])
