"""Opening PDFs and their pages with pdfium (floor 4).

What stands in the way is said in words, and what was filled into a page is part of it. Reading and drawing are not done here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from proviso.errors import BrokenFile, NoPageImage, NotFound, PasswordRequired, WrongPassword

FILLED_ANNOTATIONS = frozenset((raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP))


def open_pdf(path: Path, filename: str, password: str | None) -> pdfium.PdfDocument | None:
    """The document, or None when pdfium cannot make pages of it."""
    try:
        document = pdfium.PdfDocument(path, password=password or None)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD and password:
            raise WrongPassword(f"The password given does not open {filename}.") from error
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise PasswordRequired(
                f"{filename} is locked. Upload it again with its password, or without protection."
            ) from error
        if error.err_code == raw.FPDF_ERR_SECURITY:
            raise BrokenFile(
                f"{filename} is protected by a method that cannot be opened here. Upload an unprotected copy."
            ) from error
        return None
    if not len(document):
        document.close()
        return None
    return document


@contextlib.contextmanager
def drawable_page(path: Path, page: int, password: str | None) -> Iterator[pdfium.PdfPage]:
    """A 1-based page, to be drawn; its document is closed on the way out. Raises NoPageImage when pdfium cannot make it, NotFound,
    and what `open_pdf` raises."""
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
        yield shown
    finally:
        document.close()


def open_page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """A page with what was filled into it (form fields, typed notes, stamps) made part of its content, as a reader sees it."""
    return flattened(document, document[index], index)


def flattened(document: pdfium.PdfDocument, page: pdfium.PdfPage, index: int) -> pdfium.PdfPage:
    """The page again, with what was filled into it as part of its content."""
    count = raw.FPDFPage_GetAnnotCount(page.raw)
    if any(_annotation_kind(page, at) in FILLED_ANNOTATIONS for at in range(count)):
        flattened = raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = document[index]
        if flattened == raw.FLATTEN_FAIL:
            return page
    return page


def _annotation_kind(page: pdfium.PdfPage, at: int) -> int:
    annotation = raw.FPDFPage_GetAnnot(page.raw, at)
    if not annotation:
        return 0
    kind = int(raw.FPDFAnnot_GetSubtype(annotation))
    raw.FPDFPage_CloseAnnot(annotation)
    return kind
