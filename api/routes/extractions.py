"""`/v1/templates`, `/v1/extractions` (floor 5): a durable job over documents × fields, its cells and its events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from analysis.extraction.templates import template, template_names
from api.deps import PageDep, ServicesDep, WorkspaceDep
from api.extracting import create_extraction
from api.idempotency import once
from api.results import render_results
from api.schemas.extracting import ExtractBody, extraction_json
from api.sse import Event, event_stream
from api.watching import watch_extraction
from proviso.errors import Conflict
from proviso.types.extractions import CellOutcome
from records.catalog import extractions

router = APIRouter(prefix="/v1", tags=["extractions"])
Format = Literal["json", "jsonl", "csv"]


@router.get("/templates")
async def templates(workspace: WorkspaceDep) -> dict[str, Any]:
    return {"items": [template(name) for name in template_names()], "next_cursor": None}


@router.get("/templates/{name}")
async def show_template(name: str, workspace: WorkspaceDep) -> dict[str, Any]:
    return template(name)


@router.post("/extractions", status_code=202)
async def create(request: Request, body: ExtractBody, services: ServicesDep, workspace: WorkspaceDep) -> Response:
    async def make() -> tuple[int, dict[str, Any]]:
        return await create_extraction(services, workspace, body)

    return await once(request, services, workspace, body.model_dump(mode="json", by_alias=True), make)


@router.get("/extractions")
async def listing(services: ServicesDep, workspace: WorkspaceDep, page: PageDep) -> dict[str, Any]:
    items, cursor = await services.catalog.read(extractions.listing, workspace, page.limit, page.cursor)
    return {"items": [extraction_json(item) for item in items], "next_cursor": cursor}


@router.get("/extractions/{extraction_id}")
async def show(extraction_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    return extraction_json(await services.catalog.read(extractions.get, workspace, extraction_id))


@router.get("/extractions/{extraction_id}/results", response_class=Response)
async def results(
    extraction_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    page: PageDep,
    format: Format = "json",
    shape: Literal["cells", "objects"] = "cells",
    layout: Literal["long", "wide"] = "long",
    document_id: str | None = None,
    outcome: Annotated[CellOutcome | None, Query()] = None,
) -> Response:
    """JSON is paged; JSONL and CSV are whole."""
    record = await services.catalog.read(extractions.get, workspace, extraction_id)
    whole = format != "json" or shape == "objects"
    limit, cursor = (None, None) if whole else (page.limit, page.cursor)
    cells, next_cursor = await services.catalog.read(
        lambda session: extractions.cells(
            session, record.id, document_id=document_id, outcome=outcome, limit=limit, cursor=cursor
        )
    )
    return render_results(cells, next_cursor, format, shape, layout)


@router.get("/extractions/{extraction_id}/events")
async def events(extraction_id: str, services: ServicesDep, workspace: WorkspaceDep) -> Response:
    """SSE `progress` {totals} until the job is over, then `done`."""
    await services.catalog.read(extractions.get, workspace, extraction_id)

    async def progress() -> AsyncIterator[Event]:
        async for record in watch_extraction(services, workspace, extraction_id):
            yield ("done" if record.finished_at else "progress"), extraction_json(record)

    return event_stream(progress())


@router.post("/extractions/{extraction_id}/cancel")
async def cancel(extraction_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Stops between model calls; what is done stays."""
    await services.catalog.write(extractions.cancel, workspace, extraction_id)
    return await show(extraction_id, services, workspace)


@router.post("/extractions/{extraction_id}/retry", status_code=202)
async def retry(extraction_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Runs the failed cells again; the others stay."""
    record = await services.catalog.read(extractions.get, workspace, extraction_id)
    if record.finished_at is None:
        raise Conflict("The job still runs; retry when it is over.")
    await services.catalog.write(extractions.retry, workspace, extraction_id)
    await services.background.queue_units(extraction_id)
    return await show(extraction_id, services, workspace)


@router.delete("/extractions/{extraction_id}", status_code=204)
async def delete(extraction_id: str, services: ServicesDep, workspace: WorkspaceDep) -> None:
    await services.catalog.write(extractions.delete, workspace, extraction_id)
    await services.removal.release()
