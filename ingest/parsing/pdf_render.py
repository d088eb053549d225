"""One PDF page as a picture (floor 4), with what was filled into it, in the frame the word boxes are given in."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium

from ingest.parsing.pdf import open_page, open_pdf
from ingest.parsing.pdf_images import page_png
from proviso.errors import NoPageImage, NotFound


def render(path: Path, page: int, scale: float, password: str | None) -> bytes:
    """PNG of a 1-based page. Raises NotFound, NoPageImage, PasswordRequired, WrongPassword, ParserLimit."""
    document = open_pdf(path, "The document", password)
    if document is None:
        raise NoPageImage("The pages of this document cannot be drawn; only its text could be read.")
    try:
        if not 1 <= page <= len(document):
            raise NotFound(f"There is no page {page}: the document has {len(document)}.")
        try:
            shown = open_page(document, page - 1)
        except pdfium.PdfiumError as error:
            raise NoPageImage(f"Page {page} of this document cannot be drawn.") from error
        return page_png(shown, scale)
    finally:
        document.close()
