"""PDFs made to exhaust or crash a reader (evals): small files whose objects unpack, repeat, nest or lie."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

MEGABYTE = 1_000_000
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
SENTENCE = b"BT /F1 12 Tf 72 700 Td (The parties agree as follows.) Tj ET"


def assembled(objects: Sequence[bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a table of where they are."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)


def stream(data: bytes, head: bytes = b"", *, flate: int = 0) -> bytes:
    """A stream object, packed `flate` times over."""
    for _ in range(flate):
        data = zlib.compress(data, 9)
    filters = b"/Filter [" + b" /FlateDecode" * flate + b" ]" if flate else b""
    return b"<< %s %s /Length %d >>\nstream\n%s\nendstream" % (head, filters, len(data), data)


def one_page(content: bytes, *more: bytes, page: bytes = b"", resources: bytes = b"") -> bytes:
    """A PDF of one page; objects in `more` are numbered from 6."""
    parts = [
        CATALOG,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R %s /Resources << /Font << /F1 5 0 R >> %s >> >>"
        % (page, resources),
        content,
        FONT,
        *more,
    ]
    return assembled(parts)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that unpack to much."""
    for megabytes in (20, 80, 200):
        words = b"BT /F1 1 Tf 72 700 Td\n" + b"(all work) Tj\n" * (megabytes * MEGABYTE // 14) + b"ET"
        yield f"operators-{megabytes}mb", one_page(stream(words, flate=1))
    yield "zeros-400mb-flate-twice", one_page(stream(bytes(400 * MEGABYTE), flate=2))
    paths = b"0 0 m 1 1 l S\n" * (30 * MEGABYTE // 14)
    yield "paths-30mb", one_page(stream(paths, flate=1))
    saves = b"q " * 5_000_000 + SENTENCE
    yield "graphics-states", one_page(stream(saves, flate=1))
    array = b"BT /F1 1 Tf [" + b"(a) -1 " * 3_000_000 + b"] TJ ET"
    yield "text-array", one_page(stream(array, flate=1))
    nested = b"[" * 500_000 + b"]" * 500_000
    yield "nested-arrays", one_page(stream(SENTENCE), nested, page=b"/Extra 6 0 R")
    yield (
        "nested-dictionaries",
        one_page(stream(SENTENCE), b"<< /A " * 200_000 + b"1" + b" >>" * 200_000, page=b"/E 6 0 R"),
    )


def pictures() -> Iterator[tuple[str, bytes]]:
    """Pictures that are larger than any memory."""
    for name, width, height, data in (
        ("picture-100k-square", 100_000, 100_000, zlib.compress(bytes(1000))),
        ("picture-flate-bomb", 30_000, 30_000, zlib.compress(bytes(300 * MEGABYTE), 9)),
        ("picture-negative", -5, -5, zlib.compress(bytes(100))),
        ("picture-2e9-wide", 2_000_000_000, 1, zlib.compress(bytes(100))),
    ):
        head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /FlateDecode"
        picture = b"<< " + head % (width, height) + b" /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        content = stream(b"q 612 0 0 792 0 0 cm /Im 6 0 R Do /Im Do Q")
        yield name, one_page(content, picture, resources=b"/XObject << /Im 6 0 R >>")
    for name, kind in (
        ("picture-jbig2", b"/JBIG2Decode"),
        ("picture-jpx", b"/JPXDecode"),
        ("picture-fax", b"/CCITTFaxDecode"),
    ):
        head = (
            b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter "
            + kind
        )
        picture = stream(bytes(range(256)) * 16, head)
        yield name, one_page(stream(b"q 612 0 0 792 0 0 cm /Im Do Q"), picture, resources=b"/XObject << /Im 6 0 R >>")


def loops() -> Iterator[tuple[str, bytes]]:
    """Objects that lead back to themselves, or nest deeper than a stack."""
    form = stream(
        b"/Fm Do /Fm Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Fm 6 0 R >> >>"
    )
    yield "form-in-itself", one_page(stream(b"/Fm Do"), form, resources=b"/XObject << /Fm 6 0 R >>")
    forms = [
        stream(
            b"/A Do /A Do /A Do /A Do",
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A %d 0 R >> >>" % (n + 7),
        )
        for n in range(30)
    ]
    last = stream(SENTENCE, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >>")
    yield "forms-4-to-the-30", one_page(stream(b"/A Do"), *forms, last, resources=b"/XObject << /A 6 0 R >>")
    yield "pages-in-themselves", assembled([CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>"])
    yield "page-count-lies", assembled([CATALOG, b"<< /Type /Pages /Kids [] /Count 2147483647 >>"])
    tree = [CATALOG] + [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 3) for n in range(20_000)]
    tree.append(b"<< /Type /Page /MediaBox [0 0 612 792] >>")
    yield "page-tree-20000-deep", assembled(tree)
    items = [b"<< /Title (x) /Parent 6 0 R /Next 6 0 R /First 6 0 R /Last 6 0 R /Dest [3 0 R /Fit] >>"]
    outline = assembled(
        [b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
         b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
         stream(SENTENCE), FONT, *items]
    )  # fmt: skip
    yield "outline-in-itself", outline
    deep = [b"<< /Title (x) /First %d 0 R /Last %d 0 R >>" % (n + 7, n + 7) for n in range(30_000)]
    yield "outline-30000-deep", outline.replace(items[0], deep[0]).replace(b"%%EOF", b"") + assembled([*deep])
    yield "length-in-itself", one_page(b"<< /Length 4 0 R >>\nstream\nq\nendstream")
    yield (
        "names-in-themselves",
        one_page(stream(SENTENCE), b"<< /Kids [6 0 R 6 0 R] >>").replace(
            b"/Type /Catalog", b"/Type /Catalog /Names << /EmbeddedFiles 6 0 R >> /PageLabels 6 0 R"
        ),
    )
    yield (
        "fields-in-themselves",
        one_page(stream(SENTENCE), b"<< /T (a) /Kids [6 0 R 6 0 R] /Parent 6 0 R >>").replace(
            b"/Type /Catalog", b"/Type /Catalog /AcroForm << /Fields [6 0 R] >>"
        ),
    )


def lies() -> Iterator[tuple[str, bytes]]:
    """Numbers and tables that are not true."""
    good = one_page(stream(SENTENCE))
    yield "box-1e38", good.replace(b"[0 0 612 792]", b"[-1e38 -1e38 1e38 1e38]")
    yield "box-empty", good.replace(b"[0 0 612 792]", b"[0 0 0 0]")
    yield "box-words", good.replace(b"[0 0 612 792]", b"[a b c d]")
    yield "rotate-7", good.replace(b"/Parent 2 0 R", b"/Parent 2 0 R /Rotate 7")
    yield "unit-1e9", good.replace(b"/Parent 2 0 R", b"/Parent 2 0 R /UserUnit 1000000000")
    yield "xref-in-itself", good.replace(b"/Root", b"/Prev 9 /Root")
    yield "startxref-far", good.replace(b"startxref\n", b"startxref\n99999999999")
    yield "size-lies", good.replace(b"/Size 6", b"/Size 2147483647")
    yield "root-missing", good.replace(b"/Root 1 0 R", b"/Root 99 0 R")
    yield "font-huge-width", good.replace(b"/Helvetica", b"/Helvetica /FirstChar 0 /LastChar 2147483647 /Widths [1]")
    yield "text-far-away", good.replace(b"72 700 Td", b"7e30 7e30 Td")
    yield "font-size-1e30", good.replace(b"12 Tf", b"1e30 Tf")
    yield "font-size-nan", good.replace(b"12 Tf", b"nan Tf")
    pages = b" ".join(b"3 0 R" for _ in range(5_000))
    yield "pages-5000-times-one", good.replace(b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count 5000" % pages)
    yield (
        "encrypted-nonsense",
        good.replace(b"/Root", b"/Encrypt << /Filter /Standard /V 9 /R 9 /O (a) /U (b) /P -1 >> /Root"),
    )
    yield (
        "javascript-and-launch",
        good.replace(
            b"/Type /Catalog",
            b"/Type /Catalog /OpenAction << /S /Launch /F (/bin/sh) >> /AA << /O << /S /JavaScript /JS (while(1);) >> >>",
        ),
    )
    yield (
        "remote-references",
        good.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /GoToR /F (http://127.0.0.1:47009/x) >>"),
    )
