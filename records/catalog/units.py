"""The units of extractions (floor 2): one document each, run by one job per attempt; their cells are the record of it.

A unit is pending → running → done, or failed when one of its cells is. What a job of an older attempt, or of a
cancelled extraction, still brings is ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from proviso.types.answers import Usage
from proviso.types.extractions import Cell, ExtractionStatus
from proviso.wire import to_data
from records.catalog import changes
from records.catalog.blanking import without_gone
from records.catalog.rows import UnitRecord
from records.catalog.tables import cells, documents, extractions, units

OPEN = ("pending", "running")
RUNNING = ("queued", "running")


def units_of(session: Session, extraction_id: str) -> list[UnitRecord]:
    """Every unit of an extraction, in the order of its documents."""
    query = _query().where(units.c.extraction_id == extraction_id).order_by(units.c.position)
    return [UnitRecord(**row) for row in session.execute(query).mappings()]


def unsettled(session: Session, extraction_id: str | None = None, document_id: str | None = None) -> list[UnitRecord]:
    """Units that still have to run, of one extraction or of all of them in all workspaces, of one document or of all,
    oldest extraction first."""
    query = (
        _query()
        .join(extractions, extractions.c.id == units.c.extraction_id)
        .where(units.c.status.in_(OPEN), extractions.c.status.in_(RUNNING))
        .order_by(extractions.c.created_at, extractions.c.id, units.c.position)
    )
    if extraction_id is not None:
        query = query.where(units.c.extraction_id == extraction_id)
    if document_id is not None:
        query = query.where(units.c.document_id == document_id)
    return [UnitRecord(**row) for row in session.execute(query).mappings()]


def start_unit(session: Session, extraction_id: str, document_id: str, attempt: int) -> bool:
    """A job begins with a unit. False: it need not (cancelled, deleted, or of an older attempt, or already done)."""
    row = _unit(session, extraction_id, document_id, attempt)
    if row is None or row["status"] not in OPEN:
        return False
    _update_unit(session, extraction_id, document_id, status="running")
    if row["extraction_status"] == "queued" or row["waiting_for"] == "documents":
        waiting = row["waiting_for"] if row["waiting_for"] != "documents" else None
        update_extraction(session, extraction_id, status="running", waiting_for=waiting)
        changes.append(session, row["workspace"], "extraction", extraction_id)
    return True


def record_unit(
    session: Session, extraction_id: str, document_id: str, attempt: int, found: Sequence[Cell], usage: Usage | None
) -> bool:
    """Replace the cells of a document by `found` and settle its unit; True when that ended the extraction. Recording
    the same attempt again changes nothing. Of a document that is gone the cells are kept without its words."""
    row = _unit(session, extraction_id, document_id, attempt)
    if row is None or row["status"] == "cancelled":
        return False
    kept = without_gone(session, to_data(list(found)))
    mine = (cells.c.extraction_id == extraction_id, cells.c.document_id == document_id)
    session.execute(delete(cells).where(*mine))
    if kept:
        session.execute(insert(cells), [_cell_row(extraction_id, place, cell) for place, cell in enumerate(kept)])
    spent = row["usage"] | ({str(attempt): to_data(usage)} if usage else {})
    status = "failed" if any(cell.outcome == "failed" for cell in found) else "done"
    _update_unit(session, extraction_id, document_id, status=status, usage=spent)
    finished = _settle(session, extraction_id)
    changes.append(session, row["workspace"], "extraction", extraction_id)
    return finished


def held_up_by_documents(session: Session, extraction_ids: Sequence[str]) -> set[str]:
    """Those of the extractions of which no unit can run before another document is ready or failed."""
    query = (
        select(units.c.extraction_id)
        .outerjoin(documents, documents.c.id == units.c.document_id)
        .where(units.c.extraction_id.in_(extraction_ids), units.c.status.in_(OPEN))
        .group_by(units.c.extraction_id)
        .having(func.sum(case((_settled(), 1), else_=0)) == 0)
    )
    return set(session.execute(query).scalars())


def reopen(session: Session, extraction_id: str) -> list[tuple[str, int]]:
    """Units with failed cells, and those that a cancellation kept from running, become pending with their next
    attempt."""
    again = (units.c.extraction_id == extraction_id, units.c.status.in_(("failed", "cancelled")))
    session.execute(update(units).where(*again).values(status="pending", attempt=units.c.attempt + 1))
    query = select(units.c.document_id, units.c.attempt).order_by(units.c.position)
    pending = (units.c.extraction_id == extraction_id, units.c.status == "pending")
    return [(document_id, attempt) for document_id, attempt in session.execute(query.where(*pending))]


def close(session: Session, extraction_id: str) -> None:
    """Units that have not ended are cancelled."""
    mine = (units.c.extraction_id == extraction_id, units.c.status.in_(OPEN))
    session.execute(update(units).where(*mine).values(status="cancelled"))


def update_extraction(session: Session, extraction_id: str, **values: Any) -> None:
    values["updated_at"] = datetime.now(UTC)
    session.execute(update(extractions).where(extractions.c.id == extraction_id).values(**values))


def _settle(session: Session, extraction_id: str) -> bool:
    """The last unit to end ends the extraction."""
    # Two workers that record the last two units at once must not both see the other's as open: the row is their lock.
    session.execute(select(extractions.c.id).where(extractions.c.id == extraction_id).with_for_update())
    mine = units.c.extraction_id == extraction_id
    left = session.execute(select(func.count()).where(mine, units.c.status.in_(OPEN))).scalar_one()
    if left:
        update_extraction(session, extraction_id)
        return False
    failed = session.execute(select(exists().where(mine, units.c.status == "failed"))).scalar_one()
    status: ExtractionStatus = "completed_with_failures" if failed else "completed"
    update_extraction(session, extraction_id, status=status, waiting_for=None, finished_at=datetime.now(UTC))
    return True


def _query() -> Any:
    names = ("extraction_id", "document_id", "status", "attempt")
    return select(*(units.c[name] for name in names), _settled().label("settled_document")).outerjoin(
        documents, documents.c.id == units.c.document_id
    )


def _settled() -> Any:
    """The document of a unit is ready, failed or gone; SQL over units joined to documents."""
    ended = documents.c.status.in_(("failed", "deleting"))
    return or_(documents.c.id.is_(None), documents.c.live_version_id.is_not(None), ended)


def _unit(session: Session, extraction_id: str, document_id: str, attempt: int) -> RowMapping | None:
    query = (
        select(
            units,
            *(extractions.c[name] for name in ("workspace", "waiting_for")),
            extractions.c.status.label("extraction_status"),
        )
        .join(extractions, extractions.c.id == units.c.extraction_id)
        .where(units.c.extraction_id == extraction_id, units.c.document_id == document_id, units.c.attempt == attempt)
        .with_for_update()
    )
    return session.execute(query).mappings().one_or_none()


def _update_unit(session: Session, extraction_id: str, document_id: str, **values: Any) -> None:
    mine = (units.c.extraction_id == extraction_id, units.c.document_id == document_id)
    session.execute(update(units).where(*mine).values(**values))


def _cell_row(extraction_id: str, position: int, cell: dict[str, Any]) -> dict[str, Any]:
    named = {name: cell[name] for name in ("document_id", "field", "outcome", "version")}
    return {"extraction_id": extraction_id, "position": position, **named, "cell": cell}
