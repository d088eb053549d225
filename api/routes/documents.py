"""`/v1/documents` (floor 5): upload, list, look up, look at, change, replace, delete, read again, follow."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile

from api.deps import PageDep, ServicesDep, WorkspaceDep
from api.idempotency import once
from api.schemas.checked import checked
from api.schemas.documents import Changes, Lookup, Reprocess, document_json, upload_json, version_json
from api.sse import Event, event_stream
from api.uploads import Intake, Received, Rejected, accept, discard, queue_newest, receive
from api.uploads import replace as take_version
from api.watching import watch_document
from api.wiring import Services
from proviso.errors import Conflict, InvalidRequest
from proviso.types.documents import DocumentStatus
from records.catalog import documents

router = APIRouter(prefix="/v1/documents", tags=["documents"])


@router.post("", status_code=202)
async def upload(
    request: Request,
    services: ServicesDep,
    workspace: WorkspaceDep,
    files: Annotated[list[UploadFile], File()],
    collection: Annotated[str, Form(min_length=1, max_length=200)] = "default",
    metadata: Annotated[str | None, Form()] = None,
    password: Annotated[str | None, Form()] = None,
) -> Response:
    """Take files in. 202 means durably stored; each file is accepted or rejected on its own."""
    if len(files) > services.settings.max_files_per_upload:
        raise InvalidRequest(f"At most {services.settings.max_files_per_upload} files in one upload.")
    checked({"collection": collection, "password": password})
    intake = Intake(workspace, collection, _metadata(metadata), password)
    received = await receive(services, files)
    hashes = [item.sha256 if isinstance(item, Received) else item.error.code for item in received]
    fields = {"files": hashes, "collection": collection, "metadata": intake.metadata, "password": bool(password)}
    try:
        return await once(request, services, workspace, fields, lambda: _take_in(services, intake, received))
    finally:
        discard(received)


async def _take_in(
    services: Services, intake: Intake, received: list[Received | Rejected]
) -> tuple[int, dict[str, Any]]:
    rejected = [item for item in received if isinstance(item, Rejected)]
    items = []
    for item in received:
        if isinstance(item, Received):
            try:
                record, duplicate = await accept(services, intake, item)
            except Conflict as error:
                rejected.append(Rejected(item.filename, error))
            else:
                items.append(upload_json(record, item.sha256, duplicate))
    if rejected and not items:
        first = rejected[0].error
        names = ", ".join(f"{each.filename}: {each.error.detail}" for each in rejected)
        raise type(first)(first.detail if len(rejected) == 1 else f"No file was accepted. {names}")
    refused = [{"filename": r.filename, "code": r.error.code, "detail": r.error.detail} for r in rejected]
    return 202, {"items": items, "rejected": refused}


@router.get("")
async def listing(
    services: ServicesDep,
    workspace: WorkspaceDep,
    page: PageDep,
    collection: str | None = None,
    status: DocumentStatus | None = None,
    q: Annotated[str | None, Query(max_length=500)] = None,
) -> dict[str, Any]:
    items, cursor = await services.catalog.read(
        lambda session: documents.listing(
            session, workspace, collection=collection, status=status, q=q, limit=page.limit, cursor=page.cursor
        )
    )
    return {"items": [document_json(item) for item in items], "next_cursor": cursor}


@router.get("/{document_id}")
async def show(document_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    return document_json(await services.catalog.read(documents.get, workspace, document_id))


@router.post("/lookup")
async def lookup(body: Lookup, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """The documents of a collection that have these bytes, live, on their way (`pending.sha256`) or failed: no bytes are sent."""
    items = await services.catalog.read(documents.known, workspace, body.collection, body.sha256)
    return {"items": [document_json(item) for item in items], "next_cursor": None}


@router.put("/{document_id}", status_code=202)
async def replace(
    document_id: str,
    request: Request,
    services: ServicesDep,
    workspace: WorkspaceDep,
    file: Annotated[list[UploadFile], File()],
    password: Annotated[str | None, Form()] = None,
) -> Response:
    """Give a document other bytes: one part `file`. 202: durably stored as its next version; the old one answers until the new one is
    ready. 200: these are the bytes of the live version, nothing is redone. 409: a version is on its way, or another document has these
    bytes."""
    checked({"password": password})
    if len(file) != 1:
        raise InvalidRequest(f"A document is replaced by one file, and {len(file)} were sent.")
    received = await receive(services, file)
    (item,) = received
    fields = {"file": item.sha256 if isinstance(item, Received) else item.error.code, "password": bool(password)}

    async def make() -> tuple[int, dict[str, Any]]:
        if isinstance(item, Rejected):
            raise item.error
        record, fresh = await take_version(services, Intake(workspace, "", {}, password), document_id, item)
        return 202 if fresh else 200, document_json(record)

    try:
        return await once(request, services, workspace, fields, make)
    finally:
        discard(received)


@router.patch("/{document_id}")
async def change(document_id: str, body: Changes, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Title, metadata, collection: what is named is changed."""
    edited = await services.catalog.write(documents.edit, workspace, document_id, body.edit())
    if edited.status == "ready" and body.edit().retitled:  # a question may name it so from now on
        await services.naming.tell(await services.catalog.read(documents.version, edited.version_id))
    return document_json(edited)


@router.get("/{document_id}/versions")
async def versions(document_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Every version that is kept, newest first: each can be read with `?version=`."""
    found = await services.catalog.read(documents.kept_versions, workspace, document_id)
    return {"items": [version_json(version) for version in reversed(found)], "next_cursor": None}


@router.delete("/{document_id}", status_code=204)
async def delete(document_id: str, services: ServicesDep, workspace: WorkspaceDep) -> None:
    """204 when points, texts and files are gone; index unreachable → 503, and the document stays `deleting`."""
    await services.removal.delete(workspace, document_id)


@router.post("/{document_id}/reprocess", status_code=202)
async def reprocess(
    document_id: str, services: ServicesDep, workspace: WorkspaceDep, body: Reprocess | None = None
) -> dict[str, Any]:
    """Read a document again: a failed version once more, a live one as a new version of the same bytes, which takes its place when it is
    ready. 409 while a version is on its way."""
    record = await services.catalog.write(documents.requeue, workspace, document_id, body.password if body else None)
    await queue_newest(services, workspace, document_id)
    return document_json(record)


@router.get("/{document_id}/events")
async def events(document_id: str, services: ServicesDep, workspace: WorkspaceDep) -> Response:
    """SSE `status` until ready or failed, and no version is on its way."""
    await services.catalog.read(documents.get, workspace, document_id)

    async def statuses() -> AsyncIterator[Event]:
        async for record in watch_document(services, workspace, document_id):
            yield "status", document_json(record)

    return event_stream(statuses())


def _metadata(raw: str | None) -> dict[str, Any]:
    if raw is None or not raw.strip():
        return {}
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"metadata is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise InvalidRequest("metadata must be a JSON object.")
    checked(data, "/metadata")
    return data
