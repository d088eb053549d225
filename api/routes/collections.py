"""`/v1/collections` and the workspace's event stream (floor 5)."""

from __future__ import annotations

import contextlib
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
from records.catalog.documents import DocumentRecord

router = APIRouter(prefix="/v1", tags=["collections"])
PAGE = 200


@router.get("/collections")
async def listing(services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    items = await services.catalog.read(documents.collections, workspace)
    return {"items": [to_data(item) for item in items], "next_cursor": None}


@router.delete("/collections/{name:path}", status_code=204)
async def delete(name: str, services: ServicesDep, workspace: WorkspaceDep) -> None:
    """Deletes every document of the collection, one after another; can be called again after a fault."""

    async def left() -> list[DocumentRecord]:
        items, _ = await services.catalog.read(
            lambda session: documents.listing(session, workspace, collection=name, limit=PAGE)
        )
        return items

    items = await left()
    if not items:
        raise NotFound(f"There is no collection {name!r}.")
    while items:
        for item in items:
            # Another request may have deleted it meanwhile.
            with contextlib.suppress(NotFound):
                await services.removal.delete(workspace, item.id)
        items = await left()


@router.get("/events")
async def events(services: ServicesDep, workspace: WorkspaceDep, collection: str | None = None) -> Response:
    """Document and job changes of the workspace (or of one collection), one stream for many."""
    # Read before the response begins: whoever has seen its head misses nothing that happens afterwards.
    latest = await services.catalog.read(changes_log.latest)

    async def changes() -> AsyncIterator[Event]:
        async for change in watch_changes(services, workspace, latest):
            if collection is None or change.collection == collection:
                yield change.kind, {"id": change.subject, "collection": change.collection, "at": to_data(change.at)}

    return event_stream(changes())
