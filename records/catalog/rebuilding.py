"""What rebuilding the index asks of the catalog and tells it (floor 2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from proviso.types.documents import DocumentWarning
from proviso.wire import to_data
from records.catalog.tables import documents, versions
from records.catalog.versioning import UNDER_WAY, touch, update_version


def half_indexed(session: Session) -> list[str]:
    """Versions on their way whose chunks are cut and may be in the index: the job of each goes on where it was."""
    query = select(versions.c.id).join(documents, documents.c.newest_version_id == versions.c.id)
    under_way = versions.c.status.in_(UNDER_WAY) & versions.c.stage.in_(("embedding", "indexing"))
    return list(session.execute(query.where(under_way, documents.c.status != "deleting")).scalars())


def reindexed(session: Session, version_id: str, chunks: int, code: str, warnings: Sequence[DocumentWarning]) -> bool:
    """A live version has so many chunks now, and these warnings instead of those with this code. False: nothing changed."""
    query = (
        select(documents, versions.c.chunks, versions.c.warnings)
        .join(versions, versions.c.id == documents.c.live_version_id)
        .where(versions.c.id == version_id)
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return False
    kept = [warning for warning in row["warnings"] if warning["code"] != code] + to_data(list(warnings))
    if (row["chunks"], row["warnings"]) == (chunks, kept):
        return False
    update_version(session, version_id, chunks=chunks, warnings=kept)
    touch(session, row, row["status"])
    return True
