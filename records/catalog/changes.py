"""The log of changes (floor 2): one row for every status, stage or progress of a document or extraction, written in the
transaction that changes it. Event streams poll it by sequence number, so that every process sees every other's work.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from records.catalog.rows import ChangeKind, ChangeRecord
from records.catalog.tables import changes

LOCK_KEY = 0x70726F77
KEPT = timedelta(hours=24)


def append(session: Session, workspace: str, kind: ChangeKind, subject: str, collection: str | None = None) -> None:
    """Log that something about `subject` changed."""
    if session.get_bind().dialect.name == "postgresql":
        # Sequence numbers are given out before commit: without this lock a reader could pass 8 before 7 is there.
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    now = datetime.now(UTC)
    session.execute(
        insert(changes).values(workspace=workspace, kind=kind, subject=subject, collection=collection, at=now)
    )


def since(session: Session, workspace: str, seq: int, limit: int) -> list[ChangeRecord]:
    """Changes of a workspace after `seq`, oldest first."""
    rows = session.execute(
        select(changes)
        .where(changes.c.workspace == workspace, changes.c.seq > seq)
        .order_by(changes.c.seq)
        .limit(limit)
    )
    return [ChangeRecord(**row) for row in rows.mappings()]


def latest(session: Session) -> int:
    """The newest sequence number; 0 when nothing has ever changed."""
    return session.execute(select(func.max(changes.c.seq))).scalar_one() or 0


def expire(session: Session) -> int:
    """Forget changes nobody can be waiting for any more; returns how many. The newest one stays, so that `latest`
    holds."""
    old = changes.c.at < datetime.now(UTC) - KEPT
    newest = select(func.max(changes.c.seq)).scalar_subquery()
    return session.execute(delete(changes).where(old, changes.c.seq < newest)).rowcount  # type: ignore[attr-defined, no-any-return]
