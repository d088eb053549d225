"""Lines and word boxes of one PDF page through pdfium (floor 4): the only module that walks pdfium's characters.

Asking pdfium for every character's box from Python is slow, so each word costs two calls: the loose boxes (font height, advance width)
of its first and last character. Boxes are turned into the frame of the page as displayed: CropBox, /Rotate, origin top left.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from proviso.boxes import Box
from proviso.text import canonical

WORD = re.compile(r"\S+")
LINE = re.compile("[^\r\n\ufffe]+\ufffe?")
IRREGULAR = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
HYPHEN = "\ufffe"
"""Where pdfium puts a hyphen that ended a line; it swallows the line end after it."""
PDFIUM_HYPHEN = 2
OUTSIDE_POINTS = 2.0
FONT_NAME_BYTES = 96
BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """One line of a page: its text, its words as (start, end) in that text with their boxes, and how it is set."""

    text: str
    words: list[tuple[int, int, Box]]
    box: Box
    height: float
    bold: bool
    hyphenated: bool


@dataclass(slots=True)
class PageLines:
    """A page as displayed: size in points, lines in the order of the file, and how many lines lay outside the page."""

    width: float
    height: float
    lines: list[Line]
    outside: int = 0


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
        """A rectangle of user space, clipped to the page."""
        if self.rotation == 90:
            a, b, c, d = bottom - self.y0, left - self.x0, top - self.y0, right - self.x0
        elif self.rotation == 180:
            a, b, c, d = self.x1 - right, bottom - self.y0, self.x1 - left, top - self.y0
        elif self.rotation == 270:
            a, b, c, d = self.y1 - top, self.x1 - right, self.y1 - bottom, self.x1 - left
        else:
            a, b, c, d = left - self.x0, self.y1 - top, right - self.x0, self.y1 - bottom
        return a, b, c, d

    def clip(self, box: Box) -> Box:
        x0, y0 = min(max(box[0], 0.0), self.width), min(max(box[1], 0.0), self.height)
        return x0, y0, max(x0, min(box[2], self.width)), max(y0, min(box[3], self.height))

    def shows(self, box: Box) -> bool:
        """Whether the middle of the box lies on the page."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return (
            -OUTSIDE_POINTS <= x <= self.width + OUTSIDE_POINTS and -OUTSIDE_POINTS <= y <= self.height + OUTSIDE_POINTS
        )


def frame_of(page: pdfium.PdfPage) -> Frame:
    x0, y0, x1, y1 = page.get_bbox()
    width, height = page.get_size()
    return Frame(x0, y0, x1, y1, page.get_rotation(), width, height)


def read_lines(page: pdfium.PdfPage) -> PageLines:
    """The lines of a page; none when it holds no text."""
    frame = frame_of(page)
    found = PageLines(frame.width, frame.height, [])
    textpage = page.get_textpage()
    try:
        text, index = _characters(textpage.raw)
        reader = _Boxes(textpage.raw, frame, index)
        for match in LINE.finditer(text):
            line = _line(match.group(), match.start(), reader)
            if line is None:
                continue
            if frame.shows(line.box):
                found.lines.append(line)
            else:
                found.outside += 1
    finally:
        textpage.close()
    return found


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


class _Boxes:
    """Boxes and fonts of characters by their place in the page's text."""

    def __init__(self, textpage: ctypes.c_void_p, frame: Frame, index: list[int] | None) -> None:
        self._page = textpage
        self._frame = frame
        self._index = index
        self._rect = raw.FS_RECTF()
        self._rect_at = ctypes.byref(self._rect)
        self._name = ctypes.create_string_buffer(FONT_NAME_BYTES)
        self._flags = ctypes.c_int()

    def word(self, first: int, last: int) -> Box:
        rect, at, page = self._rect, self._rect_at, self._page
        if self._index is not None:
            first, last = self._index[first], self._index[last]
        raw.FPDFText_GetLooseCharBox(page, first, at)
        left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        if last != first:
            raw.FPDFText_GetLooseCharBox(page, last, at)
            a, b, c, d = rect.left, rect.bottom, rect.right, rect.top
            left, bottom, right, top = min(left, a), min(bottom, b), max(right, c), max(top, d)
        return self._frame.box(left, bottom, right, top)

    def clipped(self, words: list[tuple[int, int, Box]], whole: Box) -> list[tuple[int, int, Box]]:
        """The words of a line with their boxes cut at the page's edge, which hardly any line touches."""
        clip = self._frame.clip
        return words if clip(whole) == whole else [(start, end, clip(box)) for start, end, box in words]

    def bold(self, at: int) -> bool:
        at = at if self._index is None else self._index[at]
        raw.FPDFText_GetFontInfo(self._page, at, self._name, FONT_NAME_BYTES, ctypes.byref(self._flags))
        return bool(BOLD.search(self._name.value))


def _line(segment: str, offset: int, boxes: _Boxes) -> Line | None:
    hyphenated = segment.endswith(HYPHEN)
    text = canonical(segment.replace(HYPHEN, "-"))
    lead = len(text) - len(text.lstrip())
    words = [
        (match.start() - lead, match.end() - lead, boxes.word(offset + match.start(), offset + match.end() - 1))
        for match in WORD.finditer(text)
    ]
    if not words:
        return None
    lefts, tops, rights, bottoms = zip(*(box for _, _, box in words), strict=True)
    whole = (min(lefts), min(tops), max(rights), max(bottoms))
    first, last = offset + lead, offset + lead + words[-1][1] - 1
    bold = boxes.bold(first) and boxes.bold(last)
    height = bottoms[0] - tops[0]
    return Line(text.strip(), boxes.clipped(words, whole), whole, height, bold, hyphenated)
