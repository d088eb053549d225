"""Bytes to text (floor 4): byte order marks, UTF-8, UTF-16, UTF-32, and older encodings, with the encoding that was taken.

UTF-8 is taken when every byte fits, which text in another encoding practically never does. What a page declares comes next. The
rest is a guess and says so: text that is mostly ASCII is Windows-1252 (Western contracts with curly quotes), unless that would
put signs inside words, as Polish or Turkish read so does; text that is mostly not ASCII is given to charset-normalizer, whose
guesses on a few accented letters are worse than that rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from ingest.parsing.kinds import utf16_order, utf32_order
from proviso.types.documents import DocumentWarning

MOSTLY_ASCII = 0.3
FEW_LETTERS = 8
SAMPLE_BYTES = 65_536
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
WESTERN = "cp1252"
OTHERS = ("cp1254", "cp1250", "cp1257")
"""Tried where Windows-1252 puts signs inside words."""
FAR = (
    "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
"""Tried where hardly any letter is ASCII."""

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})[\"']", re.IGNORECASE)
_SIGN_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[^\w\s.,;:'’‘\"“”()/&@*·–—…!?®™©°§-](?=[^\W\d_])|[^\W\d_][¹²³¼½¾ªº]|[\x80-\x9f\ufffd]|[ðþÐÞ]|(?<![^\W\d_])[ğĞ]"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read in, and whether that was a guess; `lost` bytes fitted nothing and became U+FFFD."""

    text: str
    encoding: str
    guessed: bool = False
    lost: int = 0

    def warnings(self) -> tuple[DocumentWarning, ...]:
        """What a reader must know: a wrong guess changes letters."""
        out = []
        if self.guessed:
            detail = f"The file does not say how its letters are encoded; it was read as {self.encoding}."
            out.append(DocumentWarning("encoding_guessed", detail))
        if self.lost:
            detail = (
                f"{self.lost} characters of the file are damaged ({self.encoding}) and stand as \ufffd in the text."
            )
            out.append(DocumentWarning("encoding_damaged", detail))
        return tuple(out)


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text, whatever it takes: bytes that fit nothing become U+FFFD."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _read(data[len(bom) :], encoding)
    order = utf32_order(data)
    if order:
        return _read(data, f"utf-32-{order}")
    order = utf16_order(data)
    if order:
        return _read(data, f"utf-16-{order}")
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        known = _known(declared)
        if known is None and _is_damaged_utf8(data, error):
            return _read(data, "utf-8")
    return _read(data, known) if known else _read(data, _guessed(data), guessed=True)


def declared_in_html(data: bytes) -> str | None:
    """The encoding an HTML page declares for itself."""
    found = _META.search(data[:4096]) or _XML.match(data[:400])
    return found.group(1).decode("ascii") if found else None


def _read(data: bytes, encoding: str, *, guessed: bool = False) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, guessed, text.count("\ufffd") if encoding.startswith("utf") or not guessed else 0)


def _known(declared: str | None) -> str | None:
    if declared is None:
        return None
    name = {"iso-8859-1": WESTERN, "latin1": WESTERN, "us-ascii": WESTERN, "shift_jis": "cp932"}.get(
        declared.lower(), declared
    )
    try:
        b"".decode(name)
        "".encode(name)
    except (LookupError, UnicodeError):
        return None
    return None if name.lower().replace("-", "").startswith("utf") else name


def _is_damaged_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether the text is UTF-8 but for a few bytes: many letters of several bytes that fit, hardly any that do not."""
    sample = data[: max(SAMPLE_BYTES, error.end + 8)]
    wrong = sample.decode("utf-8", "replace").count("\ufffd")
    several = len(re.findall(rb"[\xc3-\xf4][\x80-\xbf]{1,3}", sample))
    return several >= 20 * wrong


def _guessed(data: bytes) -> str:
    sample = data[:SAMPLE_BYTES]
    if sum(byte > 127 for byte in sample) <= max(FEW_LETTERS, MOSTLY_ASCII * len(sample)):
        signs = _signs_in_words(sample, WESTERN)
        best = min(OTHERS, key=lambda encoding: _signs_in_words(sample, encoding))
        return best if signs and _signs_in_words(sample, best) < signs / 2 else WESTERN
    best_match = from_bytes(sample, cp_isolation=list(FAR)).best()
    return best_match.encoding if best_match else WESTERN


def _signs_in_words(sample: bytes, encoding: str) -> int:
    return len(_SIGN_IN_WORD.findall(sample.decode(encoding, "replace")))
