"""hOCR to words (floor 4, pure): what Tesseract read, as words with confidence and boxes in points of the reading frame.

A word's box is as wide as its ink and as high as its line is set, from descenders to ascenders, as the boxes of a text layer are.
What is no word is left out here: ruling lines read as "|", specks, and lines of which nothing was read with any confidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from xml.etree import ElementTree as Xml

from proviso.boxes import Box
from proviso.text import canonical

BLOCK, LINE, WORD = "ocr_carea", ("ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"), "ocrx_word"
LIGATURES = re.compile("[\ufb00-\ufb06]")
RULING = "|¦"
SURE = 60
"""From this confidence on, of 100, a word with letters is one."""
UNSURE = 30
DROPPED_MARKS = 50
"""Marks without a letter or figure count from this confidence on."""
STRAY_CHARS = 2
INK_BEYOND = 0.35
"""How far ink may stand out of its line, in line heights, before the line's measures are not believed."""


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word: its text, box, confidence (0 to 100), the line and the block it stands in, and how high its line is set."""

    text: str
    box: Box
    confidence: float
    line: int
    block: int
    height: float


def words_of(hocr: str, dpi: int) -> list[Word]:
    """The words in the order in which Tesseract reads the page."""
    scale = 72 / dpi
    out: list[Word] = []
    number = 0
    for block, area in enumerate(_marked(Xml.fromstring(hocr), (BLOCK,))):
        for line in _marked(area, LINE):
            found = list(_words_of_line(line, number, block, scale))
            if _are_words(found):
                out += found
                number += 1
    return out


def confidence_of(words: Sequence[Word]) -> float:
    """Mean confidence, longer words counting more; 0 when there is none."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / letters if letters else 0.0


def _marked(element: Xml.Element, kinds: Sequence[str]) -> Iterator[Xml.Element]:
    return (each for each in element.iter() if each.get("class") in kinds)


def _words_of_line(line: Xml.Element, number: int, block: int, scale: float) -> Iterator[Word]:
    measures = _measures(line)
    box = measures["bbox"]
    slope, offset = measures.get("baseline", [0.0, 0.0])
    [high] = measures.get("x_size", [box[3] - box[1]])
    [below] = measures.get("x_descenders", [0.2 * high])
    for element in _marked(line, (WORD,)):
        of_word = _measures(element)
        text = _cleaned("".join(element.itertext()))
        [confidence] = of_word.get("x_wconf", [0.0])
        if not text or (confidence < DROPPED_MARKS and not any(map(str.isalnum, text))):
            continue
        x0, y0, x1, y1 = of_word["bbox"]
        foot = box[3] + offset + slope * ((x0 + x1) / 2 - box[0]) + below
        top = foot - high
        if y0 < top - INK_BEYOND * high or y1 > foot + INK_BEYOND * high or not top < (y0 + y1) / 2 < foot:
            top, foot = y0, y1
        yield Word(text, (x0 * scale, top * scale, x1 * scale, foot * scale), confidence, number, block, high * scale)


def _measures(element: Xml.Element) -> dict[str, list[float]]:
    """The properties of an hOCR title: "bbox 151 217 175 233; baseline 0 0; x_size 22"."""
    out: dict[str, list[float]] = {}
    for part in element.get("title", "").split(";"):
        name, *values = part.split()
        if name in ("bbox", "baseline", "x_size", "x_descenders", "x_wconf"):
            out[name] = [float(value) for value in values]
    return out


def _cleaned(text: str) -> str:
    text = canonical(LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)).strip()
    bare = text.strip(RULING)
    return bare if bare or len(text) < 2 else ""


def _are_words(words: Sequence[Word]) -> bool:
    """Whether a line of a picture is one of text; specks, ruling lines and shading give a few marks, or nothing sure."""
    text = "".join(word.text for word in words)
    if not any(map(str.isalnum, text)):
        return "*" in text or len(text) > STRAY_CHARS
    return any(word.confidence >= SURE for word in words) or confidence_of(words) >= UNSURE


def height_of(words: Iterable[Word]) -> float:
    """The usual height of lines on the page, each line counted by its letters."""
    letters = [word.height for word in words for _ in range(1 + len(word.text) // 8)]
    return median(letters) if letters else 0.0


def by_line(words: Iterable[Word]) -> list[list[Word]]:
    """The words line by line, in the order read."""
    return [list(line) for _, line in groupby(words, key=lambda word: word.line)]
