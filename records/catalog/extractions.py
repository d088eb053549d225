"""Extractions in the catalog (floor 2): what was asked of which documents, how far it is, and every cell that came of
it.

Every function takes a session first and runs inside `Catalog.read` or `Catalog.write`. Units live in `units`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, tuple_
from sqlalchemy import delete as delete_from
from sqlalchemy.orm import Session

from proviso.errors import Conflict, NotFound
from proviso.ids import new_id
from proviso.types.extractions import Cell, Field, Totals
from proviso.wire import from_data, to_data
from records.catalog import changes
from records.catalog.cursors import checked_limit, newest_first, page, read_cursor, write_cursor
from records.catalog.rows import ExtractionOverview, ExtractionRecord, NewExtraction, UnitRecord, Waiting
from records.catalog.spending import spent
from records.catalog.tables import cells as cell_table
from records.catalog.tables import documents, units, versions
from records.catalog.tables import extractions as table
from records.catalog.units import (
    OPEN,
    close,
    held_up_by_documents,
    record_unit,
    reopen,
    start_unit,
    units_of,
    unsettled,
    update_extraction,
)

__all__ = [
    "ExtractionOverview",
    "ExtractionRecord",
    "NewExtraction",
    "UnitRecord",
    "cancel",
    "cells",
    "count_by_status",
    "create",
    "delete",
    "get",
    "listing",
    "of_unit",
    "record_unit",
    "retry",
    "start_unit",
    "title_of",
    "totals",
    "units_of",
    "unsettled",
    "waiting",
]

OUTCOMES = ("found", "found_unverified", "absent", "conflicting", "failed", "candidates")


def create(session: Session, new: NewExtraction) -> ExtractionOverview:
    """Record an extraction with one pending unit for each document."""
    extraction_id, now = new_id("ext"), datetime.now(UTC)
    names = ("workspace", "name", "schema", "template", "instructions", "effort", "model", "max_tokens", "max_cost")
    asked = {name: getattr(new, name) for name in names} | {"fields": to_data(list(new.fields))}
    empty = not new.document_ids
    state = {"status": "completed" if empty else "queued", "finished_at": now if empty else None}
    session.execute(insert(table).values(id=extraction_id, created_at=now, updated_at=now, **asked, **state))
    rows = [
        {
            "extraction_id": extraction_id,
            "document_id": document_id,
            "position": position,
            "status": "pending",
            "attempt": 1,
            "usage": {},
        }
        for position, document_id in enumerate(dict.fromkeys(new.document_ids))
    ]
    if rows:
        session.execute(insert(units), rows)
    changes.append(session, new.workspace, "extraction", extraction_id)
    return get(session, new.workspace, extraction_id)


def get(session: Session, workspace: str, extraction_id: str) -> ExtractionOverview:
    """One extraction. Raises NotFound, also when it belongs to another workspace."""
    query = select(table).where(table.c.workspace == workspace, table.c.id == extraction_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no extraction {extraction_id}.")
    return _records(session, [row])[0]


def of_unit(session: Session, extraction_id: str) -> ExtractionRecord:
    """The extraction a job works for, in whatever workspace it is; its units are added up, not read. Raises
    NotFound."""
    query = select(table).where(table.c.id == extraction_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no extraction {extraction_id}.")
    return ExtractionRecord(**_asked(row), usage=spent(session, [extraction_id])[extraction_id])


def title_of(session: Session, document_id: str) -> str:
    """What a cell calls its document, also when it has failed; its id when it is gone."""
    title = func.coalesce(documents.c.title, versions.c.title, documents.c.filename)
    query = (
        select(title)
        .outerjoin(versions, versions.c.id == documents.c.live_version_id)
        .where(documents.c.id == document_id)
    )
    return session.execute(query).scalar_one_or_none() or document_id


def listing(
    session: Session, workspace: str, limit: int = 50, cursor: str | None = None
) -> tuple[list[ExtractionOverview], str | None]:
    """A page of extractions, newest first, and the cursor of the next."""
    query = newest_first(select(table).where(table.c.workspace == workspace), table, limit, cursor)
    rows = session.execute(query).mappings().all()
    kept, following = page(rows, limit, lambda row: (row["created_at"], row["id"]))
    return _records(session, kept), following


def count_by_status(session: Session) -> dict[str, int]:
    """How many extractions there are in each status, in all workspaces."""
    query = select(table.c.status, func.count()).group_by(table.c.status)
    return dict(session.execute(query).all())


def waiting(session: Session, extraction_id: str, what: Waiting | None) -> None:
    """Say what the extraction waits for, or that it waits no longer. That it waits for documents shows by itself."""
    row = session.execute(select(table).where(table.c.id == extraction_id)).mappings().one_or_none()
    if row is not None and row["waiting_for"] != what and row["status"] in {"queued", "running"}:
        update_extraction(session, extraction_id, waiting_for=what)
        changes.append(session, row["workspace"], "extraction", extraction_id)


def cancel(session: Session, workspace: str, extraction_id: str) -> ExtractionOverview:
    """Stop it: units that have not ended never will. Cancelling again is harmless; one that has ended is a Conflict."""
    record = get(session, workspace, extraction_id)
    if record.status == "cancelled":
        return record
    if record.status not in {"queued", "running"}:
        raise Conflict(f"Extraction {extraction_id} has already ended ({record.status}).")
    close(session, extraction_id)
    update_extraction(session, extraction_id, status="cancelled", waiting_for=None, finished_at=datetime.now(UTC))
    changes.append(session, workspace, "extraction", extraction_id)
    return get(session, workspace, extraction_id)


def retry(session: Session, workspace: str, extraction_id: str) -> list[tuple[str, int]]:
    """Run again the units that have failed cells or were cancelled: (document id, attempt) of each; [] when there is
    none. Cells stay until their unit is recorded anew. Conflict while the extraction runs."""
    record = get(session, workspace, extraction_id)
    if record.status in {"queued", "running"}:
        raise Conflict(f"Extraction {extraction_id} is {record.status}; wait until it has ended, or cancel it.")
    again = reopen(session, extraction_id)
    if again:
        update_extraction(session, extraction_id, status="queued", waiting_for=None, finished_at=None)
        changes.append(session, workspace, "extraction", extraction_id)
    return again


def delete(session: Session, workspace: str, extraction_id: str) -> None:
    """Forget it with its units and cells. Raises NotFound."""
    get(session, workspace, extraction_id)
    for part in (cell_table, units):
        session.execute(delete_from(part).where(part.c.extraction_id == extraction_id))
    session.execute(delete_from(table).where(table.c.id == extraction_id))
    changes.append(session, workspace, "extraction", extraction_id)


def cells(
    session: Session,
    extraction_id: str,
    *,
    document_id: str | None = None,
    outcome: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> tuple[list[Cell], str | None]:
    """Cells in the order of documents and fields, all of them or a page; `stale` where a newer version is live."""
    order = (units.c.position, cell_table.c.position)
    query = (
        select(cell_table.c.cell, *order, versions.c.number)
        .join(
            units,
            (units.c.extraction_id == cell_table.c.extraction_id) & (units.c.document_id == cell_table.c.document_id),
        )
        .outerjoin(documents, documents.c.id == cell_table.c.document_id)
        .outerjoin(versions, versions.c.id == documents.c.live_version_id)
        .where(cell_table.c.extraction_id == extraction_id)
        .order_by(*order)
    )
    if document_id is not None:
        query = query.where(cell_table.c.document_id == document_id)
    if outcome is not None:
        query = query.where(cell_table.c.outcome == outcome)
    if cursor is not None:
        query = query.where(tuple_(*order) > tuple_(*read_cursor(cursor, (int, int))))
    if limit is not None:
        query = query.limit(checked_limit(limit) + 1)
    rows = session.execute(query).all()
    more = limit is not None and len(rows) > limit
    kept = rows[:limit] if more else rows
    following = write_cursor([kept[-1][1], kept[-1][2]]) if more else None
    return [_cell(data, live) for data, _, _, live in kept], following


def totals(session: Session, extraction_id: str) -> Totals:
    """How far it is: documents done and cells by outcome. `cells` counts one for each field of a document still to
    come."""
    query = select(table.c.id, table.c.fields).where(table.c.id == extraction_id)
    rows = session.execute(query).mappings().all()
    if not rows:
        raise NotFound(f"There is no extraction {extraction_id}.")
    return _totals(session, rows)[extraction_id]


def _totals(session: Session, rows: Sequence[RowMapping]) -> dict[str, Totals]:
    ids = [row["id"] for row in rows]
    mine = units.c.extraction_id.in_(ids)
    unit_counts = select(units.c.extraction_id, units.c.status, func.count()).where(mine)
    found = _table(session.execute(unit_counts.group_by(units.c.extraction_id, units.c.status)).all())
    here = cell_table.c.extraction_id.in_(ids)
    cell_counts = select(cell_table.c.extraction_id, cell_table.c.outcome, func.count()).where(here)
    outcomes = _table(session.execute(cell_counts.group_by(cell_table.c.extraction_id, cell_table.c.outcome)).all())
    filled = select(cell_table.c.extraction_id, cell_table.c.document_id).where(here).distinct().subquery()
    documents_filled: dict[str, int] = dict(
        session.execute(select(filled.c.extraction_id, func.count()).group_by(filled.c.extraction_id)).all()
    )
    made = {}
    for row in rows:
        states, counts = found.get(row["id"], {}), outcomes.get(row["id"], {})
        in_all = sum(states.values())
        coming = max(0, in_all - documents_filled.get(row["id"], 0)) * len(row["fields"])
        made[row["id"]] = Totals(
            documents=in_all,
            documents_done=in_all - sum(states.get(state, 0) for state in (*OPEN, "cancelled")),
            cells=sum(counts.values()) + coming,
            **{outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        )
    return made


def _table(rows: Sequence[Any]) -> dict[str, dict[str, int]]:
    made: dict[str, dict[str, int]] = {}
    for key, column, count in rows:
        made.setdefault(key, {})[column] = count
    return made


def _records(session: Session, rows: Sequence[RowMapping]) -> list[ExtractionOverview]:
    ids = [row["id"] for row in rows]
    counted, used, held_up = _totals(session, rows), spent(session, ids), held_up_by_documents(session, ids)
    members: dict[str, list[str]] = {extraction_id: [] for extraction_id in ids}
    query = select(units.c.extraction_id, units.c.document_id).order_by(units.c.position)
    for extraction_id, document_id in session.execute(query.where(units.c.extraction_id.in_(ids))):
        members[extraction_id].append(document_id)
    return [
        ExtractionOverview(
            **_asked(row),
            usage=used[row["id"]],
            waiting_for=row["waiting_for"] or ("documents" if row["id"] in held_up else None),
            totals=counted[row["id"]],
            webhook=None,
            document_ids=tuple(members[row["id"]]),
        )
        for row in rows
    ]


def _asked(row: RowMapping) -> dict[str, Any]:
    """What the row of an extraction says by itself."""
    plain = {name: value for name, value in row.items() if name not in {"fields", "waiting_for"}}
    return plain | {"fields": from_data(tuple[Field, ...], row["fields"])}


def _cell(data: dict[str, Any], live: int | None) -> Cell:
    cell = from_data(Cell, data)
    stale = cell.version is not None and live is not None and live != cell.version
    return replace(cell, stale=stale)
