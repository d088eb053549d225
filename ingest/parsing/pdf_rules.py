"""Ruling lines of one PDF page out of pdfium's path objects (floor 4), in the frame of the page as displayed.

A page has thousands of objects, most of them text, and each call into pdfium from Python costs a microsecond: the two calls that
every object needs go through prototypes with plain integers, a path is first judged by its bounds, and what is walked is bounded.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from itertools import compress, repeat
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.parsing.pdf_chars import Frame, frame_of
from ingest.parsing.pdf_grid import Rule, Rules
from proviso.boxes import Box

MAX_OBJECTS = 30_000
MAX_PATHS = 6_000
MAX_SEGMENTS = 20_000
MAX_FORM_DEPTH = 4
THIN_PT = 3.0
"""A filled rectangle up to this thick is a line; anything thicker is shading, and no line."""
MIN_LINE_PT = 3.0
SLANT_PT = 0.8

Matrix = tuple[float, float, float, float, float, float]
UNCHANGED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _prototype(function: object, result: Any, *arguments: Any) -> Callable[..., int]:
    """The same function of pdfium, called with plain integers for pointers: half the time of the generated one."""
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)


_object_of_page = _prototype(raw.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_object_of_form = _prototype(raw.FPDFFormObj_GetObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
_kind = _prototype(raw.FPDFPageObj_GetType, ctypes.c_int, ctypes.c_void_p)


def read_rules(page: pdfium.PdfPage) -> Rules:
    """The lines of a page, of as many paths as a table has: a drawing of more is not walked to its end."""
    reading = _Reading(frame_of(page))
    address = ctypes.cast(page.raw, ctypes.c_void_p).value or 0
    count = raw.FPDFPage_CountObjects(page.raw)
    reading.objects(list(map(_object_of_page, repeat(address), range(min(count, MAX_OBJECTS)))), UNCHANGED, 0)
    return reading.rules


class _Reading:
    """One walk over the objects of a page."""

    def __init__(self, frame: Frame) -> None:
        self.rules = Rules()
        self._frame = frame
        self._objects = MAX_OBJECTS
        self._paths = MAX_PATHS
        self._segments = MAX_SEGMENTS
        self._sides = tuple(ctypes.c_float() for _ in range(4))
        self._at_sides = tuple(map(ctypes.byref, self._sides))
        self._fill = ctypes.c_int()
        self._stroke = ctypes.c_int()
        self._point = (ctypes.c_float(), ctypes.c_float())

    def objects(self, found: list[int], matrix: Matrix, depth: int) -> None:
        """The paths among these objects, and those of the forms among them."""
        self._objects -= len(found)
        kinds = list(map(_kind, found))
        for item in compress(found, map(raw.FPDF_PAGEOBJ_PATH.__eq__, kinds)):
            if self._paths <= 0:
                return
            self._paths -= 1
            self._path(item, matrix)
        if depth < MAX_FORM_DEPTH:
            for item in compress(found, map(raw.FPDF_PAGEOBJ_FORM.__eq__, kinds)):
                self._form(item, matrix, depth)

    def _form(self, address: int, matrix: Matrix, depth: int) -> None:
        item = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
        own = raw.FS_MATRIX()
        count = min(raw.FPDFFormObj_CountObjects(item), self._objects)
        if count <= 0 or not raw.FPDFPageObj_GetMatrix(item, own):
            return
        inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        self.objects(list(map(_object_of_form, repeat(address), range(count))), inner, depth + 1)

    def _path(self, address: int, matrix: Matrix) -> None:
        item = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
        if not raw.FPDFPageObj_GetBounds(item, *self._at_sides):
            return
        left, bottom, right, top = (side.value for side in self._sides)
        box = self._shown(left, bottom, right, top, matrix)
        if min(box[2] - box[0], box[3] - box[1]) <= THIN_PT:
            self._line(box)
            return
        if raw.FPDFPath_GetDrawMode(item, self._fill, self._stroke) and self._stroke.value:
            self._outline(item, raw.FPDFPath_CountSegments(item), matrix)

    def _outline(self, item: ctypes.c_void_p, segments: int, matrix: Matrix) -> None:
        """The straight sides of a stroked path."""
        if segments > self._segments:
            return
        self._segments -= segments
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(item, own)
        whole = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        start = last = (0.0, 0.0)
        x, y = self._point
        for at in range(segments):
            segment = raw.FPDFPath_GetPathSegment(item, at)
            raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            point = _moved(x.value, y.value, whole)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                self._side(last, point)
            if raw.FPDFPathSegment_GetClose(segment):
                self._side(point, start)
            last = point

    def _side(self, a: tuple[float, float], b: tuple[float, float]) -> None:
        box = self._frame.box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
        if min(box[2] - box[0], box[3] - box[1]) <= SLANT_PT:
            self._line(box)

    def _line(self, box: Box) -> None:
        x0, y0, x1, y1 = self._frame.clip(box)
        if x1 - x0 >= max(y1 - y0, MIN_LINE_PT):
            self.rules.across.append(Rule((y0 + y1) / 2, x0, x1))
        elif y1 - y0 >= MIN_LINE_PT:
            self.rules.down.append(Rule((x0 + x1) / 2, y0, y1))

    def _shown(self, left: float, bottom: float, right: float, top: float, matrix: Matrix) -> Box:
        if matrix is UNCHANGED:
            return self._frame.box(left, bottom, right, top)
        corners = [_moved(x, y, matrix) for x in (left, right) for y in (bottom, top)]
        xs, ys = zip(*corners, strict=True)
        return self._frame.box(min(xs), min(ys), max(xs), max(ys))


def _moved(x: float, y: float, m: Matrix) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _times(a: Matrix, b: Matrix) -> Matrix:
    """First `a`, then `b`."""
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )
