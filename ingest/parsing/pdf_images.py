"""Pictures of PDF pages (floor 4): whether a page is one big picture or blank, and the page itself as PNG.

The PNG is written here, in twenty lines, rather than with an imaging library.
"""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from proviso.errors import ParserLimit

PICTURE_SHARE = 0.5
MAX_PIXELS = 60_000_000
MAX_OBJECTS = 200
MAX_RULES = 3
MAX_RULE_PARTS = 15
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
RGB_8_BIT = bytes((8, 2, 0, 0, 0))


def large_pictures(page: pdfium.PdfPage) -> Iterator[tuple[Any, float]]:
    """The pictures that cover at least half of the page, as scans do: pdfium's object of each and its area in square points."""
    width, height = page.get_size()
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page.raw, at)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_IMAGE:
            continue
        raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        area = (right.value - left.value) * (top.value - bottom.value)
        if area >= PICTURE_SHARE * width * height:
            yield item, area


def covers_page(page: pdfium.PdfPage) -> bool:
    """Whether one picture covers at least half of the page."""
    return any(True for _ in large_pictures(page))


def is_blank(page: pdfium.PdfPage) -> bool:
    """Whether nothing is drawn on the page but a rule or a frame; a path of more parts may be letters."""
    count = raw.FPDFPage_CountObjects(page.raw)
    if count > MAX_RULES:
        return False
    parts = 0
    for at in range(count):
        item = raw.FPDFPage_GetObject(page.raw, at)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_PATH:
            return False
        parts += raw.FPDFPath_CountSegments(item)
    return parts <= MAX_RULE_PARTS


def page_png(page: pdfium.PdfPage, scale: float) -> bytes:
    """The page as displayed; scale 1 is 72 dots per inch. Raises ParserLimit when the picture would be too large."""
    width, height = page.get_size()
    if width * height * scale * scale > MAX_PIXELS:
        raise ParserLimit(
            f"A page of {width:.0f} x {height:.0f} points is too large for scale {scale:g}. Ask for a smaller scale."
        )
    bitmap = page.render(scale=scale, rev_byteorder=True, force_bitmap_format=raw.FPDFBitmap_BGR)
    try:
        row = 3 * bitmap.width
        pixels = memoryview(bitmap.buffer).cast("B")
        packed = zlib.compressobj(6)
        data = [
            packed.compress(b"\x00" + pixels[at * bitmap.stride : at * bitmap.stride + row])
            for at in range(bitmap.height)
        ]
        data.append(packed.flush())
        header = struct.pack(">II", bitmap.width, bitmap.height) + RGB_8_BIT
        del pixels
    finally:
        bitmap.close()
    return PNG_MAGIC + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"".join(data)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
