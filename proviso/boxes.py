"""Word boxes of a page (floor 0, pure): compact binary per page, read lazily, and the arithmetic from a span to its boxes.

A box is `[x0, y0, x1, y1]` in points from the top left of the page as displayed (CropBox, /Rotate applied). A file of word boxes is an
8-byte magic, a page count, a table of (page, width, height, offset, length), and one zlib block per page that holds four-byte columns:
starts and ends (int32 code points of the canonical text), line numbers (int32), and boxes (float32 x 4).
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = b"PVBOX\x00\x01\x00"
HEAD = struct.Struct("<8sI")
ROW = struct.Struct("<IffIII")
COLUMNS = 7
"""Four-byte values per word: start, end, line, and the four sides of its box."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageWords:
    """Words of one page in text order, as columns: word i spans `[starts[i], ends[i])`, stands on `lines[i]`, in `boxes[4i:4i+4]`."""

    page: int
    width: float
    height: float
    starts: array[int]
    ends: array[int]
    lines: array[int]
    boxes: array[float]

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where a span stands on one page: one box per line it touches."""

    page: int
    width: float
    height: float
    boxes: tuple[Box, ...]


def boxes_of(words: PageWords, start: int, end: int) -> PageBoxes | None:
    """The boxes of `[start, end)` on this page, one per line, or None when the span does not touch the page."""
    lines: dict[int, Box] = {}
    for i in range(len(words)):
        if words.starts[i] < end and start < words.ends[i]:
            x0, y0, x1, y1 = words.boxes[4 * i : 4 * i + 4]
            seen = lines.get(words.lines[i])
            box = (x0, y0, x1, y1)
            lines[words.lines[i]] = _union(seen, box) if seen else box
    if not lines:
        return None
    rounded = tuple(_rounded(box) for box in lines.values())
    return PageBoxes(words.page, round(words.width, 2), round(words.height, 2), rounded)


def encode(pages: Sequence[PageWords]) -> bytes:
    """All pages as one binary; `decode` reads any subset of them without unpacking the rest."""
    blocks = [_pack(page) for page in pages]
    at = HEAD.size + ROW.size * len(pages)
    table = bytearray()
    for page, block in zip(pages, blocks, strict=True):
        table += ROW.pack(page.page, page.width, page.height, len(page), at, len(block))
        at += len(block)
    return HEAD.pack(MAGIC, len(pages)) + bytes(table) + b"".join(blocks)


def decode(data: bytes, wanted: set[int] | None = None) -> list[PageWords]:
    """The pages in `wanted` (all when None). Raises ValueError on anything that is not such a file."""
    try:
        magic, count = HEAD.unpack_from(data)
        if magic != MAGIC:
            raise ValueError("not a file of word boxes")
        rows = [ROW.unpack_from(data, HEAD.size + row * ROW.size) for row in range(count)]
        return [
            _unpack(page, width, height, words, zlib.decompress(data[at : at + length]))
            for page, width, height, words, at, length in rows
            if wanted is None or page in wanted
        ]
    except (struct.error, zlib.error) as error:
        raise ValueError(f"not a whole file of word boxes: {error}") from error


def _pack(page: PageWords) -> bytes:
    columns: tuple[array[int] | array[float], ...] = (page.starts, page.ends, page.lines, page.boxes)
    return zlib.compress(b"".join(_little(column) for column in columns), 6)


def _unpack(page: int, width: float, height: float, words: int, raw: bytes) -> PageWords:
    size = 4 * words
    if len(raw) != COLUMNS * size:
        raise ValueError(f"page {page} of the word boxes has {len(raw)} bytes for {words} words")
    starts, ends, lines = (array("i", raw[i * size : (i + 1) * size]) for i in range(3))
    boxes = array("f", raw[3 * size :])
    if sys.byteorder == "big":
        for column in (starts, ends, lines, boxes):
            column.byteswap()
    return PageWords(page, width, height, starts, ends, lines, boxes)


def _little(column: array[int] | array[float]) -> bytes:
    if sys.byteorder == "little":
        return column.tobytes()
    swapped = column[:]
    swapped.byteswap()
    return swapped.tobytes()


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _rounded(box: Box) -> Box:
    return round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2)
