"""`/v1/documents/{id}/…` (floor 5): text, outline, pages, boxes, the original."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from api.deps import ServicesDep, WorkspaceDep
from api.reading import checked_span, open_document, page_image, page_of, span_boxes
from proviso.errors import NotFound
from proviso.wire import to_data
from records.catalog import documents

router = APIRouter(prefix="/v1/documents/{document_id}", tags=["reading"])

Version = Annotated[int | None, Query(ge=1)]
Offset = Annotated[int, Query(ge=0)]
PageNumber = Annotated[int, Path(ge=1)]


@router.get("/text")
async def text(
    document_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    start: Offset = 0,
    end: Annotated[int | None, Query(ge=0)] = None,
    version: Version = None,
) -> dict[str, Any]:
    record, kept = await open_document(services, workspace, document_id, version)
    start, stop = checked_span(kept, start, end)
    return {
        "version": record.version,
        "start": start,
        "end": stop,
        "length": len(kept.text),
        "text": kept.text[start:stop],
    }


@router.get("/outline")
async def outline(
    document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> list[dict[str, Any]]:
    """Sections with span, number, title, page."""
    _, kept = await open_document(services, workspace, document_id, version)
    return [to_data(section) for section in kept.structure.sections]


@router.get("/pages/{number}")
async def page(
    document_id: str, number: PageNumber, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> dict[str, Any]:
    record, kept = await open_document(services, workspace, document_id, version)
    found = page_of(record, kept, number)
    words = kept.text[found.start : found.end]
    return {
        "page": number,
        "width": found.width,
        "height": found.height,
        "start": found.start,
        "end": found.end,
        "text": words,
    }


@router.get("/pages/{number}/image", response_class=Response)
async def image(
    document_id: str,
    number: PageNumber,
    services: ServicesDep,
    workspace: WorkspaceDep,
    scale: Annotated[float, Query(gt=0, le=4)] = 1.0,
    version: Version = None,
) -> Response:
    record, kept = await open_document(services, workspace, document_id, version)
    page_of(record, kept, number)
    png = await page_image(services, record, number, scale)
    return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/boxes")
async def boxes(
    document_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    start: Offset,
    end: Offset,
    version: Version = None,
) -> list[dict[str, Any]]:
    record, kept = await open_document(services, workspace, document_id, version)
    first, stop = checked_span(kept, start, end)
    return [to_data(found) for found in await span_boxes(services, record, kept, first, stop)]


@router.get("/file", response_class=Response)
async def file(document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None) -> Response:
    """The original, always as an attachment; also of a document that is not ready, or failed."""
    record = await services.catalog.read(documents.get, workspace, document_id)
    if version is not None and version != record.version:
        raise NotFound(f"Document {document_id} has no version {version}.")
    data = await services.store.get(f"files/{record.sha256}")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(record.filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(data, media_type=record.media_type or "application/octet-stream", headers=headers)
