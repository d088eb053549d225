"""A change as the workspace's event stream tells it (floor 5)."""

from __future__ import annotations

from typing import Any

from proviso.wire import to_data
from records.catalog.documents import Standing
from records.catalog.rows import ChangeRecord


def change_json(change: ChangeRecord, standing: Standing | None) -> dict[str, Any]:
    """Of a document also its status, and stage and progress of its newest version; `deleted` when it is gone."""
    data = {"id": change.subject, "collection": change.collection, "at": to_data(change.at)}
    if change.kind != "document":
        return data
    if standing is None:
        return data | {"status": "deleted", "stage": None, "progress": 0.0, "pending": False}
    state = {"status": standing.status, "stage": standing.stage, "progress": standing.progress}
    return data | state | {"pending": standing.pending}
