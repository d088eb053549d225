"""What lies over a PDF page (floor 4): notes, highlights, strike-outs, links and attached files, as pdfium finds them.

Form fields are read by `pdf_forms`. Which words they are about is found later, by their boxes (`pdf_annotated`).
Nothing is followed, run or opened.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.parsing.pdf_chars import Frame, frame_of
from proviso.boxes import Box
from proviso.text import canonical

NOTES = frozenset(
    (
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_LINE,
        raw.FPDF_ANNOT_SQUARE,
        raw.FPDF_ANNOT_CIRCLE,
        raw.FPDF_ANNOT_POLYGON,
        raw.FPDF_ANNOT_POLYLINE,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_CARET,
        raw.FPDF_ANNOT_INK,
    )
)
MAX_ANNOTATIONS = 5000
MAX_VALUE_CHARS = 10_000
MAX_TARGET_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation with words of its own, or one that strikes words out: its boxes are those it covers."""

    text: str
    author: str | None
    at: str | None
    box: Box
    boxes: tuple[Box, ...]
    strikes: bool


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A place on the page that leads to an address, or to a page of this document (1-based)."""

    target: str
    page: int | None
    boxes: tuple[Box, ...]


@dataclass(slots=True)
class Overlay:
    """All that lies over one page."""

    notes: list[Note] = field(default_factory=list)
    links: list[PlacedLink] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read_overlay(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> Overlay | None:
    """What lies over a page, None when nothing does."""
    count = min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_ANNOTATIONS)
    if not count:
        return None
    out = Overlay()
    frame = frame_of(page)
    for at in range(count):
        found = raw.FPDFPage_GetAnnot(page.raw, at)
        if found:
            try:
                _read(document, found, frame, out)
            finally:
                raw.FPDFPage_CloseAnnot(found)
    return out


def _read(document: pdfium.PdfDocument, found: Any, frame: Frame, out: Overlay) -> None:
    kind = int(raw.FPDFAnnot_GetSubtype(found))
    if kind == raw.FPDF_ANNOT_LINK:
        out.links.extend(_link(document, found, frame))
    elif kind == raw.FPDF_ANNOT_FILEATTACHMENT:
        out.files.append(_string(found, "Contents") or "unnamed")
    elif kind in NOTES:
        strikes = kind == raw.FPDF_ANNOT_STRIKEOUT
        text = _string(found, "Contents")
        if text or strikes:
            author, at = _string(found, "T") or None, _string(found, "M") or None
            out.notes.append(Note(text, author, at, rect_of(found, frame), _quads(found, frame), strikes))


def _link(document: pdfium.PdfDocument, found: Any, frame: Frame) -> Iterator[PlacedLink]:
    link = raw.FPDFAnnot_GetLink(found)
    if not link:
        return
    action = raw.FPDFLink_GetAction(link)
    boxes = _quads(found, frame)
    if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_URI:
        size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
        buffer = ctypes.create_string_buffer(max(1, size))
        raw.FPDFAction_GetURIPath(document.raw, action, buffer, size)
        target = canonical(buffer.value.decode("utf-8", "replace")).strip()[:MAX_TARGET_CHARS]
        if target:
            yield PlacedLink(target, None, boxes)
        return
    place = raw.FPDFLink_GetDest(document.raw, link) or (action and raw.FPDFAction_GetDest(document.raw, action))
    page = raw.FPDFDest_GetDestPageIndex(document.raw, place) if place else -1
    if page >= 0:
        yield PlacedLink(f"#page={page + 1}", page + 1, boxes)


def rect_of(found: Any, frame: Frame) -> Box:
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(found, ctypes.byref(rect))
    left, right = sorted((rect.left, rect.right))
    bottom, top = sorted((rect.bottom, rect.top))
    return frame.clip(frame.box(left, bottom, right, top))


def _quads(found: Any, frame: Frame) -> tuple[Box, ...]:
    """The parts that an annotation covers, or its rectangle when it names none."""
    out = []
    points = raw.FS_QUADPOINTSF()
    for at in range(min(raw.FPDFAnnot_CountAttachmentPoints(found), MAX_ANNOTATIONS)):
        if raw.FPDFAnnot_GetAttachmentPoints(found, at, ctypes.byref(points)):
            across = (points.x1, points.x2, points.x3, points.x4)
            upward = (points.y1, points.y2, points.y3, points.y4)
            out.append(frame.clip(frame.box(min(across), min(upward), max(across), max(upward))))
    return tuple(out) or (rect_of(found, frame),)


def _string(found: Any, key: str) -> str:
    return wide(lambda buffer, size: raw.FPDFAnnot_GetStringValue(found, key.encode(), buffer, size))


def wide(call: Callable[[Any, int], int]) -> str:
    """A string that pdfium writes as UTF-16 into a buffer of the size it asks for."""
    size = call(None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    call(buffer, size)
    words = bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
    return canonical(words).strip()[:MAX_VALUE_CHARS]
