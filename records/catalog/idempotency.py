"""Idempotency keys (floor 2): per workspace and route, the answer to the first request, kept for 24 hours.

A first request that still runs holds the key under the name of its process. When that process is gone, its restart
releases the key (`release`), or its time runs out: a crash never blocks a key for good.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from proviso.errors import IdempotencyInProgress, IdempotencyMismatch
from records.catalog.blanking import without_gone
from records.catalog.rows import StoredAnswer
from records.catalog.tables import idempotency

__all__ = ["StoredAnswer", "begin", "expire", "finish", "forget", "release"]

KEPT = timedelta(hours=24)
RUNNING_AT_MOST = timedelta(minutes=15)
"""Longer than the longest upload; after it, a request that still holds its key is taken for dead."""

HERE = "local"


def begin(
    session: Session, workspace: str, route: str, key: str, body_hash: str, holder: str = HERE
) -> StoredAnswer | None:
    """Claim a key: None when this request is the first, else the stored answer. Raises IdempotencyMismatch for another
    body, IdempotencyInProgress while the first request still runs."""
    _expire(session, workspace, route, key)
    mine = _mine(workspace, route, key)
    row = session.execute(select(idempotency).where(*mine)).mappings().one_or_none()
    if row is None:
        _claim(session, (workspace, route, key), body_hash, holder)
        return None
    if row["body_hash"] != body_hash:
        raise IdempotencyMismatch("This Idempotency-Key was used with another body. Use a new key for a new request.")
    if row["running"]:
        raise _in_progress()
    return StoredAnswer(row["status"], row["body"])


def finish(session: Session, workspace: str, route: str, key: str, status: int, body: Any) -> None:
    """Store the answer to the first request: HTTP status and JSON body, without the words of documents deleted
    meanwhile."""
    (kept,) = without_gone(session, [body])
    values = {"running": False, "status": status, "body": kept, "at": datetime.now(UTC)}
    session.execute(update(idempotency).where(*_mine(workspace, route, key)).values(**values))


def forget(session: Session, workspace: str, route: str, key: str) -> None:
    """The first request failed: the key may be used again, by the same body or another."""
    session.execute(delete(idempotency).where(*_mine(workspace, route, key)))


def release(session: Session, holder: str = HERE) -> int:
    """Free the keys that requests of this process held before it was restarted; returns how many."""
    held = delete(idempotency).where(idempotency.c.running, idempotency.c.holder == holder)
    return session.execute(held).rowcount  # type: ignore[attr-defined, no-any-return]


def expire(session: Session) -> int:
    """Forget keys older than 24 hours; returns how many."""
    old = delete(idempotency).where(idempotency.c.at < datetime.now(UTC) - KEPT)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def _expire(session: Session, workspace: str, route: str, key: str) -> None:
    now = datetime.now(UTC)
    dead = idempotency.c.running & (idempotency.c.at < now - RUNNING_AT_MOST)
    over = or_(dead, idempotency.c.at < now - KEPT)
    session.execute(delete(idempotency).where(*_mine(workspace, route, key), over))


def _claim(session: Session, place: tuple[str, str, str], body_hash: str, holder: str) -> None:
    workspace, route, key = place
    row = {"workspace": workspace, "route": route, "key": key, "body_hash": body_hash, "holder": holder}
    try:
        with session.begin_nested():
            session.execute(insert(idempotency).values(**row, running=True, at=datetime.now(UTC)))
    except IntegrityError as error:
        raise _in_progress() from error  # another process was faster by a moment


def _in_progress() -> IdempotencyInProgress:
    return IdempotencyInProgress("The first request with this Idempotency-Key is still running.", retry_after_s=1.0)


def _mine(workspace: str, route: str, key: str) -> Any:
    return (idempotency.c.workspace == workspace, idempotency.c.route == route, idempotency.c.key == key)
