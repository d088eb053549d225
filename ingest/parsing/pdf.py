"""PDF (floor 4): pdfium's text with word boxes, cut into pages and blocks; pypdf for outline, metadata and text pdfium misses.

Line ends of the file are kept inside blocks, a blank line stands between blocks and between pages. A page that gives no text has
source "none", and the document carries a `needs_ocr` warning that names it: a scan is never silently ready.
"""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.parsing.kinds import PDF
from ingest.parsing.pdf_images import covers_page
from ingest.parsing.pdf_layout import layout
from ingest.parsing.pdf_lines import Line, PageLines, read_lines
from ingest.parsing.pdf_structure import Structure
from ingest.parsing.pdf_text import PdfText, located
from proviso.errors import BrokenFile, PasswordRequired, WrongPassword
from proviso.types.documents import DocumentWarning, Page, Parsed

FILLED_ANNOTATIONS = frozenset((raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP))
FEW_CHARS = 60
MIN_WORDY_SHARE = 0.4
SAMPLE_LINES = 40
LEADERS = re.compile(r"[\s._–—…·-]+")
NOT_WORDS = re.compile(r"[\W_]+")
RESAVE = "Open it in a PDF reader, save or print it as a new PDF, and upload that."


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """The text of a PDF with pages and word boxes. Raises PasswordRequired, WrongPassword, BrokenFile."""
    document = open_pdf(path, filename, password)
    structure = Structure(path, password)
    if document is None and not structure.page_count():
        raise BrokenFile(f"{filename} is damaged: no page of it can be read. {RESAVE}")
    reading = _Reading(structure)
    if document is not None:
        try:
            for index in range(len(document)):
                reading.page(document, index)
        finally:
            document.close()
    else:
        for number in range(1, structure.page_count() + 1):
            reading.page_without_pdfium(number)
    return reading.parsed()


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


def open_page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """A page with what was filled into it (form fields, typed notes, stamps) made part of its content, as a reader sees it."""
    page = document[index]
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


class _Reading:
    """Pages as they are read, and the document they make."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.pages: list[PageLines] = []
        self.plain: dict[int, str] = {}
        self.scanned: list[int] = []

    def page(self, document: pdfium.PdfDocument, index: int) -> None:
        number = index + 1
        try:
            page = open_page(document, index)
        except pdfium.PdfiumError:
            self.page_without_pdfium(number)
            return
        try:
            found = read_lines(page)
            chars = sum(len(line.text) for line in found.lines)
            if 0 < chars < FEW_CHARS and covers_page(page):
                self.scanned.append(number)
        finally:
            page.close()
        self.pages.append(found)
        if not found.lines:
            self._plain_text(number)
        elif not _wordy(found.lines):
            self.scanned.append(number)

    def page_without_pdfium(self, number: int) -> None:
        self.pages.append(PageLines(*self.structure.page_size(number), []))
        self._plain_text(number)

    def _plain_text(self, number: int) -> None:
        text = self.structure.page_text(number)
        if text:
            self.plain[number] = text

    def parsed(self) -> Parsed:
        text = PdfText()
        for number, (page, paragraphs) in enumerate(zip(self.pages, layout(self.pages), strict=True), start=1):
            text.page(number, page, paragraphs, self.plain.get(number, ""))
        return Parsed(
            text.text(),
            tuple(text.blocks),
            PDF,
            tuple(text.pages),
            tuple(text.words),
            located(self.structure.outline(), text.text(), text.pages),
            warnings=self._warnings(text.pages),
            metadata=self.structure.metadata(),
        )

    def _warnings(self, pages: list[Page]) -> tuple[DocumentWarning, ...]:
        out = []
        unread = sorted({page.number for page in pages if page.source == "none"} | set(self.scanned))
        if unread:
            named = "No page has" if len(unread) == len(pages) else f"{len(unread)} of {len(pages)} pages have no"
            words = f"{named} readable text: pictures of text, or fonts without letters. OCR is needed to read them."
            out.append(DocumentWarning("needs_ocr", words, tuple(unread)))
        outside = tuple(number for number, page in enumerate(self.pages, start=1) if page.outside)
        if outside:
            out.append(
                DocumentWarning("text_outside_page", "Text placed outside the visible page was left out.", outside)
            )
        if self.plain:
            words = "The text of these pages was read without positions, so it cannot be highlighted."
            out.append(DocumentWarning("no_boxes", words, tuple(sorted(self.plain))))
        return tuple(out)


def _wordy(lines: list[Line]) -> bool:
    """Whether the page reads as words and figures; a font without a Unicode map gives marks and symbols instead."""
    shown = LEADERS.sub("", "".join(line.text for line in lines[:SAMPLE_LINES]))
    return len(shown) < 4 or len(NOT_WORDS.sub("", shown)) >= MIN_WORDY_SHARE * len(shown)
