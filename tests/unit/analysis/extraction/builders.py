"""Builders for what extraction is given: fields, reply cells, and a `ground` that finds quotes in one text."""

from __future__ import annotations

from typing import Any

from analysis.extraction.cells import CellMaker
from analysis.extraction.reply import ReplyCell
from proviso.types.answers import Evidence
from proviso.types.extractions import Coverage, Field
from proviso.types.search import ReadableDocument

DOCUMENT = ReadableDocument("doc_a", "ver_a", 3, "Supply Agreement", "a.pdf", "default", 400, 100, 4, (2,))
COVERAGE = Coverage("full", 100, (2,), 0)


def a_field(
    pointer: str = "/governing_law",
    type: str = "string",
    format: str | None = None,
    enum: tuple[Any, ...] | None = None,
) -> Field:
    return Field(pointer, type, pointer.rsplit("/", 1)[-1], "", format, enum, "/*" in pointer)


def said(field: str, value: Any = None, *quotes: str, found: bool | None = None) -> ReplyCell:
    """What the model said of a field; found when it gave a value."""
    return ReplyCell(field, value is not None if found is None else found, value, quotes)


def a_maker(text: str = "") -> CellMaker:
    """A maker whose quotes are `exact` where `text` holds them and `unverified` elsewhere."""

    def ground(quote: str) -> Evidence:
        at = text.find(quote)
        if at < 0:
            return _evidence(quote, None, None)
        return _evidence(quote, at, at + len(quote))

    return CellMaker(DOCUMENT, COVERAGE, ground)


def _evidence(quote: str, start: int | None, end: int | None) -> Evidence:
    text = quote if start is not None else None
    state = "exact" if start is not None else "unverified"
    return Evidence(9, "doc_a", 3, "Supply Agreement", quote, text, start, end, None, None, (), "", state)  # type: ignore[arg-type]
