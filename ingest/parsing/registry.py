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
MAGIC_BYTES = 1024


class Parser(Protocol):
    """What each parser module offers."""

    def parse(self, path: Path, filename: str, password: str | None) -> Parsed: ...


class Renderer(Protocol):
    """What a module offers whose format has pages that can be shown."""

    def render(self, path: Path, page: int, scale: float, password: str | None) -> bytes: ...


def parse(path: Path, media_type: str, filename: str, password: str | None) -> Parsed:
    """Read the file with the parser of its type. Raises the FileErrors of proviso.errors."""
    module = MODULES.get(media_type)
    if module is None:
        raise UnsupportedFormat(f"{filename} is of type {media_type}, for which there is no parser.")
    if path.stat().st_size == 0:
        raise EmptyFile(f"{filename} is empty (0 bytes).")
    return cast(Parser, importlib.import_module(module)).parse(path, filename, password)


def render(path: Path, page: int, scale: float, password: str | None) -> bytes:
    """A page as PNG. Raises NoPageImage for formats without pages, NotFound for a page that is not there."""
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(MAGIC_BYTES):
            raise NoPageImage("This document has no pages, so there is no page image.")
    return cast(Renderer, importlib.import_module(PDF_RENDERER)).render(path, page, scale, password)
