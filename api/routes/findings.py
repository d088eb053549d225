"""`/v1/documents/{id}/…` (floor 5): definitions, references, tables, marks, form fields, attachments of any version that is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Path, Query, Response

from api.deps import ServicesDep, WorkspaceDep
from api.reading import Places, open_document
from api.results import as_csv
from api.schemas.findings import definition_json, mark_json, reference_json, table_json, table_rows
from api.wiring import Services
from proviso.errors import NotFound
from proviso.types.documents import Details, MarkKind, ReferenceKind, Table
from proviso.wire import to_data, to_line

router = APIRouter(prefix="/v1/documents/{document_id}", tags=["findings"])

Version = Annotated[int | None, Query(ge=1)]


@router.get("/definitions")
async def definitions(
    document_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    term: Annotated[str | None, Query(max_length=500)] = None,
    version: Version = None,
) -> dict[str, Any]:
    """Defined terms in reading order; `term` narrows to one, in whatever case."""
    number, details, places = await _open(services, workspace, document_id, version)
    wanted = term.casefold() if term else None
    found = [item for item in details.definitions if wanted is None or item.term.casefold() == wanted]
    return _items(number, [definition_json(item, places) for item in found])


@router.get("/references")
async def references(
    document_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    kind: Annotated[ReferenceKind | None, Query()] = None,
    version: Version = None,
) -> dict[str, Any]:
    """Cross-references in reading order, each with the place it leads to."""
    number, details, places = await _open(services, workspace, document_id, version)
    found = [item for item in details.references if kind is None or item.kind == kind]
    return _items(number, [reference_json(item, places) for item in found])


@router.get("/tables")
async def tables(
    document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> dict[str, Any]:
    """Tables in reading order with their cells."""
    number, details, places = await _open(services, workspace, document_id, version)
    return _items(number, [table_json(table, n, places) for n, table in enumerate(details.tables, 1)])


@router.get("/tables/{table}", response_class=Response)
async def table(
    document_id: str,
    table: Annotated[int, Path(ge=1)],
    services: ServicesDep,
    workspace: WorkspaceDep,
    format: Literal["json", "csv"] = "json",
    version: Version = None,
) -> Response:
    """One table, counted from 1, as JSON or as CSV."""
    number, details, places = await _open(services, workspace, document_id, version)
    if table > len(details.tables):
        raise NotFound(f"Version {number} of document {document_id} has {len(details.tables)} tables.")
    found: Table = details.tables[table - 1]
    if format == "csv":
        return Response(as_csv([list(row) for row in table_rows(found, places)]), media_type="text/csv; charset=utf-8")
    return Response(to_line({"version": number} | table_json(found, table, places)), media_type="application/json")


@router.get("/marks")
async def marks(
    document_id: str,
    services: ServicesDep,
    workspace: WorkspaceDep,
    kind: Annotated[list[MarkKind] | None, Query()] = None,
    version: Version = None,
) -> dict[str, Any]:
    """Tracked changes, comments and annotations in reading order, with their authors."""
    number, details, places = await _open(services, workspace, document_id, version)
    wanted = set(kind or get_args(MarkKind))
    return _items(number, [mark_json(mark, places) for mark in details.marks if mark.kind in wanted])


@router.get("/form_fields")
async def form_fields(
    document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> dict[str, Any]:
    """The fields of a form with what is filled in."""
    number, details, _ = await _open(services, workspace, document_id, version)
    return _items(number, to_data(list(details.form_fields)))


@router.get("/attachments")
async def attachments(
    document_id: str, services: ServicesDep, workspace: WorkspaceDep, version: Version = None
) -> dict[str, Any]:
    """Files inside the file; they are reported, not read."""
    number, details, _ = await _open(services, workspace, document_id, version)
    return _items(number, to_data(list(details.attachments)))


async def _open(
    services: Services, workspace: str, document_id: str, version: int | None
) -> tuple[int, Details, Places]:
    found, kept = await open_document(services, workspace, document_id, version)
    return found.number, await services.texts.details(found.version_id), Places(kept)


def _items(number: int, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": number, "items": items, "next_cursor": None}
