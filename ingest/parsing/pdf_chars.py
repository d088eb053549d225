"""Characters of one PDF page through pdfium (floor 4): their text, where they stand on the displayed page, how they are turned and set.

A call into pdfium from Python costs more than what it does, so places are asked for many at once: the answers land in one block of
memory that numpy turns into the frame of the page as displayed (CropBox, /Rotate, origin top left). What counts as a line, and what
the characters say, is not known here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
from pypdfium2 import raw

from proviso.boxes import Box

HYPHEN = "\ufffe"
"""Where pdfium puts a hyphen that ended a line; it swallows the line end after it."""
PDFIUM_HYPHEN = 2
IRREGULAR = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
FONT_NAME_BYTES = 96
BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
FLOATS_PER_RECT = 4
RECT_BYTES = 16

Boxes = npt.NDArray[np.float32]


def _function(call: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A pdfium call without the checks of its generated binding, which cost twice the call itself when asked per character."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(call, ctypes.c_void_p).value or 0)


_loose_box = _function(raw.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_angle = _function(raw.FPDFText_GetCharAngle, ctypes.c_float, ctypes.c_void_p, ctypes.c_int)
_map_error = _function(raw.FPDFText_HasUnicodeMapError, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_font = _function(
    raw.FPDFText_GetFontInfo,
    ctypes.c_ulong,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_void_p,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """From PDF user space to the page as displayed."""

    x0: float
    y0: float
    x1: float
    y1: float
    rotation: int
    width: float
    height: float

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of user space."""
        if self.rotation == 90:
            return bottom - self.y0, left - self.x0, top - self.y0, right - self.x0
        if self.rotation == 180:
            return self.x1 - right, bottom - self.y0, self.x1 - left, top - self.y0
        if self.rotation == 270:
            return self.y1 - top, self.x1 - right, self.y1 - bottom, self.x1 - left
        return left - self.x0, self.y1 - top, right - self.x0, self.y1 - bottom

    def boxes(self, rects: Boxes) -> Boxes:
        """Rectangles of user space as pdfium writes them (left, top, right, bottom), one a row."""
        left, top, right, bottom = rects.T
        return np.column_stack(self.box(left, bottom, right, top))

    def clip(self, box: Box) -> Box:
        x0, y0 = min(max(box[0], 0.0), self.width), min(max(box[1], 0.0), self.height)
        return x0, y0, max(x0, min(box[2], self.width)), max(y0, min(box[3], self.height))


def frame_of(page: pdfium.PdfPage) -> Frame:
    x0, y0, x1, y1 = page.get_bbox()
    width, height = page.get_size()
    return Frame(x0, y0, x1, y1, page.get_rotation(), width, height)


class PageChars:
    """The characters of an open text page. `text` holds them as pdfium orders them, with its line ends and hyphens."""

    def __init__(self, textpage: pdfium.PdfTextPage, frame: Frame) -> None:
        self._page = textpage.raw
        self._address = ctypes.cast(textpage.raw, ctypes.c_void_p).value
        self._frame = frame
        self._name = ctypes.create_string_buffer(FONT_NAME_BYTES)
        self._flags = ctypes.c_int()
        self._bold: dict[bytes, bool] = {}
        self.text, self._index = _characters(textpage.raw)

    def boxes(self, places: Sequence[int]) -> Boxes:
        """The loose boxes (font height, advance width) of the characters at these places, on the displayed page."""
        rects = np.zeros((len(places), FLOATS_PER_RECT), np.float32)
        at = rects.ctypes.data
        list(
            map(
                _loose_box,
                repeat(self._address),
                self._indices(places),
                range(at, at + RECT_BYTES * len(places), RECT_BYTES),
            )
        )
        return self._frame.boxes(rects)

    def angles(self, places: Sequence[int]) -> list[float]:
        """How far characters are turned on the displayed page, in degrees against the clock; pdfium counts with it."""
        found = list(map(_angle, repeat(self._address), self._indices(places)))
        turned: list[float] = (-np.degrees(found) - self._frame.rotation).tolist()
        return turned

    def unmapped_at(self, places: Sequence[int]) -> list[bool]:
        """Which of the characters have no entry in their font's Unicode map."""
        return [each > 0 for each in map(_map_error, repeat(self._address), self._indices(places))]

    def reorder(self, places: Sequence[int]) -> None:
        """Keep the characters at these places only, in this order."""
        self._index = list(self._indices(places))
        self.text = "".join([self.text[at] for at in places])

    def bold(self, place: int) -> bool:
        at = place if self._index is None else self._index[place]
        _font(self._address, at, ctypes.addressof(self._name), FONT_NAME_BYTES, ctypes.addressof(self._flags))
        name = self._name.value
        bold = self._bold.get(name)
        if bold is None:
            bold = self._bold[name] = BOLD.search(name) is not None
        return bold

    def insert_spaces(self, places: Sequence[int]) -> None:
        """Put a space before each of these places, in ascending order; the space has the index of what follows it."""
        index = list(range(len(self.text))) if self._index is None else self._index
        cuts = [0, *places, len(self.text)]
        pieces = [(self.text[a:b], index[a:b]) for a, b in pairwise(cuts)]
        self.text = " ".join(text for text, _ in pieces)
        self._index = pieces[0][1] + [at for _, part in pieces[1:] for at in (part[0], *part)]

    def _indices(self, places: Sequence[int]) -> Sequence[int]:
        return places if self._index is None else [self._index[at] for at in places]


def _characters(textpage: ctypes.c_void_p) -> tuple[str, list[int] | None]:
    """The text of a page, and for each code point pdfium's index of it (None when they are the same).

    pdfium counts UTF-16 units and leaves control characters out of its text but not out of its indices.
    """
    count = raw.FPDFText_CountChars(textpage)
    if count <= 0:
        return "", None
    units = (ctypes.c_ushort * (count + 1))()
    written = max(0, raw.FPDFText_GetText(textpage, 0, count, units) - 1)
    text = bytes(units)[: 2 * written].decode("utf-16-le", "surrogatepass")
    if len(text) == count and not IRREGULAR.search(text):
        return text, None
    return _one_by_one(textpage, count)


def _one_by_one(textpage: ctypes.c_void_p, count: int) -> tuple[str, list[int]]:
    codes = [raw.FPDFText_GetUnicode(textpage, at) for at in range(count)]
    out: list[str] = []
    index: list[int] = []
    for at, code in enumerate(codes):
        if 0xDC00 <= code < 0xE000 and at and 0xD800 <= codes[at - 1] < 0xDC00:
            out[-1] = chr(0x10000 + ((codes[at - 1] - 0xD800) << 10) + code - 0xDC00)
            continue
        if code == PDFIUM_HYPHEN:
            out.append(HYPHEN)
        elif code >= 0x20 or code in (0x9, 0xA, 0xD):
            out.append(chr(code))
        else:
            continue
        index.append(at)
    return "".join(out), index
