"""Pages without text, recognised (floor 4): which pages of a document go to OCR, and what becomes of them, page by page.

What was recognised is kept per page as soon as it is there, so that a service which was killed goes on with the pages that are missing.
A page that fails or takes too long stays unread and is named as such; the others are kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from ingest.awaiting import patiently, to_the_end, together
from ingest.parsing.kinds import PDF
from ingest.parsing.ocr_program import tesseract
from ingest.reading.pool import FileToRead, ReaderPool
from ingest.reading.results import ReadFacts
from proviso.errors import FileError
from proviso.types.documents import DocumentWarning
from records.texts import Texts

NEEDS_OCR = "needs_ocr"
OCR_LIMIT = "ocr_limit"
PAGES_PER_STEP = 16
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OcrSettings:
    """Whether pages are recognised where Tesseract is installed, in which languages, and how many of a document."""

    on: bool
    languages: str
    max_pages: int


class Recognition:
    """OCR of pages over the pool of readers."""

    def __init__(self, texts: Texts, pool: ReaderPool, settings: OcrSettings) -> None:
        self._texts = texts
        self._pool = pool
        self._settings = settings
        # No more pages wait at the pool than it has readers, so that another document's turn is at most a page away.
        self._turns = asyncio.Semaphore(pool.size)

    async def wanted(self, facts: ReadFacts) -> list[int]:
        """Pages that could be recognised: those without readable text, when there is something to read them with."""
        unread = unread_pages(facts)
        if not (unread and self._settings.on and facts.media_type == PDF):
            return []
        # Looked for only now, so that no start waits for it.
        return unread if await asyncio.to_thread(tesseract) else []

    def chosen(self, wanted: Sequence[int]) -> list[int]:
        """As many of them as a document may have."""
        return list(wanted[: self._settings.max_pages])

    async def recognise(
        self, version_id: str, file: FileToRead, pages: Sequence[int], on_page: Callable[[int], Awaitable[None]]
    ) -> None:
        """Recognise pages side by side and keep each; those that are there already are not read again. `on_page` hears how many are
        done."""
        there = await self._texts.recognised_pages(version_id)
        missing = [page for page in pages if page not in there]
        done = len(pages) - len(missing)

        async def one(page: int) -> None:
            nonlocal done
            async with self._turns:
                await self._one(version_id, file, page)
            done += 1
            await on_page(done)

        await together(one(page) for page in missing)

    def told(self, facts: ReadFacts, wanted: Sequence[int]) -> ReadFacts:
        """The facts with a warning for pages that were too many to be recognised."""
        over = tuple(wanted[self._settings.max_pages :])
        if not over:
            return facts
        words = (
            f"{len(over)} pages were not read by OCR: a document may have {self._settings.max_pages} such pages "
            "(PROVISO_OCR_MAX_PAGES)."
        )
        return replace(facts, warnings=(*facts.warnings, DocumentWarning(OCR_LIMIT, words, over)))

    async def _one(self, version_id: str, file: FileToRead, page: int) -> None:
        try:
            data = await self._pool.recognise(file, page, self._settings.languages)
        except FileError as error:
            log.warning("page %d of %s was not recognised: %s", page, file.filename, error.detail)
            return
        await to_the_end(patiently(lambda: self._texts.keep_recognised(version_id, page, data)))


def unread_pages(facts: ReadFacts) -> list[int]:
    """Pages of which parsing says that OCR is needed to read them."""
    found = {page for warning in facts.warnings if warning.code == NEEDS_OCR for page in warning.pages}
    return sorted(found)
