"""Tokens spent (floor 2): one row for each model call, whatever became of it, summed by day and model when asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from proviso.types.answers import CallUsage
from records.catalog.rows import DailyUsage
from records.catalog.tables import model_calls

__all__ = ["DailyUsage", "daily", "record"]


def record(session: Session, workspace: str, model: str, calls: Sequence[CallUsage]) -> None:
    """Keep what each call used."""
    now = datetime.now(UTC)
    rows = [
        {
            "workspace": workspace,
            "at": now,
            "day": now.date().isoformat(),
            "model": model,
            "purpose": call.purpose,
            "prompt": call.prompt,
            "reasoning": call.reasoning,
            "answer": call.answer,
            "cost": call.cost,
            "source": call.source,
        }
        for call in calls
    ]
    if rows:
        session.execute(insert(model_calls), rows)


def daily(session: Session, workspace: str, first: date | None = None, last: date | None = None) -> list[DailyUsage]:
    """Use by day (UTC) and model, oldest first, from `first` to `last` inclusive."""
    counted = ("prompt", "reasoning", "answer")
    query = (
        select(
            model_calls.c.day,
            model_calls.c.model,
            *(func.sum(model_calls.c[name]).label(name) for name in counted),
            func.count().label("calls"),
            func.sum(model_calls.c.cost).label("cost"),
            func.min(model_calls.c.source).label("source"),  # "counted" comes before "server"
        )
        .where(model_calls.c.workspace == workspace)
        .group_by(model_calls.c.day, model_calls.c.model)
        .order_by(model_calls.c.day, model_calls.c.model)
    )
    if first is not None:
        query = query.where(model_calls.c.day >= first.isoformat())
    if last is not None:
        query = query.where(model_calls.c.day <= last.isoformat())
    return [
        DailyUsage(
            day=row["day"],
            model=row["model"],
            prompt=int(row["prompt"]),
            reasoning=int(row["reasoning"]),
            answer=int(row["answer"]),
            calls=row["calls"],
            cost=row["cost"],
            reasoning_source=row["source"],
        )
        for row in session.execute(query).mappings()
    ]
