"""Pages of text set anywhere: pieces at a place, in a size, turned, in the order in which the file is to draw them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Highlight, Link, Text
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tests.instruments.pdf_writer import PAGE_HEIGHT, assemble

BODY = 10.0
LEADING = 12.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Words whose baseline begins `down` points below the top of the page."""

    x: float
    down: float
    text: str
    size: float = BODY
    turn: float = 0.0


def printed(pages: Sequence[Sequence[Piece]]) -> bytes:
    """A PDF of such pages."""
    return assemble([_content(page) for page in pages])


def column(x: float, down: float, lines: Sequence[str], size: float = BODY) -> list[Piece]:
    """Lines one below the other."""
    return [Piece(x, down + at * (size + LEADING - BODY), line, size) for at, line in enumerate(lines)]


def reviewed(pdf: bytes, *, note: str = "", strike: tuple[float, ...] = (), link: tuple[float, ...] = ()) -> bytes:
    """Adds a note at the top left, a strike-out over a rectangle, and a link on one (left, bottom, right, top)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    if note:
        made = Text(text=note, rect=(60, 710, 80, 730))
        made[NameObject("/T")] = TextStringObject("A. Reviewer")
        made[NameObject("/M")] = TextStringObject("D:20260131120000+01'00'")
        writer.add_annotation(0, made)
    if strike:
        left, bottom, right, top = strike
        corners = [left, top, right, top, left, bottom, right, bottom]
        struck = Highlight(rect=(left, bottom, right, top), quad_points=ArrayObject(map(FloatObject, corners)))
        struck[NameObject("/Subtype")] = NameObject("/StrikeOut")
        writer.add_annotation(0, struck)
    if link:
        writer.add_annotation(0, Link(rect=(link[0], link[1], link[2], link[3]), url="https://example.org/terms"))
    return _written(writer)


def with_file(pdf: bytes, name: str, data: bytes) -> bytes:
    """Attaches a file."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.add_attachment(name, data)
    return _written(writer)


def with_field(pdf: bytes, name: str, value: str, *, shown: bool = True) -> bytes:
    """Adds a text field of a form that holds a value, and shows it or not."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    made = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject(name),
            NameObject("/V"): TextStringObject(value if shown else ""),
            NameObject("/DA"): TextStringObject("/Helv 10 Tf 0 g"),
            NameObject("/F"): NumberObject(4 if shown else 2),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (72, 600, 272, 620))),
        }
    )
    field = writer.add_annotation(0, made)
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([field.indirect_reference])})
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(form)
    if shown:
        writer.update_page_form_field_values(writer.pages[0], {name: value}, auto_regenerate=False)
    else:
        field[NameObject("/V")] = TextStringObject(value)
    return _written(writer)


def _content(pieces: Sequence[Piece]) -> bytes:
    parts = [b"BT"]
    for piece in pieces:
        c, s = math.cos(math.radians(piece.turn)), math.sin(math.radians(piece.turn))
        place = f"{c:.5f} {s:.5f} {-s:.5f} {c:.5f} {piece.x:g} {PAGE_HEIGHT - piece.down:g} Tm".encode()
        words = piece.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(b"/F1 %g Tf " % piece.size + place + b" (" + words + b") Tj")
    return b"\n".join([*parts, b"ET"])


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
