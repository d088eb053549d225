"""What a workspace holds, kept from one request to the next (floor 2): its documents as scopes need them.

Reading a thousand documents takes 20 ms, which is most of a search. A snapshot is as new as the log of changes says: every change to a
document is logged in the transaction that makes it, so a request that finds nothing new in the log may use what is kept, and one that
does reads the changed documents alone. This holds for what other processes change as well.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from proviso.types.search import ReadableDocument, Within
from records.catalog import changes
from records.catalog.tables import changes as log
from records.catalog.tables import documents, versions

INFO_KEY = "snapshots"
"""Where a reading session finds what is kept."""
KEPT_DOCUMENTS = 50_000
"""Over all workspaces; about a kilobyte each. The last workspace asked for is kept however large."""
FOLLOWED_S = 3600.0
"""How long a snapshot is brought up to date by the log, which forgets after a day."""
FOLLOWED_DOCUMENTS = 500
"""Changed documents from which on all are read again; SQLite takes a limited number of variables, too."""
FACTS = ("number", "chars", "tokens", "pages", "unread_pages", "language")


@dataclass(frozen=True, slots=True)
class Listed:
    """A document that is not being deleted. `readable` is its live version, None while there is none."""

    id: str
    status: str
    filename: str
    collection: str
    created_at: datetime
    readable: ReadableDocument | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The documents of a workspace by id, oldest first, as of the change `seq` or later."""

    seq: int
    at: float
    listed: dict[str, Listed]
    within: dict[str | None, Within | None] = field(default_factory=dict)
    """What scopes of collections, or of everything, tell the index, as far as anybody asked."""


class Snapshots:
    """The snapshots of one catalog, the most recently used ones; for any thread."""

    def __init__(
        self,
        most: int = KEPT_DOCUMENTS,
        followed_documents: int = FOLLOWED_DOCUMENTS,
        followed_s: float = FOLLOWED_S,
    ) -> None:
        self._most = most
        self._followed_documents = followed_documents
        self._followed_s = followed_s
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session: Session, workspace: str) -> Snapshot:
        """The workspace as `session` finds it."""
        with self._lock:
            kept = self._kept.get(workspace)
        now = changes.latest(session)
        if kept is None or kept.seq != now:
            kept = self._followed(session, workspace, kept, now) if kept else None
            kept = kept or read_snapshot(session, workspace, now)
        with self._lock:
            self._kept[workspace] = kept
            self._kept.move_to_end(workspace)
            size = sum(len(each.listed) for each in self._kept.values())
            while size > self._most and len(self._kept) > 1:
                size -= len(self._kept.popitem(last=False)[1].listed)
        return kept

    def _followed(self, session: Session, workspace: str, kept: Snapshot, now: int) -> Snapshot | None:
        """`kept` with what the log says has changed; None when reading all is the better way."""
        if kept.seq > now or time.monotonic() - kept.at > self._followed_s:
            return None
        mine = (log.c.workspace == workspace, log.c.kind == "document", log.c.seq > kept.seq)
        query = select(log.c.subject).where(*mine).distinct().limit(self._followed_documents + 1)
        changed = session.scalars(query).all()
        if not changed:
            return replace(kept, seq=now)
        if len(changed) > self._followed_documents:
            return None
        rows = session.execute(_query(workspace).where(documents.c.id.in_(changed))).mappings().all()
        return Snapshot(now, kept.at, _merged(kept.listed, set(changed), _listed(rows)))


def snapshot_of(session: Session, workspace: str) -> Snapshot:
    """The workspace now: out of what the session's catalog keeps, else read. A session that writes sees what is not committed, and
    must neither give nor take."""
    kept: Snapshots | None = session.info.get(INFO_KEY)
    return kept.of(session, workspace) if kept else read_snapshot(session, workspace, 0)


def read_snapshot(session: Session, workspace: str, seq: int) -> Snapshot:
    """All of the workspace, read. What changes between the look at the log and this is read again by the next."""
    rows = session.execute(_query(workspace).order_by(documents.c.created_at, documents.c.id)).mappings().all()
    return Snapshot(seq, time.monotonic(), _listed(rows))


def _merged(listed: dict[str, Listed], changed: set[str], fresh: dict[str, Listed]) -> dict[str, Listed]:
    """`listed` with those that have `changed` as they are in `fresh`, without those that are not there any more."""
    there = {each: fresh.get(each, old) for each, old in listed.items() if each not in changed or each in fresh}
    if fresh.keys() <= there.keys():
        return there
    return {each.id: each for each in sorted((there | fresh).values(), key=lambda each: (each.created_at, each.id))}


def _query(workspace: str) -> Select[Any]:
    return (
        select(
            *(
                documents.c[name]
                for name in ("id", "status", "filename", "collection", "created_at", "live_version_id")
            ),
            *(versions.c[name] for name in FACTS),
            func.coalesce(documents.c.title, versions.c.title, documents.c.filename).label("title"),
        )
        .outerjoin(versions, versions.c.id == documents.c.live_version_id)
        .where(documents.c.workspace == workspace, documents.c.status != "deleting")
    )


def _listed(rows: Sequence[RowMapping]) -> dict[str, Listed]:
    return {each.id: each for each in _each(rows)}


def _each(rows: Iterable[RowMapping]) -> Iterable[Listed]:
    for row in rows:
        readable = _readable(row) if row["live_version_id"] else None
        yield Listed(row["id"], row["status"], row["filename"], row["collection"], row["created_at"], readable)


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
