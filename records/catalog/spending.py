"""What extractions have used (floor 2), added up in the database: a job asks before each call, whatever their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, RowMapping, case, column, func, select
from sqlalchemy.orm import Session

from proviso.types.answers import Usage
from records.catalog.tables import units

COUNTED = ("prompt", "reasoning", "answer", "calls")


def spent(session: Session, extraction_ids: Sequence[str]) -> dict[str, Usage]:
    """The sum over all attempts of all units of each extraction; counted when any part of it was counted."""
    attempts = func.json_each(units.c.usage).table_valued(column("value", JSON), name="attempt", joins_implicitly=True)
    attempt: Any = attempts.c.value
    counted = case((attempt["reasoning_source"].as_string() == "counted", 1), else_=0)
    query = (
        select(
            units.c.extraction_id,
            *(func.sum(attempt[name].as_integer()).label(name) for name in COUNTED),
            func.sum(attempt["cost"].as_float()).label("cost"),
            func.max(counted).label("counted"),
        )
        .where(units.c.extraction_id.in_(extraction_ids))
        .group_by(units.c.extraction_id)
    )
    nothing = dict.fromkeys(extraction_ids, Usage(0, 0, "server", 0, 0))
    return nothing | {row["extraction_id"]: _usage(row) for row in session.execute(query).mappings()}


def _usage(row: RowMapping) -> Usage:
    sums = {name: int(row[name]) for name in COUNTED}
    return Usage(**sums, reasoning_source="counted" if row["counted"] else "server", cost=row["cost"])
