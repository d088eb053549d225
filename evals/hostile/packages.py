"""DOCX files made to exhaust or lead astray a reader (evals): zip tricks and XML tricks."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping

MEGABYTE = 1_000_000
DOCUMENT, NUMBERING = "word/document.xml", "word/numbering.xml"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{}"/></Relationships>'
)
PLAIN = "<w:p><w:r><w:t>The parties agree as follows.</w:t></w:r></w:p>"


def body(inside: str, before: str = "") -> str:
    return f"{before}<w:document {WORD}><w:body>{inside}</w:body></w:document>"


def package(document: str | bytes, more: Mapping[str, bytes] = {}, target: str = DOCUMENT) -> bytes:
    """A DOCX around this document part, with more parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("[Content_Types].xml", CONTENT_TYPES)
        file.writestr("_rels/.rels", RELATIONS.format(target))
        file.writestr(DOCUMENT, document)
        for name, data in more.items():
            file.writestr(name, data)
    return out.getvalue()


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small packages that unpack to much."""
    yield "docx-200mb-word", package(body("<w:p><w:r><w:t>" + "A" * (200 * MEGABYTE) + "</w:t></w:r></w:p>"))
    yield "docx-7mb-million-paragraphs", package(body("<w:p/>" * 1_200_000 + PLAIN))
    yield "docx-other-part-bomb", package(body(PLAIN), {"word/styles.xml": bytes(250 * MEGABYTE)})
    parts = {f"word/header{n}.xml": f"<w:hdr {WORD}>{PLAIN}</w:hdr>".encode() for n in range(9_000)}
    yield "docx-9000-headers", package(body(PLAIN), parts)
    yield "docx-20000-parts", package(body(PLAIN), {f"junk/{n}": b"" for n in range(20_000)})
    yield (
        "docx-wide-table",
        package(body("<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 300_000 + "</w:tr></w:tbl>" + PLAIN)),
    )
    span = "<w:tc><w:tcPr><w:gridSpan w:val='2147483647'/></w:tcPr>" + PLAIN + "</w:tc>"
    yield "docx-huge-span", package(body(f"<w:tbl><w:tr>{span}{span}</w:tr></w:tbl>" + PLAIN))


def xml_tricks() -> Iterator[tuple[str, bytes]]:
    """Entities, depth, and numbers that are no numbers."""
    entities = '<!ENTITY e0 "lol">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laugh = body("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", f"<!DOCTYPE w:document [{entities}]>")
    yield "docx-billion-laughs", package(laugh)
    for name, where in (("file", "file:///etc/passwd"), ("http", "http://127.0.0.1:47009/x")):
        outside = f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "{where}">]>'
        yield f"docx-entity-{name}", package(body("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", outside))
        yield f"docx-dtd-{name}", package(body(PLAIN, f'<!DOCTYPE w:document SYSTEM "{where}">'))
    parameter = '<!DOCTYPE w:document [<!ENTITY % a SYSTEM "http://127.0.0.1:47009/x"> %a;]>'
    yield "docx-parameter-entity", package(body(PLAIN, parameter))
    for depth in (200, 5_000, 200_000):
        yield (
            f"docx-depth-{depth}",
            package(body("<w:sdt><w:sdtContent>" * depth + PLAIN + "</w:sdtContent></w:sdt>" * depth)),
        )
        cells = "<w:tbl><w:tr><w:tc>" * depth + PLAIN + "</w:tc></w:tr></w:tbl>" * depth
        yield f"docx-table-depth-{depth}", package(body(cells))
    numbered = (
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='99'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>"
    )
    lists = (
        f"<w:numbering {WORD}><w:abstractNum w:abstractNumId='x'><w:lvl w:ilvl='zz'><w:start w:val='-1e9'/>"
        "<w:numFmt w:val='upperRoman'/><w:lvlText w:val='%1%2%99'/></w:lvl></w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='x'/></w:num></w:numbering>"
    )
    yield "docx-numbers-that-are-none", package(body(numbered * 3), {NUMBERING: lists.encode()})
    huge = lists.replace("'x'", "'1'").replace("'zz'", "'0'").replace("-1e9", "999999999").replace("%2%99", "")
    yield "docx-roman-999999999", package(body(numbered.replace("99", "0") * 3), {NUMBERING: huge.encode()})
    styles = f"<w:styles {WORD}><w:style w:type='paragraph' w:styleId='a'><w:basedOn w:val='a'/></w:style></w:styles>"
    yield (
        "docx-style-on-itself",
        package(
            body("<w:p><w:pPr><w:pStyle w:val='a'/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>"),
            {"word/styles.xml": styles.encode()},
        ),
    )
    yield "docx-utf16-lies", package(b'<?xml version="1.0" encoding="utf-16"?>' + body(PLAIN).encode())
    yield (
        "docx-ins-in-ins",
        package(body("<w:p>" + "<w:ins>" * 300 + "<w:r><w:t>x</w:t></w:r>" + "</w:ins>" * 300 + "</w:p>")),
    )


def zip_tricks() -> Iterator[tuple[str, bytes]]:
    """Names, sizes and flags of the archive that lie."""
    yield "docx-path-names", package(body(PLAIN), {"../../../tmp/owned": b"x", "/etc/owned": b"x"})
    yield "docx-target-outside", package(body(PLAIN), target="../../../../etc/passwd")
    yield "docx-target-remote", package(body(PLAIN), target="http://127.0.0.1:47009/x")
    good = package(body(PLAIN))
    at = good.rindex(b"PK\x01\x02")
    yield "docx-size-lies", good[: at + 24] + struct.pack("<I", 10) + good[at + 28 :]
    yield "docx-size-4gb", good[: at + 24] + struct.pack("<I", 0xFFFFFFFE) + good[at + 28 :]
    yield "docx-method-99", good.replace(b"\x08\x00", b"\x63\x00")
    yield "docx-encrypted-flag", good[: at + 8] + struct.pack("<H", 1) + good[at + 10 :]
    yield "docx-end-repeated", good + good[good.rindex(b"PK\x05\x06") :] * 50
    twice = io.BytesIO(good)
    with zipfile.ZipFile(twice, "a") as file:
        file.filename = None
        file.writestr("word/document2.xml", body(PLAIN))
    yield "docx-of-two-minds", twice.getvalue().replace(b"document2.xml", b"document.xml\x00")
