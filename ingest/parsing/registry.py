"""Which parser reads what (floor 4). A parser's module is imported when the first file of its kind comes, so that a child that only
sees DOCX files never loads pdfium."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Protocol, cast

from ingest.parsing.kinds import DOCX, HTML, MARKDOWN, PDF, PLAIN
from proviso.errors import EmptyFile, NoPageImage, UnsupportedFormat
from proviso.types.documents import Parsed

MODULES = {
    PDF: "ingest.parsing.pdf",
    DOCX: "ingest.parsing.docx",
    HTML: "ingest.parsing.html",
    MARKDOWN: "ingest.parsing.markdown",
    PLAIN: "ingest.parsing.plain",
}
PDF_RENDERER = "ingest.parsing.pdf_render"
PDF_RECOGNISER = "ingest.parsing.ocr"
MAGIC_BYTES = 1024


class Parser(Protocol):
    """What each parser module offers."""

    def parse(self, path: Path, filename: str, password: str | None) -> Parsed: ...


class PdfParser(Protocol):
    """A parser of pages that may be pictures: `recognised` is a folder of what was recognised, by 1-based page number."""

    def parse(self, path: Path, filename: str, password: str | None, recognised: Path | None) -> Parsed: ...


class Recogniser(Protocol):
    """What a module offers that reads the picture of a page."""

    def recognise(self, path: Path, page: int, password: str | None, languages: str) -> bytes: ...


class Renderer(Protocol):
    """What a module offers whose format has pages that can be shown."""

    def render(self, path: Path, page: int, scale: float, password: str | None) -> bytes: ...


def parse(path: Path, media_type: str, filename: str, password: str | None, recognised: Path | None = None) -> Parsed:
    """Read the file with the parser of its type; pages of a PDF that were recognised are taken from that folder.

    Raises the FileErrors of proviso.errors.
    """
    module = MODULES.get(media_type)
    if module is None:
        raise UnsupportedFormat(f"{filename} is of type {media_type}, for which there is no parser.")
    if path.stat().st_size == 0:
        raise EmptyFile(f"{filename} is empty (0 bytes).")
    parser = importlib.import_module(module)
    if recognised is not None and media_type == PDF:
        return cast(PdfParser, parser).parse(path, filename, password, recognised)
    return cast(Parser, parser).parse(path, filename, password)


def recognise(path: Path, media_type: str, page: int, password: str | None, languages: str) -> bytes:
    """What OCR reads on a 1-based page, for `parse` to take. Raises NoPageImage for formats without pages, and the FileErrors."""
    if media_type != PDF:
        raise NoPageImage("This document has no pages, so there is nothing to recognise.")
    return cast(Recogniser, importlib.import_module(PDF_RECOGNISER)).recognise(path, page, password, languages)


def render(path: Path, page: int, scale: float, password: str | None) -> bytes:
    """A page as PNG. Raises NoPageImage for formats without pages, NotFound for a page that is not there."""
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(MAGIC_BYTES):
            raise NoPageImage("This document has no pages, so there is no page image.")
    return cast(Renderer, importlib.import_module(PDF_RENDERER)).render(path, page, scale, password)
