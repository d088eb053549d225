"""What was recognised of one page (floor 4, pure), and how it crosses and is kept: JSON, compressed, with the version of its form."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from ingest.parsing.ocr_lines import lines_of
from ingest.parsing.ocr_words import Word, confidence_of
from ingest.parsing.pdf_lines import PageLines
from ingest.parsing.pdf_tilt import Tilt
from proviso.wire import from_json, to_json

MAGIC = b"PVOCR\x00\x01\x00"


@dataclass(frozen=True, slots=True)
class Recognised:
    """The words of a page in its reading frame. `blank`: there is no ink on it; `missing`: languages asked for that are not installed."""

    tilt: Tilt
    words: tuple[Word, ...]
    blank: bool
    missing: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        return confidence_of(self.words)

    def page(self) -> PageLines:
        """The page as layout takes it."""
        moved = bool(self.tilt.degrees or self.tilt.quarters)
        lines = lines_of(self.words)
        return PageLines(self.tilt.width, self.tilt.height, lines, recognised=True, tilt=self.tilt if moved else None)


def encode(found: Recognised) -> bytes:
    return MAGIC + zlib.compress(to_json(found), 6)


def decode(data: bytes) -> Recognised:
    """Raises ValueError on anything that is not a recognised page."""
    if not data.startswith(MAGIC):
        raise ValueError("not a recognised page")
    try:
        return from_json(Recognised, zlib.decompress(data[len(MAGIC) :]))
    except zlib.error as error:
        raise ValueError(f"not a whole recognised page: {error}") from error
