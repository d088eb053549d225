"""What pypdf adds to a PDF (floor 4): metadata, outline, page labels, the list of attached files, and text where pdfium finds none.

pypdf follows whatever a file says, so a damaged file can make it raise almost anything; none of that may cost a document whose text
is already read. `FAULTS` lists what it was seen to raise.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import Destination

from proviso.text import canonical
from proviso.types.documents import Attachment

FAULTS = (
    PyPdfError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,  # and its children: RecursionError, NotImplementedError
    EOFError,
    OSError,
)
MAX_OUTLINE = 5000
MAX_DEPTH = 12
MAX_VALUE_CHARS = 1000
MAX_LABEL_CHARS = 40
MAX_ATTACHMENTS = 1000
METADATA = ("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """A bookmark: its 1-based depth, its words, and the 1-based page it leads to."""

    level: int
    title: str
    page: int


class Structure:
    """A PDF as pypdf reads it. Every method gives less rather than raise."""

    def __init__(self, path: Path, password: str | None) -> None:
        self._reader: PdfReader | None = None
        try:
            reader = PdfReader(path, strict=False)
            if not reader.is_encrypted or reader.decrypt(password or ""):
                self._reader = reader
        except FAULTS:
            return

    def page_count(self) -> int:
        try:
            return len(self._reader.pages) if self._reader else 0
        except FAULTS:
            return 0

    def metadata(self) -> dict[str, str]:
        """Title, author and the like, by lower-case name."""
        try:
            raw = dict(self._reader.metadata or {}) if self._reader else {}
            found = {name[1:].lower(): " ".join(canonical(str(raw[name])).split()) for name in METADATA if name in raw}
        except FAULTS:
            return {}
        return {name: value[:MAX_VALUE_CHARS] for name, value in found.items() if value}

    def outline(self) -> list[OutlineItem]:
        """The bookmarks in order."""
        out: list[OutlineItem] = []
        try:
            if self._reader and "/Outlines" in self._reader.root_object:
                self._walk(self._reader.outline, 1, out)
        except FAULTS:
            return out
        return out

    def labels(self) -> list[str]:
        """What the file calls its pages, in order; empty when it does not."""
        try:
            if self._reader and "/PageLabels" in self._reader.root_object:
                return [" ".join(canonical(label).split())[:MAX_LABEL_CHARS] for label in self._reader.page_labels]
        except FAULTS:
            return []
        return []

    def attachments(self) -> list[Attachment]:
        """The files inside the file, by the name they are listed under; none is unpacked."""
        out: list[Attachment] = []
        try:
            if self._reader and "/Names" in self._reader.root_object:
                for each in self._reader.attachment_list:
                    name = " ".join(canonical(each.name).split())[:MAX_VALUE_CHARS]
                    out.append(Attachment(name or "unnamed", int(each.size) if each.size is not None else None))
                    if len(out) >= MAX_ATTACHMENTS:
                        break
        except FAULTS:
            return out
        return out

    def page_text(self, number: int) -> str:
        """The text of a 1-based page, without boxes."""
        try:
            return canonical(self._reader.pages[number - 1].extract_text()).strip() if self._reader else ""
        except FAULTS:
            return ""

    def page_size(self, number: int) -> tuple[float, float]:
        """Width and height in points as displayed; US Letter when the file does not say."""
        try:
            if self._reader:
                page = self._reader.pages[number - 1]
                width, height = float(page.cropbox.width), float(page.cropbox.height)
                return (height, width) if page.rotation % 180 else (width, height)
        except FAULTS:
            pass
        return 612.0, 792.0

    def _walk(self, items: Sequence[Destination | list[Any]], level: int, out: list[OutlineItem]) -> None:
        for item in items:
            if len(out) >= MAX_OUTLINE:
                return
            if isinstance(item, list):
                if level < MAX_DEPTH:
                    self._walk(item, level + 1, out)
                continue
            page = self._reader.get_destination_page_number(item) if self._reader else None
            title = " ".join(canonical(str(item.title or "")).split())
            if page is not None and page >= 0 and title:
                out.append(OutlineItem(level, title[:MAX_VALUE_CHARS], page + 1))
