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
    hold(session)  # sequence numbers are given out before commit: without it a reader could pass 8 before 7 is there
    now = datetime.now(UTC)
    session.execute(
        insert(changes).values(workspace=workspace, kind=kind, subject=subject, collection=collection, at=now)
    )


def hold(session: Session) -> None:
    """Nobody else changes anything before this transaction ends; what others began to change is there. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})


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
