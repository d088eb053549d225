"""`/v1/documents/{id}/…` (floor 5): text, outline, pages, boxes, the original, of any version that is kept."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from api.deps import ServicesDep, WorkspaceDep
from api.reading import checked_span, open_document, page_image, page_of, span_boxes
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
    found, kept = await open_document(services, workspace, document_id, version)
    start, stop = checked_span(kept, start, end)
    return {
        "version": found.number,
        "start": start,
        "end": stop,
        "length": len(kept.text),
        "text": kept.text[start:stop],
    }


@router.get("/outline")
async def outline(
    document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> list[dict[str, Any]]:
    """Sections with span, number, title, level, path, page."""
    _, kept = await open_document(services, workspace, document_id, version)
    return [to_data(section) for section in kept.structure.sections]


@router.get("/pages/{number}")
async def page(
    document_id: str, number: PageNumber, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> dict[str, Any]:
    """`label` is what the file calls the page ("iv"), when that is not its number."""
    opened, kept = await open_document(services, workspace, document_id, version)
    found = page_of(opened, kept, number)
    return {
        "page": number,
        "label": found.label,
        "source": found.source,
        "width": found.width,
        "height": found.height,
        "start": found.start,
        "end": found.end,
        "text": kept.text[found.start : found.end],
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
    found, kept = await open_document(services, workspace, document_id, version)
    page_of(found, kept, number)
    png = await page_image(services, found, number, scale)
    # A version never changes; without its number, the page is that of whichever is live.
    cached = "private, max-age=3600" if version is not None else "private, no-cache"
    return Response(png, media_type="image/png", headers={"Cache-Control": cached})


@router.get("/boxes")
async def boxes(
    document_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    start: Offset,
    end: Offset,
    version: Version = None,
) -> list[dict[str, Any]]:
    found, kept = await open_document(services, workspace, document_id, version)
    first, stop = checked_span(kept, start, end)
    return [to_data(page) for page in await span_boxes(services, found, kept, first, stop)]


@router.get("/file", response_class=Response)
async def file(document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None) -> Response:
    """The original, always as an attachment; also of a document that is not ready, or failed."""
    found = await services.catalog.read(documents.kept_version, workspace, document_id, version)
    data = await services.store.get(f"files/{found.sha256}")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(data, media_type=found.media_type or "application/octet-stream", headers=headers)
