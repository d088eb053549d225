"""Files that are broken, hostile, or not what their name says. They are small; what they unpack to is not."""

from __future__ import annotations

import io
import zipfile

from tests.instruments import pdf_writer

MEGABYTE = 1_000_000
CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONSHIPS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def an_empty_file() -> bytes:
    """Nothing."""
    return b""


def not_a_pdf() -> bytes:
    """The first bytes of a Windows program; call it contract.pdf."""
    return b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(range(256)) * 8


def a_truncated_pdf(keep: float = 0.5) -> bytes:
    """The first part of a good PDF: no cross-reference table, no trailer; with a small `keep` no whole page either."""
    whole = pdf_writer.assemble([pdf_writer.text_page([f"Page {n}, line {m}." for m in range(40)]) for n in (1, 2, 3)])
    return whole[: int(len(whole) * keep)]


def a_pdf_bomb(megabytes: int = 20) -> bytes:
    """A PDF of a few dozen kilobytes whose one page unpacks to so many megabytes of text operators."""
    operators = b"(all work and no play) Tj\n"
    content = b"BT /F1 1 Tf 72 700 Td\n" + operators * (megabytes * MEGABYTE // len(operators)) + b"ET"
    return pdf_writer.assemble([content], compress=True)


def a_docx_bomb(megabytes: int = 200) -> bytes:
    """A DOCX whose one paragraph unpacks to so many megabytes: a ratio of about 1000."""
    start = f"<w:document {WORD}><w:body><w:p><w:r><w:t>".encode()
    end = b"</w:t></w:r></w:p></w:body></w:document>"
    block = b"A" * MEGABYTE
    return _package([start, *([block] * megabytes), end])


def an_entity_bomb(levels: int = 9) -> bytes:
    """A DOCX whose XML would expand to 10 to the power of `levels` words."""
    entities = ['<!ENTITY e0 "lol">']
    entities += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels + 1)]
    xml = (
        f"<!DOCTYPE w:document [{''.join(entities)}]><w:document {WORD}><w:body><w:p><w:r><w:t>&e{levels};</w:t></w:r>"
    )
    return _package([(xml + "</w:p></w:body></w:document>").encode()])


def an_ole_file() -> bytes:
    """The signature of an OLE container: what a DOCX with a password, or an old .doc, begins with."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"\xff" * 1024


def _package(document: list[bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("_rels/.rels", RELATIONSHIPS)
        with package.open("word/document.xml", "w") as part:
            part.write(b'<?xml version="1.0" encoding="UTF-8"?>')
            for block in document:
                part.write(block)
    return out.getvalue()
