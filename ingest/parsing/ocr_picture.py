"""The picture of a page for recognition (floor 4): drawn straight and upright at a resolution that suits, and what its ink tells.

The page is drawn once small, to see whether it is blank, how far it leans, whether its lines run down the page and whether it is set in
columns; then once at full size, turned back by pdfium as it draws, so that no pixel is resampled twice.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.parsing.ocr_program import Picture
from ingest.parsing.pdf_images import large_pictures
from ingest.parsing.pdf_tilt import Tilt

Grey = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]

LOOK_DPI = 100
LOOK_PIXELS = 4_000_000
FULL_PIXELS = 25_000_000
COARSE_DPI, FINE_DPI, SMALL_DPI = 200, 300, 400
"""Scans of up to 220 dpi gain nothing beyond 200: 35 contract pages at 150 dpi read as well as at 240 and 300, in two thirds of the
time. Finer scans and drawn text have more to give, and small letters need more: Tesseract takes none to be under 10 pixels."""
COARSE_SCAN = 220.0
SMALL_LETTERS_PT = 3.2
"""Height of an "x"; 3.6 is that of 8-point type."""
ROW_SHARE = 0.25
MAX_LEAN = 4.0
LEAST_LEAN = 0.06
CLEAR_LEAN = 2.0
"""How much sharper the lines of a page must stand out at the angle found than at an angle of the same search that is wrong."""
SAMPLE = 60_000
PAPER = 40
"""How much darker than its paper a pixel must be, of 255, to be ink."""
BLANK_SHARE = 0.0002
EDGE_SHARE = 0.03
"""What lies this close to the edge is shadow or punched holes when it comes to blankness."""
SIDEWAYS = 3.0


@dataclass(frozen=True, slots=True)
class Ink:
    """Dark places of the small picture, measured from its middle, and the size of the picture."""

    x: Places
    y: Places
    width: int
    height: int
    dpi: int
    blank: bool


@dataclass(frozen=True, slots=True)
class Lean:
    """How the lines of a page run: degrees clockwise from level, or from plumb when they run down the page."""

    degrees: float
    sideways: bool


def look(page: pdfium.PdfPage) -> Ink:
    """The page drawn small, as its dark places."""
    width, height = page.get_size()
    dpi = _within(LOOK_DPI, width, height, LOOK_PIXELS)
    return ink_of(draw(page, dpi, Tilt(0.0, 0, width, height)), dpi)


def draw(page: pdfium.PdfPage, dpi: int, tilt: Tilt) -> Grey:
    """The page in its reading frame, straight and upright, in grey."""
    scale = dpi / 72
    wide, high = tilt.size
    bitmap = pdfium.PdfBitmap.new_native(max(1, round(wide * scale)), max(1, round(high * scale)), raw.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, bitmap.width, bitmap.height)
        matrix = raw.FS_MATRIX(*(scale * value for value in tilt.matrix()))
        clip = raw.FS_RECTF(0, 0, bitmap.width, bitmap.height)
        raw.FPDF_RenderPageBitmapWithMatrix(bitmap.raw, page.raw, matrix, clip, raw.FPDF_ANNOT)
        rows = np.frombuffer(bitmap.buffer, np.uint8).reshape(bitmap.height, bitmap.stride)
        return rows[:, : bitmap.width].copy()
    finally:
        bitmap.close()


def picture_of(grey: Grey, dpi: int) -> Picture:
    return Picture(grey.shape[1], grey.shape[0], grey.tobytes(), dpi)


def full_dpi(page: pdfium.PdfPage, ink: Ink, lean: Lean) -> int:
    """The resolution to recognise a page at: enough for its letters, not much more than its scanner gave, bounded in pixels."""
    width, height = page.get_size()
    scanned = scanned_dpi(page)
    dpi = COARSE_DPI if scanned is not None and scanned <= COARSE_SCAN else FINE_DPI
    if letters_pt(ink, lean) < SMALL_LETTERS_PT:
        dpi = SMALL_DPI
    return _within(dpi, width, height, FULL_PIXELS)


def letters_pt(ink: Ink, lean: Lean) -> float:
    """How high most lines of the page stand, without what sticks out of them, in points."""
    along, across = (ink.y, ink.x) if lean.sideways else (ink.x, ink.y)
    degrees = -lean.degrees if lean.sideways else lean.degrees
    rows = np.floor(across - along * math.tan(math.radians(degrees))).astype(np.int64)
    if not len(rows):
        return 0.0
    counts = np.bincount(rows - rows.min())
    dark = counts > ROW_SHARE * np.percentile(counts[counts > 0], 90)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], dark, [0]))))
    tall = edges[1::2] - edges[::2]
    weight = np.add.reduceat(np.append(counts, 0), edges)[::2]
    order = np.argsort(tall)
    middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    return float(tall[order][middle]) * 72 / ink.dpi


def scanned_dpi(page: pdfium.PdfPage) -> float | None:
    """The resolution of the picture that covers most of the page; None when there is none."""
    columns, rows = ctypes.c_uint(), ctypes.c_uint()
    largest = 0.0
    found: float | None = None
    for item, area in large_pictures(page):
        if area >= largest and raw.FPDFImageObj_GetImagePixelSize(item, columns, rows):
            largest = area
            found = 72 * math.sqrt(columns.value * rows.value / area)
    return found


def ink_of(grey: Grey, dpi: int) -> Ink:
    """The dark places of a grey picture: darker than its paper by more than noise, parted where paper and letters part best."""
    height, width = grey.shape
    limit = min(_parting(grey), int(np.percentile(grey, 90)) - PAPER)
    y, x = np.nonzero(grey < limit) if limit > 0 else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    edge_x, edge_y = EDGE_SHARE * width, EDGE_SHARE * height
    inside = (x > edge_x) & (x < width - edge_x) & (y > edge_y) & (y < height - edge_y)
    blank = int(inside.sum()) < BLANK_SHARE * width * height
    if len(x) > SAMPLE:
        kept = np.random.default_rng(0).choice(len(x), SAMPLE, replace=False)
        x, y = x[kept], y[kept]
    return Ink(x - width // 2, y - height // 2, width, height, dpi, blank)


def lean_of(ink: Ink) -> Lean:
    """Which way the lines of the page run, from the angle at which they stand out most sharply."""
    level, sharp, blurred = _sharpest(ink.x, ink.y)
    plumb, sharp_down, _ = _sharpest(ink.y, ink.x)
    sideways = sharp_down > SIDEWAYS * sharp
    if sideways:
        return Lean(-plumb if abs(plumb) >= LEAST_LEAN else 0.0, True)
    clear = sharp > CLEAR_LEAN * blurred and abs(level) >= LEAST_LEAN
    return Lean(level if clear else 0.0, False)


def _sharpest(along: Places, across: Places) -> tuple[float, float, float]:
    """The angle in degrees at which rows of ink stand apart most, how sharply, and how sharply at the usual angle."""
    if not len(along):
        return 0.0, 0.0, 0.0
    angles = np.arange(-MAX_LEAN, MAX_LEAN + 0.01, 0.5)
    found = [_sharpness(along, across, float(angle)) for angle in angles]
    best, usual = float(angles[int(np.argmax(found))]), float(np.median(found))
    sharp = 0.0
    for step in (0.1, 0.02):
        angles = best + step * np.arange(-5, 6)
        found = [_sharpness(along, across, float(angle)) for angle in angles]
        best, sharp = float(angles[int(np.argmax(found))]), max(found)
    return best, sharp, usual


def _sharpness(along: Places, across: Places, degrees: float) -> float:
    rows = np.floor(across - along * math.tan(math.radians(degrees)) + 0.25).astype(np.int64)
    counts = np.bincount(rows - rows.min()).astype(np.float64)
    return float((np.diff(counts) ** 2).sum())


def _parting(grey: Grey) -> int:
    """Otsu's threshold: the grey value that parts dark from light best."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    weight, moment = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    rest = weight[-1] - weight
    inside = (weight > 0) & (rest > 0)
    spread = np.zeros(256)
    spread[inside] = (moment[-1] * weight[inside] / weight[-1] - moment[inside]) ** 2 / (weight[inside] * rest[inside])
    return int(np.argmax(spread)) + 1


def _within(dpi: int, width: float, height: float, pixels: int) -> int:
    """The resolution, lowered until the page has no more than so many pixels."""
    return max(10, min(dpi, int(72 * math.sqrt(pixels / max(1.0, width * height)))))
