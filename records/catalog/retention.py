"""How long a retired version is kept (floor 2): as long as an answer or a cell cites it, and for a while after it was
retired, because whoever had begun to read it may still be about to cite it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from records.catalog.tables import cells, citations, documents, extractions, units, versions
from records.catalog.versioning import forget_versions

PIECE = 200
"""Versions forgotten in one transaction."""


def uncited(session: Session, retired_before: datetime) -> list[str]:
    """Ids of retired versions that may go now, oldest first."""
    return list(session.execute(_uncited(retired_before).limit(PIECE)).scalars())


def release(session: Session, retired_before: datetime) -> list[str]:
    """Forget the retired versions that nothing cites; returns their ids, at most `PIECE` of them. Their texts, and files
    that nobody else has, are `garbage` from here on."""
    wanted = uncited(session, retired_before)
    if not wanted:
        return []
    # Whoever stores evidence locks the documents it is from: on Postgres one of the two sees the other.
    mine = select(versions.c.document_id).where(versions.c.id.in_(wanted))
    session.execute(
        select(documents.c.id).where(documents.c.id.in_(mine)).order_by(documents.c.id).with_for_update()
    ).all()
    free = [version_id for version_id in uncited(session, retired_before) if version_id in wanted]
    if free:
        forget_versions(session, free)
    return free


def _uncited(retired_before: datetime) -> Select[Any]:
    retired_at = func.coalesce(versions.c.retired_at, versions.c.created_at, type_=versions.c.retired_at.type)
    return (
        select(versions.c.id)
        .where(versions.c.status == "retired", retired_at < retired_before, ~_cited(), ~_being_read())
        .order_by(versions.c.created_at, versions.c.id)
    )


def _cited() -> ColumnElement[bool]:
    by_answer = exists().where(
        citations.c.document_id == versions.c.document_id, citations.c.version == versions.c.number
    )
    by_cell = exists().where(cells.c.document_id == versions.c.document_id, cells.c.version == versions.c.number)
    return by_answer | by_cell


def _being_read() -> ColumnElement[bool]:
    """A unit of an extraction is at work on the document; it may have begun with this version."""
    return exists().where(
        units.c.document_id == versions.c.document_id,
        units.c.status == "running",
        units.c.extraction_id == extractions.c.id,
        extractions.c.status == "running",
    )
