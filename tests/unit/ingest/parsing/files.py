"""Files the shared builders do not make: PDFs with odd characters, fields and placements, and DOCX from their raw XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ingest.parsing import registry
from ingest.parsing.kinds import sniff
from proviso.types.documents import Block, Parsed

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PDF_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>"


def read(folder: Path, name: str, data: bytes, password: str | None = None) -> Parsed:
    """`data` stored under `name`, recognised and parsed as an upload would be."""
    path = folder / name
    path.write_bytes(data)
    return registry.parse(path, sniff(data[:65_536], name), name, password)


def blocks(parsed: Parsed) -> list[tuple[str, str]]:
    """Kind and words of each block."""
    return [(block.kind, words(parsed, block)) for block in parsed.blocks]


def words(parsed: Parsed, block: Block) -> str:
    return parsed.text[block.start : block.end]


def a_pdf_of(content: bytes, unicode_map: bytes = b"", page: bytes = b"", objects: tuple[bytes, ...] = ()) -> bytes:
    """One page with this content stream; `unicode_map` are bfchar lines, `page` more page entries, `objects` from number 7 on."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        + b"%d beginbfchar\n%s\nendbfchar\n" % (unicode_map.count(b"\n") + 1, unicode_map)
        + b"endcmap end end"
    )
    font = PDF_FONT if unicode_map else b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 4 0 R>>>>/Contents 6 0 R"
        + page
        + b">>",
        font,
        _stream(cmap),
        _stream(content),
        *objects,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    return out + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, len(out))


def _stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(data), data)


def a_form_appearance(text: bytes) -> bytes:
    """The appearance stream of a filled form field."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 4 0 R>>>>"
    return _stream(b"BT /F1 12 Tf 2 5 Td (" + text + b") Tj ET", head)


def a_docx_of(body: str, parts: Mapping[str, str] | None = None) -> bytes:
    """A DOCX whose body is this XML; `parts` are further files of the package by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        for name, xml in (parts or {}).items():
            package.writestr(name, xml)
    return out.getvalue()


def a_part(tag: str, xml: str) -> str:
    """A part whose root is `w:tag`."""
    return f'<w:{tag} xmlns:w="{W}">{xml}</w:{tag}>'


def p(text: str, properties: str = "") -> str:
    """A paragraph with one run."""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
