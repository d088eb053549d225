"""Reads a file as a service would, pages without text recognised where Tesseract is installed (evals)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from evals.documents import media_type
from ingest.parsing.kinds import PDF
from ingest.parsing.ocr_program import tesseract
from ingest.reading.pool import FileToRead, ReaderPool
from proviso.errors import FileError
from proviso.types.documents import Parsed

LANGUAGES = "eng"


async def read_with_ocr(pool: ReaderPool, path: Path, *, ocr: bool, password: str | None = None) -> Parsed:
    """The file as it would be kept. Raises FileError."""
    file = FileToRead(path, media_type(path), path.name, password)
    parsed = (await pool.read(file)).parsed()
    unread = sorted({page for each in parsed.warnings if each.code == "needs_ocr" for page in each.pages})
    if not (ocr and unread and file.media_type == PDF and tesseract()):
        return parsed
    with tempfile.TemporaryDirectory(prefix="proviso-ocr-") as folder:
        for page in unread:
            try:
                found = await pool.recognise(file, page, LANGUAGES)
            except FileError:
                continue
            await asyncio.to_thread(Path(folder, str(page)).write_bytes, found)
        return (await pool.read(file, recognised=Path(folder))).parsed()
