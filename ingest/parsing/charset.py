"""Bytes to text (floor 4): byte order marks, UTF-8, UTF-16, and one-byte encodings, with the encoding that was taken.

UTF-8 is taken when every byte fits, which text in another encoding practically never does. What is left is Windows-1252 when it is
mostly ASCII (Western contracts with curly quotes); only text that is mostly not ASCII is given to charset-normalizer, whose guesses
on a few accented letters are worse than that rule.
"""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from ingest.parsing.kinds import looks_utf16
from proviso.types.documents import DocumentWarning

MOSTLY_ASCII = 0.15
FEW_LETTERS = 8
SAMPLE_BYTES = 65_536
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text and the name of the encoding taken; never fails: bytes that fit nothing become U+FFFD."""
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace"), encoding
    if looks_utf16(data):
        encoding = "utf-16-le" if data[1:4096:2].count(0) > data[0:4096:2].count(0) else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = _known(declared) or _guessed(data)
    return data.decode(encoding, "replace"), encoding


def declared_in_html(data: bytes) -> str | None:
    """The encoding an HTML page declares for itself."""
    found = _META.search(data[:4096])
    return found.group(1).decode("ascii") if found else None


def encoding_warnings(encoding: str) -> tuple[DocumentWarning, ...]:
    """A warning when the encoding is a guess, since a wrong one changes letters."""
    if encoding.startswith("utf-"):
        return ()
    return (DocumentWarning("encoding_guessed", f"The file is not Unicode; it was read as {encoding}."),)


def _known(declared: str | None) -> str | None:
    if declared is None:
        return None
    name = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(declared.lower(), declared)
    try:
        b"".decode(name)
        "".encode(name)
    except (LookupError, UnicodeError):
        return None
    return None if name.lower().replace("-", "").startswith("utf") else name


def _guessed(data: bytes) -> str:
    sample = data[:SAMPLE_BYTES]
    if sum(byte > 127 for byte in sample) <= max(FEW_LETTERS, MOSTLY_ASCII * len(sample)):
        return "cp1252"
    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"
