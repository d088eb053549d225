"""PDF (floor 4): pdfium's text with word boxes, cut into pages and blocks; pypdf for outline, metadata and text pdfium misses.

Line ends of the file are kept inside blocks, a blank line stands between blocks and between pages. A page that gives no text has
source "none", and the document carries a `needs_ocr` warning that names it: a scan is never silently ready.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium

from ingest.parsing import progress
from ingest.parsing.kinds import PDF
from ingest.parsing.pdf_annotated import anchors_of, links_of, marks_of, struck_out, unshown
from ingest.parsing.pdf_annotations import Overlay, read_overlay
from ingest.parsing.pdf_forms import read_fields
from ingest.parsing.pdf_hyphens import Hyphens
from ingest.parsing.pdf_images import covers_page, is_blank
from ingest.parsing.pdf_layout import layout
from ingest.parsing.pdf_legible import legible
from ingest.parsing.pdf_lines import PageLines, read_lines
from ingest.parsing.pdf_open import flattened, open_pdf
from ingest.parsing.pdf_order import in_reading_order
from ingest.parsing.pdf_recognised import RecognisedPages
from ingest.parsing.pdf_rules import read_rules
from ingest.parsing.pdf_structure import Structure
from ingest.parsing.pdf_tables import take_tables
from ingest.parsing.pdf_text import PdfText, located
from proviso.errors import BrokenFile
from proviso.types.documents import Attachment, DocumentWarning, FormField, Page, Parsed

FEW_CHARS = 60
NAMED_FILES = 10
RESAVE = "Open it in a PDF reader, save or print it as a new PDF, and upload that."


def parse(path: Path, filename: str, password: str | None, recognised: Path | None = None) -> Parsed:
    """The text of a PDF with pages and word boxes. `recognised`: a folder of what `ocr.recognise` gave for pages of it.

    Raises PasswordRequired, WrongPassword, BrokenFile.
    """
    document = open_pdf(path, filename, password)
    structure = Structure(path, password)
    if document is None and not structure.page_count():
        raise BrokenFile(f"{filename} is damaged: no page of it can be read. {RESAVE}")
    reading = _Reading(structure, RecognisedPages(recognised))
    if document is not None:
        try:
            reading.fields = read_fields(document, path, password)
            for index in range(len(document)):
                reading.page(document, index)
                progress.report(index + 1, len(document))
        finally:
            document.close()
    else:
        for number in range(1, structure.page_count() + 1):
            reading.page_without_pdfium(number)
    return reading.parsed()


class _Reading:
    """Pages as they are read, and the document they make."""

    def __init__(self, structure: Structure, recognised: RecognisedPages) -> None:
        self.structure = structure
        self.recognised = recognised
        self.pages: list[PageLines] = []
        self.plain: dict[int, str] = {}
        self.scanned: list[int] = []
        self.blank: set[int] = set()
        self.overlays: dict[int, Overlay] = {}
        self.fields: list[FormField] = []

    def page(self, document: pdfium.PdfDocument, index: int) -> None:
        number = index + 1
        try:
            page = document[index]
            overlay = read_overlay(document, page)
            page = flattened(document, page, index)
        except pdfium.PdfiumError:
            self.page_without_pdfium(number)
            return
        if overlay is not None:
            self.overlays[number] = overlay
        try:
            found = self._lines(page, number)
        finally:
            page.close()
        self.pages.append(found)
        if not (found.lines or found.recognised or number in self.scanned or number in self.blank):
            self._plain_text(number)

    def _lines(self, page: pdfium.PdfPage, number: int) -> PageLines:
        """The lines of a page in reading order; none when what it says is not what it shows."""
        recognised = self.recognised.page(number)
        if recognised is not None:
            take_tables(recognised, partial(read_rules, page))
            recognised.lines = in_reading_order(recognised)
            return recognised
        found = read_lines(page)
        if not found.lines:
            if not found.outside and is_blank(page):
                self.blank.add(number)
            return found
        if not legible(found):
            self.scanned.append(number)
            return PageLines(found.width, found.height, [])
        take_tables(found, partial(read_rules, page))
        found.lines = in_reading_order(found)
        if sum(len(line.text) for line in found.lines) < FEW_CHARS and covers_page(page):
            self.scanned.append(number)
        return found

    def page_without_pdfium(self, number: int) -> None:
        self.pages.append(PageLines(*self.structure.page_size(number), []))
        self._plain_text(number)

    def _plain_text(self, number: int) -> None:
        text = self.structure.page_text(number)
        if text:
            self.plain[number] = text

    def parsed(self) -> Parsed:
        text = self._text()
        pages, words = text.pages, text.words
        attached = [Attachment(name, None, at) for at, each in sorted(self.overlays.items()) for name in each.files]
        files = (*self.structure.attachments(), *attached)
        return Parsed(
            text.text(),
            tuple(text.blocks),
            PDF,
            tuple(pages),
            tuple(words),
            located(self.structure.outline(), text.text(), pages),
            warnings=(*self._unread(pages), *self._said_beside(text, files)),
            metadata=self.structure.metadata(),
            tables=text.tables(),
            marks=marks_of(self.overlays, pages, words),
            form_fields=tuple(self.fields),
            attachments=files,
            anchors=anchors_of(self.overlays, pages),
            links=links_of(self.overlays, words),
        )

    def _text(self) -> PdfText:
        pages = layout(self.pages)
        text = PdfText(Hyphens(paragraph.lines for paragraphs in pages for paragraph in paragraphs))
        for number, (page, paragraphs) in enumerate(zip(self.pages, pages, strict=True), start=1):
            text.page(number, page, paragraphs, self.plain.get(number, ""))
        text.label(self.structure.labels())
        text.read_as_blank(self.blank)
        return text

    def _said_beside(self, text: PdfText, files: Sequence[Attachment]) -> Iterator[DocumentWarning]:
        """What a reader of the text alone would miss."""
        if files:
            named = ", ".join(each.name for each in files[:NAMED_FILES]) + (", …" if len(files) > NAMED_FILES else "")
            yield DocumentWarning("attachments", f"Files are attached to this one, and are not read: {named}.")
        struck = struck_out(self.overlays)
        if struck:
            words = "A reviewer struck words out by annotation. They are still in the text; the marks say which."
            yield DocumentWarning("annotations", words, tuple(struck))
        whole = text.text()
        filled = {each.page for each in self.fields}
        shown = {page.number: whole[page.start : page.end] for page in text.pages if page.number in filled}
        unseen = unshown(self.fields, shown)
        if unseen:
            words = (
                "Form fields hold values that these pages do not show. They are listed with the form, not in the text."
            )
            yield DocumentWarning("form_fields", words, tuple(unseen))

    def _unread(self, pages: list[Page]) -> tuple[DocumentWarning, ...]:
        out = self.recognised.warnings()
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
