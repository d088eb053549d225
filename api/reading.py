"""Looking into a document (floor 5): the one place that turns a document id and a version number into kept text, structure and original."""

from __future__ import annotations

import asyncio
import tempfile
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from api.wiring import Services
from proviso.boxes import PageBoxes, boxes_of, decode
from proviso.errors import DocumentNotReady, NoPageImage, NotFound, PasswordRequired, SpanOutOfRange, WrongPassword
from proviso.types.documents import Page
from records.catalog import documents
from records.catalog.documents import KeptVersion
from records.texts import KeptText

READABLE = ("ready", "retired")


async def open_document(
    services: Services, workspace: str, document_id: str, number: int | None = None
) -> tuple[KeptVersion, KeptText]:
    """A version and its text; the live one unless `number` names another that is kept. NotFound for an unknown id or number,
    DocumentNotReady while it has no text."""
    version = await services.catalog.read(documents.kept_version, workspace, document_id, number)
    if version.status not in READABLE:
        reason = f": {version.error['detail']}" if version.error else ""
        raise DocumentNotReady(f"{version.filename} is {version.status}{reason}")
    return version, await services.texts.read(version.version_id)


def checked_span(kept: KeptText, start: int, end: int | None) -> tuple[int, int]:
    stop = len(kept.text) if end is None else end
    if not 0 <= start <= stop <= len(kept.text):
        raise SpanOutOfRange(f"[{start}, {stop}) is not inside the text of {len(kept.text)} characters.")
    return start, stop


def page_of(version: KeptVersion, kept: KeptText, number: int) -> Page:
    if not kept.structure.pages:
        raise NoPageImage(f"{version.filename} has no pages.")
    for page in kept.structure.pages:
        if page.number == number:
            return page
    raise NotFound(f"{version.filename} has pages 1 to {len(kept.structure.pages)}.")


async def span_boxes(services: Services, version: KeptVersion, kept: KeptText, start: int, end: int) -> list[PageBoxes]:
    """Where a span stands, page by page; empty for a document without pages."""
    touched = {page.number for page in kept.structure.pages if page.start < end and start < page.end}
    if not touched:
        return []
    data = await services.texts.boxes(version.version_id)
    # Hundreds of pages take longer than other requests should wait.
    return await asyncio.to_thread(
        lambda: [each for page in decode(data, touched) if (each := boxes_of(page, start, end))]
    )


async def page_image(services: Services, version: KeptVersion, number: int, scale: float) -> bytes:
    """A PNG of the page as displayed; scale 1 is 72 dpi. Drawn in a limited child."""
    data = await services.store.get(f"files/{version.sha256}")
    with tempfile.NamedTemporaryFile(dir=services.scratch, suffix=".pdf") as copy:
        copy.write(data)
        copy.flush()
        try:
            return await services.readers.render(Path(copy.name), number, scale, None)
        except (PasswordRequired, WrongPassword) as error:
            # The password went with the upload and is not kept.
            raise NoPageImage(
                f"{version.filename} is protected by a password; its pages cannot be drawn, its text can be read."
            ) from error


@dataclass(frozen=True)
class Places:
    """Which page and which section an offset of a text lies in."""

    kept: KeptText

    @cached_property
    def _page_starts(self) -> list[int]:
        return [page.start for page in self.kept.structure.pages]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [section.start for section in self.kept.structure.sections]

    def page(self, offset: int) -> int | None:
        """The page; that of the words before where an offset lies between two; None in a format without pages."""
        pages = self.kept.structure.pages
        return pages[max(0, bisect_right(self._page_starts, offset) - 1)].number if pages else None

    def section(self, offset: int) -> str:
        """The path of the innermost section; empty before the first."""
        sections = self.kept.structure.sections
        for at in range(bisect_right(self._section_starts, offset) - 1, -1, -1):
            if offset < sections[at].end:
                return sections[at].path
        return ""
