"""`/v1/collections` and the workspace's event stream (floor 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Response

from api.deps import ServicesDep, WorkspaceDep
from api.schemas.changes import change_json
from api.sse import Event, event_stream
from api.watching import watch_changes
from proviso.wire import to_data
from records.catalog import changes as changes_log
from records.catalog import documents

router = APIRouter(prefix="/v1", tags=["collections"])


@router.get("/collections")
async def listing(services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    items = await services.catalog.read(documents.collections, workspace)
    return {"items": [to_data(item) for item in items], "next_cursor": None}


@router.delete("/collections/{name:path}", status_code=204)
async def delete(name: str, services: ServicesDep, workspace: WorkspaceDep) -> None:
    """204 when nothing of any of its documents is left; index unreachable → 503, and those that are left stay `deleting`."""
    await services.removal.delete_collection(workspace, name)


@router.get("/events")
async def events(services: ServicesDep, workspace: WorkspaceDep, collection: str | None = None) -> Response:
    """Document and job changes of the workspace (or of one collection), one stream for many. That of a document says where it stands."""
    # Read before the response begins: whoever has seen its head misses nothing that happens afterwards.
    latest = await services.catalog.read(changes_log.latest)

    async def changes() -> AsyncIterator[Event]:
        async for change, standing in watch_changes(services, workspace, latest):
            if collection is None or change.collection == collection:
                yield change.kind, change_json(change, standing)

    return event_stream(changes())
