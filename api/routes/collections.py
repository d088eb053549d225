"""`/v1/collections` and the workspace's event stream (floor 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Response

from api.deps import ServicesDep, WorkspaceDep
from api.sse import Event, event_stream
from api.watching import watch_changes
from proviso.errors import NotFound
from proviso.wire import to_data
from records.catalog import changes as changes_log
from records.catalog import documents

router = APIRouter(prefix="/v1", tags=["collections"])
PAGE = 200


@router.get("/collections")
async def listing(services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    items = await services.catalog.read(documents.collections, workspace)
    return {"items": [to_data(item) for item in items], "next_cursor": None}


@router.delete("/collections/{name}", status_code=204)
async def delete(name: str, services: ServicesDep, workspace: WorkspaceDep) -> None:
    """Deletes every document of the collection, one after another; can be called again after a fault."""
    known = await services.catalog.read(documents.collections, workspace)
    if name not in {item.name for item in known}:
        raise NotFound(f"There is no collection {name!r}.")
    while True:
        items, _ = await services.catalog.read(
            lambda session: documents.listing(
                session, workspace, collection=name, status=None, q=None, limit=PAGE, cursor=None
            )
        )
        if not items:
            return
        for item in items:
            await services.removal.delete(workspace, item.id)


@router.get("/events")
async def events(services: ServicesDep, workspace: WorkspaceDep, collection: str | None = None) -> Response:
    """Document and job changes of the workspace (or of one collection), one stream for many."""
    # Read before the response begins: whoever has seen its head misses nothing that happens afterwards.
    latest = await services.catalog.read(changes_log.latest)

    async def changes() -> AsyncIterator[Event]:
        async for change in watch_changes(services, workspace, latest):
            if collection is None or change.collection == collection:
                yield change.kind, to_data(change)

    return event_stream(changes())
