"""Read documents for the checks of the checks: a text on pages, with a box for every word."""

from __future__ import annotations

from array import array

from analysis.evidence.source import SourceDocument
from proviso.boxes import PageWords, encode
from proviso.types.documents import Page
from proviso.types.search import ReadableDocument

GAP = "\n\n"
WIDTH, HEIGHT = 612.0, 792.0


def on_pages(*texts: str) -> tuple[str, tuple[Page, ...], tuple[PageWords, ...]]:
    """The texts as pages of one canonical text, ten points of width per character, one line per page."""
    pages, words = [], []
    at = 0
    for number, text in enumerate(texts, 1):
        pages.append(Page(number, at, at + len(text), WIDTH, HEIGHT, len(text), "text_layer"))
        words.append(_boxed(number, text, at))
        at += len(text) + len(GAP)
    return GAP.join(texts), tuple(pages), tuple(words)


def a_source(*texts: str) -> SourceDocument:
    """The texts as pages of a document in which quotes are looked for."""
    text, pages, words = on_pages(*texts)
    document = ReadableDocument("doc", "ver", 1, "A contract", "a.pdf", "default", len(text), 0, len(pages))
    return SourceDocument.of(document, text, pages, (), encode(words))


def _boxed(number: int, text: str, at: int) -> PageWords:
    words = PageWords(number, WIDTH, HEIGHT, array("i"), array("i"), array("i"), array("f"))
    offset = 0
    for word in text.split():
        offset = text.index(word, offset)
        words.starts.append(at + offset)
        words.ends.append(at + offset + len(word))
        words.lines.append(0)
        words.boxes.extend((10.0 * len(words), 72.0, 10.0 * len(words) + 9, 84.0))
        offset += len(word)
    return words
