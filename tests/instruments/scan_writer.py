"""Writes scans: image-only PDFs of pages as a scanner leaves them, leaning, turned, grey and speckled. Same input, same bytes."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter

from tests.instruments import pdf_writer

DPI = 150
PAPER = 244
POINTS, LEADING = 12, 17
LEFT, TOP = 72, 80


def a_scan(
    pages: Sequence[Sequence[str]], *, lean: float = 0.0, turn: int = 0, specks: int = 0, dpi: int = DPI
) -> bytes:
    """Pages of text as pictures: leaning `lean` degrees clockwise, then turned by `turn` quarters clockwise on a page that keeps its size
    when the number is even, with `specks` of dirt."""
    pictures = [_scanned(lines, lean, specks, dpi) for lines in pages]
    pdf = pdf_writer.assemble_pictures(pictures)
    return _turned(pdf, turn) if turn % 4 else pdf


def in_columns(left: Sequence[str], right: Sequence[str]) -> bytes:
    """A page of two columns of lines."""
    picture = _paper(DPI)
    _write(picture, left, DPI, LEFT)
    _write(picture, right, DPI, LEFT + 250)
    return pdf_writer.assemble_pictures([picture])


def with_numbers(clauses: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A page whose clause numbers stand in the margin, well apart from their clauses."""
    picture = _paper(DPI)
    row = 0
    for number, lines in clauses:
        _write(picture, [number], DPI, LEFT, row)
        _write(picture, lines, DPI, LEFT + 40, row)
        row += len(lines)
    return pdf_writer.assemble_pictures([picture])


def empty_pages(count: int = 1) -> bytes:
    """Sheets with nothing but the grey of their paper."""
    return pdf_writer.assemble_pictures([_paper(DPI) for _ in range(count)])


def a_photograph() -> bytes:
    """A page that is all shades and holds no word."""
    dice = random.Random(7)
    small = Image.new("L", (17, 22))
    small.putdata([dice.randrange(40, 220) for _ in range(17 * 22)])
    return pdf_writer.assemble_pictures([small.resize(_size(DPI), Image.Resampling.BICUBIC)])


def _scanned(lines: Sequence[str], lean: float, specks: int, dpi: int) -> Image.Image:
    picture = _paper(dpi)
    _write(picture, lines, dpi, LEFT)
    dice = random.Random(3)
    pen = ImageDraw.Draw(picture)
    for _ in range(specks):
        x, y = dice.randrange(picture.width), dice.randrange(picture.height)
        pen.ellipse((x, y, x + 2, y + 2), fill=60)
    return picture.rotate(-lean, Image.Resampling.BICUBIC, fillcolor=PAPER) if lean else picture


def _paper(dpi: int) -> Image.Image:
    return Image.new("L", _size(dpi), color=PAPER)


def _size(dpi: int) -> tuple[int, int]:
    return round(pdf_writer.PAGE_WIDTH * dpi / 72), round(pdf_writer.PAGE_HEIGHT * dpi / 72)


def _write(picture: Image.Image, lines: Sequence[str], dpi: int, left: float, row: int = 0) -> None:
    scale = dpi / 72
    font = ImageFont.load_default(size=POINTS * scale)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines, start=row):
        place = (left * scale, (TOP + number * LEADING) * scale)
        pen.text(place, line, fill=30, font=font, anchor="ls")


def _turned(pdf: bytes, turn: int) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        writer.add_page(page.rotate(90 * (turn % 4)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
