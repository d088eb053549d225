"""Recognition of scanned pages (floor 4): one page of a PDF drawn, straightened, and read by Tesseract, where that is installed.

It runs inside the limited reader child. A page that leans is drawn straight; one that reads badly is tried in the direction that
Tesseract finds in it. Which pages are read so, and what is kept, is for others to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from ingest.parsing import ocr_program
from ingest.parsing.ocr_columns import in_columns
from ingest.parsing.ocr_page import Recognised, decode, encode
from ingest.parsing.ocr_picture import Ink, Lean, draw, full_dpi, lean_of, look, picture_of
from ingest.parsing.ocr_program import chosen_languages, hocr, quarters
from ingest.parsing.ocr_words import Word, confidence_of, words_of
from ingest.parsing.pdf_open import drawable_page
from ingest.parsing.pdf_tilt import Tilt
from proviso.errors import BrokenFile, NoPageImage

POOR = 65.0
"""Mean confidence below which a page may lie the wrong way round; upright contracts read at 90 and more."""
GOOD = 80.0
FEW_WORDS = 12
"""A page that gives fewer words, none of them sure, is a picture; it is not turned about for them."""
COLUMNS, ROWS = 3, 6
"""Tesseract's page segmentation modes: find the columns yourself; take the page for one block, and read across it. Mode 4 also reads
across, but loses words within long lines of small letters: 4.4 % of letters wrong on such a page, against 0.8 % in mode 6."""

tesseract = ocr_program.tesseract


def recognise(path: Path, page: int, password: str | None, languages: str) -> bytes:
    """What can be read off the picture of a 1-based page, encoded. `languages` as Tesseract names them, joined by "+".

    Raises NotFound, BrokenFile, PasswordRequired, WrongPassword, ParserLimit, ParserCrashed.
    """
    try:
        with drawable_page(path, page, password) as shown:
            return encode(_recognised(shown, languages))
    except NoPageImage as error:
        raise BrokenFile(f"{error.detail} So it cannot be recognised either.") from error


def read_recognised(data: bytes) -> Recognised:
    """What `recognise` returned. Raises ValueError."""
    return decode(data)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One page and how it is read."""

    page: pdfium.PdfPage
    dpi: int
    languages: str
    lean: Lean
    ink: Ink

    def tilt(self, turn: int) -> Tilt:
        return Tilt(self.lean.degrees, turn, *self.page.get_size())

    def read(self, turn: int) -> tuple[Tilt, list[Word]]:
        tilt = self.tilt(turn)
        picture = picture_of(draw(self.page, self.dpi, tilt), self.dpi)
        layout = COLUMNS if in_columns(self.ink, self.lean, turn) else ROWS
        return tilt, words_of(hocr(picture, layout, self.languages), self.dpi)

    def direction(self) -> int | None:
        return quarters(picture_of(draw(self.page, self.dpi, self.tilt(0)), self.dpi))


def _recognised(page: pdfium.PdfPage, wanted: str) -> Recognised:
    languages, missing = chosen_languages(wanted)
    ink = look(page)
    if ink.blank:
        return Recognised(Tilt(0.0, 0, *page.get_size()), (), True, missing)
    lean = lean_of(ink)
    reader = _Reader(page, full_dpi(page, ink, lean), languages, lean, ink)
    tilt, words = _best(reader)
    return Recognised(tilt, tuple(words), False, missing)


def _best(reader: _Reader) -> tuple[Tilt, list[Word]]:
    """The page read upright; if that reads badly or its lines run down the page, in other directions too, and the best of them."""
    tried = {} if reader.lean.sideways else {0: reader.read(0)}
    if tried and confidence_of(tried[0][1]) >= POOR:
        return tried[0]
    if tried and len(tried[0][1]) < FEW_WORDS:
        return tried[0]
    found = reader.direction()
    likely = [] if found is None else [found, (found + 2) % 4]
    for turn in dict.fromkeys([*likely, *([1, 3] if reader.lean.sideways else [2, 1, 3])]):
        if turn not in tried:
            tried[turn] = reader.read(turn)
        if confidence_of(tried[turn][1]) >= GOOD:
            break
    return max(tried.values(), key=lambda read: confidence_of(read[1]) * sum(len(word.text) for word in read[1]))
