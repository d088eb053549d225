"""Writes small PDFs by hand: text at known places in Helvetica, or one picture a page. Same input, same bytes.

`pypdf` adds what is laid over such a file: outline, page labels, metadata, encryption.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import IndirectObject

PAGE_WIDTH, PAGE_HEIGHT = 612, 792
LEFT, TOP = 72, 72
FONT_POINTS, LEADING = 11, 14
LINES_PER_PAGE = (PAGE_HEIGHT - 2 * TOP) // LEADING
PICTURE_DPI = 200

Box = tuple[float, float, float, float]


def baseline(line: int) -> float:
    """The distance of a line's baseline from the top of an unrotated page; lines count from 0."""
    return TOP + FONT_POINTS + line * LEADING


def text_page(lines: Sequence[str]) -> bytes:
    """The content stream of a page of text: one line of the page a line of text."""
    if len(lines) > LINES_PER_PAGE:
        raise ValueError(f"{len(lines)} lines do not fit on a page of {LINES_PER_PAGE}")
    parts = [b"BT /F1 %d Tf" % FONT_POINTS]
    for number, line in enumerate(lines):
        if line:
            place = b"1 0 0 1 %d %d Tm" % (LEFT, PAGE_HEIGHT - baseline(number))
            parts.append(place + b" (" + _escaped(line) + b") Tj")
    parts.append(b"ET")
    return b"\n".join(parts)


def assemble(
    contents: Sequence[bytes], *, rotate: int = 0, cropbox: Box | None = None, compress: bool = False
) -> bytes:
    """A PDF of text pages from their content streams."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    resources = b"<< /Font << /F1 3 0 R >> >>"
    extra = b""
    if rotate:
        extra += b" /Rotate %d" % rotate
    if cropbox is not None:
        extra += b" /CropBox [%s]" % " ".join(f"{each:g}" for each in cropbox).encode()
    objects = [b"", b"", font]
    kids = []
    for content in contents:
        kids.append(len(objects) + 1)
        objects.append(_page(resources, len(objects) + 2, extra))
        objects.append(_stream(content, compress=compress))
    return _file(objects, kids)


def assemble_pictures(pictures: Sequence[Image.Image]) -> bytes:
    """A PDF with one grey picture a page and no text at all: what a scanner makes."""
    objects = [b"", b"", b"null"]
    kids = []
    for picture in pictures:
        first = len(objects) + 1
        kids.append(first)
        head = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Width %d /Height %d "
        objects.append(_page(b"<< /XObject << /Im1 %d 0 R >> >>" % (first + 2), first + 1))
        objects.append(_stream(b"%d 0 0 %d 0 0 cm /Im1 Do" % (PAGE_WIDTH, PAGE_HEIGHT)))
        objects.append(_stream(picture.tobytes(), head % picture.size, compress=True))
    return _file(objects, kids)


def draw_page(lines: Sequence[str], dpi: int = PICTURE_DPI) -> Image.Image:
    """A page of text as a picture, with the lines where `text_page` puts them."""
    scale = dpi / 72
    picture = Image.new("L", (round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale)), color=255)
    font = ImageFont.load_default(size=FONT_POINTS * scale)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((LEFT * scale, baseline(number) * scale), line, fill=0, font=font, anchor="ls")
    return picture


def dress(
    pdf: bytes,
    *,
    outline: Sequence[tuple[str, int, int]] = (),
    title: str | None = None,
    labels: str | None = None,
    password: str | None = None,
) -> bytes:
    """Adds an outline of (title, page, level), a title, page labels in a style such as "/r", and AES-256 encryption."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    parents: list[IndirectObject] = []
    for name, page, level in outline:
        parent = parents[level - 2] if level > 1 else None
        del parents[level - 1 :]
        parents.append(writer.add_outline_item(title=name, page_number=page - 1, parent=parent))
    if title is not None:
        writer.add_metadata({"/Title": title})
    if labels is not None:
        writer.set_page_label(0, len(writer.pages) - 1, style=labels)  # type: ignore[arg-type]
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _escaped(line: str) -> bytes:
    encoded = line.encode("cp1252")  # a character outside Windows-1252 is an error in the test
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _page(resources: bytes, content: int, extra: bytes = b"") -> bytes:
    box = b"/MediaBox [0 0 %d %d]" % (PAGE_WIDTH, PAGE_HEIGHT)
    return b"<< /Type /Page /Parent 2 0 R %s /Resources %s /Contents %d 0 R%s >>" % (box, resources, content, extra)


def _stream(data: bytes, head: bytes = b"", *, compress: bool = False) -> bytes:
    if compress:
        data, head = zlib.compress(data, 9), head + b"/Filter /FlateDecode "
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (head, len(data), data)


def _file(objects: list[bytes], kids: Sequence[int]) -> bytes:
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    chunks = [out]
    at = len(out)
    for number, body in enumerate(objects, start=1):
        written = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        offsets.append(at)
        chunks.append(written)
        at += len(written)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    chunks.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table))
    chunks.append(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at))
    return b"".join(chunks)
