"""What a file is, from its first bytes and its name, never from a Content-Type (floor 4, pure, no parser is loaded).

The bytes decide; the name only chooses between kinds of text and exposes a file that is not what it is called. `sniff` reads the
first `HEAD_BYTES` of an upload, so it cannot see whether the rest is whole: that is the parser's part.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from proviso.errors import EmptyFile, UnsupportedFormat

HEAD_BYTES = 65_536

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"

EXTENSIONS = {
    PDF: (".pdf",),
    DOCX: (".docx", ".docm", ".dotx"),
    HTML: (".html", ".htm", ".xhtml"),
    MARKDOWN: (".md", ".markdown", ".mdown"),
    PLAIN: (".txt", ".text"),
}
FORMATS = ("PDF", "DOCX", "HTML", "Markdown", "plain text")

_ACCEPTED = "Accepted are PDF, DOCX, HTML, Markdown and plain text."
_BY_EXTENSION = {ending: kind for kind, endings in EXTENSIONS.items() for ending in endings}
_NAMES = {PDF: "a PDF", DOCX: "a Word document (DOCX)", HTML: "an HTML page", MARKDOWN: "Markdown", PLAIN: "plain text"}
_OFFICE_EXTENSIONS = (".doc", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".rtf", ".pages", ".msg", ".wpd")

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"BM", "a bitmap image"),
    (b"{\\rtf", "a Rich Text (RTF) file"),
    (b"%!PS", "a PostScript file"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_TEXT_SIGNATURES = frozenset((b"BM", b"MZ", b"BZh", b"GIF8", b"Rar!"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old Office files begin with, and new ones that are locked with a password."""

_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLD_KINDS = (
    ("WordDocument", "a Word document in the old binary format (.doc)"),
    ("Workbook", "an Excel workbook in the old binary format (.xls)"),
    ("PowerPoint Document", "a PowerPoint presentation in the old binary format (.ppt)"),
    ("__nameid_version1.0", "an Outlook message (.msg)"),
)
_ZIP = b"PK\x03\x04"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_XML_START = re.compile(rb"\s*<(?:\?xml|svg)\b", re.IGNORECASE)


def sniff(head: bytes, filename: str) -> str:
    """The media type of a file that starts with `head`. Raises EmptyFile, or UnsupportedFormat that says what it looks like."""
    if not _letters(head):
        raise EmptyFile(
            f"{filename} is empty: it holds nothing but white space." if head else f"{filename} is empty (0 bytes)."
        )
    ending = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    if b"%PDF-" in head[:1024]:
        return _agreed(PDF, ending, filename)
    if head.startswith(_ZIP):
        return _agreed(_zipped(head, ending, filename), ending, filename)
    if head.startswith(OLE):
        return _contained(head, ending, filename)
    for signature, looks_like in _SIGNATURES:
        if head.startswith(signature) and not (signature in _TEXT_SIGNATURES and is_text(head)):
            raise UnsupportedFormat(f"{filename} is {looks_like}. {_ACCEPTED}")
    if not is_text(head):
        raise UnsupportedFormat(f"{filename} holds binary data of an unknown kind. {_ACCEPTED}")
    return _text_kind(head, ending, filename)


def is_text(head: bytes) -> bool:
    """Whether the bytes read as text in UTF-8, UTF-16, UTF-32 or an older encoding: hardly any control characters, no NULs."""
    if head.startswith(_BOMS) or utf16_order(head) or utf32_order(head):
        return True
    return b"\x00" not in head and len(_CONTROLS.findall(head)) * 200 <= len(head)


def utf16_order(head: bytes) -> str:
    """ "le" or "be" for UTF-16 without a byte order mark, as Windows programs write it: every other byte of the Latin letters is
    NUL; else ""."""
    sample = head[:4096]
    half = len(sample) // 2
    if half < 2:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) <= 0.7 * half or min(even, odd) > 0.02 * half:
        return ""
    return "le" if odd > even else "be"


def utf32_order(head: bytes) -> str:
    """ "le" or "be" for UTF-32 without a byte order mark: of four bytes the two high ones are always NUL; else ""."""
    sample = head[: len(head[:4096]) // 4 * 4]
    if len(sample) < 8:
        return ""
    quarter = len(sample) // 4
    zeros = [sample[at::4].count(0) for at in range(4)]
    if zeros[3] == zeros[2] == quarter and zeros[0] < 0.1 * quarter:
        return "le"
    return "be" if zeros[0] == zeros[1] == quarter and zeros[3] < 0.1 * quarter else ""


def _letters(head: bytes) -> bytes:
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return (
        head.replace(b"\x00", b"").strip() if utf16_order(head) or utf32_order(head) or len(head) < 8 else head.strip()
    )


def _agreed(kind: str, ending: str, filename: str) -> str:
    claimed = _BY_EXTENSION.get(ending)
    if claimed not in (None, kind) or ending in _OFFICE_EXTENSIONS:
        raise UnsupportedFormat(
            f"{filename} is {_NAMES[kind]} by its content, not what its name says. Rename it to end in "
            f"{EXTENSIONS[kind][0]}, or upload the file that was meant. {_ACCEPTED}"
        )
    return kind


def _contained(head: bytes, ending: str, filename: str) -> str:
    """An OLE container: a locked DOCX is left to its parser, which asks for the password; the old formats are not read."""
    old = next((name for stream, name in _OLD_KINDS if stream.encode("utf-16-le") in head), None)
    if old is None and ending in EXTENSIONS[DOCX]:
        return DOCX
    looks_like = old or "an Office file in the old binary format"
    if _LOCKED in head:
        looks_like = "an Office file locked with a password"
    raise UnsupportedFormat(f"{filename} is {looks_like}. Open it, save it as DOCX or PDF and upload that. {_ACCEPTED}")


def _zipped(head: bytes, ending: str, filename: str) -> str:
    """Which Office format a zip is, by the entry names in its first bytes; its own name decides when they are not among them."""
    if b"word/" in head or (ending in EXTENSIONS[DOCX] and b"xl/" not in head and b"ppt/" not in head):
        return DOCX
    looks_like = "a ZIP archive; upload the files in it one by one"
    for mark, name in (
        (b"xl/", "an Excel workbook; save the sheets that matter as PDF"),
        (b"ppt/", "a PowerPoint presentation; save it as PDF"),
        (b"opendocument.text", "an OpenDocument text; save it as DOCX or PDF"),
        (b"opendocument", "an OpenDocument file; save it as PDF"),
        (b"epub+zip", "an EPUB book; save it as PDF or HTML"),
    ):
        if mark in head:
            looks_like = name
            break
    raise UnsupportedFormat(f"{filename} is {looks_like}. {_ACCEPTED}")


def _text_kind(head: bytes, ending: str, filename: str) -> str:
    claimed = _BY_EXTENSION.get(ending)
    if claimed in (PDF, DOCX) or ending in _OFFICE_EXTENSIONS:
        raise UnsupportedFormat(
            f"{filename} is plain text by its content, not what its name says. If text is what you meant to upload, "
            f"rename it to end in .txt; else upload the original file. {_ACCEPTED}"
        )
    if claimed is not None:
        return claimed
    if _HTML_START.match(head):
        return HTML
    if _XML_START.match(head):
        raise UnsupportedFormat(
            f"{filename} is an XML file. Save what a reader would see as PDF, HTML or text. {_ACCEPTED}"
        )
    return PLAIN
