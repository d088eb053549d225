"""Looking into a document (floor 5): the one place that turns a document id into its kept text, structure and original."""

from __future__ import annotations

import tempfile
from pathlib import Path

from api.wiring import Services
from proviso.boxes import PageBoxes, boxes_of, decode
from proviso.errors import DocumentNotReady, NoPageImage, NotFound, PasswordRequired, SpanOutOfRange, WrongPassword
from proviso.types.documents import Page
from records.catalog import documents
from records.catalog.documents import DocumentRecord
from records.texts import KeptText


async def open_document(
    services: Services, workspace: str, document_id: str, version: int | None = None
) -> tuple[DocumentRecord, KeptText]:
    """The record and kept text. NotFound for an unknown id or version, DocumentNotReady while there is no text."""
    record = await services.catalog.read(documents.get, workspace, document_id)
    if version is not None and version != record.version:
        raise NotFound(f"Document {document_id} has no version {version}.")
    if record.status != "ready":
        reason = f": {record.error['detail']}" if record.error else ""
        raise DocumentNotReady(f"{record.filename} is {record.status}{reason}")
    return record, await services.texts.read(record.version_id)


def checked_span(kept: KeptText, start: int, end: int | None) -> tuple[int, int]:
    stop = len(kept.text) if end is None else end
    if not 0 <= start <= stop <= len(kept.text):
        raise SpanOutOfRange(f"[{start}, {stop}) is not inside the text of {len(kept.text)} characters.")
    return start, stop


def page_of(record: DocumentRecord, kept: KeptText, number: int) -> Page:
    if not kept.structure.pages:
        raise NoPageImage(f"{record.filename} has no pages.")
    for page in kept.structure.pages:
        if page.number == number:
            return page
    raise NotFound(f"{record.filename} has pages 1 to {len(kept.structure.pages)}.")


async def span_boxes(
    services: Services, record: DocumentRecord, kept: KeptText, start: int, end: int
) -> list[PageBoxes]:
    """Where a span stands, page by page; empty for a document without pages."""
    touched = {page.number for page in kept.structure.pages if page.start < end and start < page.end}
    if not touched:
        return []
    words = decode(await services.texts.boxes(record.version_id), touched)
    return [found for page in words if (found := boxes_of(page, start, end))]


async def page_image(services: Services, record: DocumentRecord, number: int, scale: float) -> bytes:
    """A PNG of the page as displayed; scale 1 is 72 dpi. Drawn in a limited child."""
    data = await services.store.get(f"files/{record.sha256}")
    with tempfile.NamedTemporaryFile(prefix="proviso-", suffix=".pdf") as copy:
        copy.write(data)
        copy.flush()
        try:
            return await services.parsers.render(Path(copy.name), number, scale, None)
        except (PasswordRequired, WrongPassword) as error:
            # The password went with the upload and is not kept.
            raise NoPageImage(
                f"{record.filename} is protected by a password; its pages cannot be drawn, its text can be read."
            ) from error
