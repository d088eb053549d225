"""From a quote to Evidence (floor 4): its place, pages, boxes and section, all taken from the document, never from the model."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.evidence.resolve import Resolved, resolve
from analysis.evidence.source import SourceDocument
from proviso import boxes
from proviso.boxes import PageBoxes
from proviso.text import Span
from proviso.types.answers import Evidence
from proviso.types.documents import Page, Section


def evidence_of(n: int, quote: str, source: SourceDocument, *, prefer: Sequence[Span] = ()) -> Evidence:
    """The quote resolved against the whole document; `prefer` are the spans that were packed."""
    return locate(n, quote, resolve(quote, source.text, prefer=prefer), source)


def locate(n: int, quote: str, resolved: Resolved, source: SourceDocument) -> Evidence:
    """Evidence number `n` for a quote that has been resolved."""
    span = resolved.span
    touched = pages_of(span, source.pages) if span else []
    return Evidence(
        n=n,
        document_id=source.document.document_id,
        version=source.document.version,
        title=source.document.title,
        quote=quote,
        text=span.of(source.text.text) if span else None,
        start=span.start if span else None,
        end=span.end if span else None,
        page_start=touched[0].number if touched else None,
        page_end=touched[-1].number if touched else None,
        pages=boxes_of(span, touched, source) if span else (),
        section=section_of(span, source.sections) if span else "",
        state=resolved.state,
    )


def boxes_of(span: Span, pages: Sequence[Page], source: SourceDocument) -> tuple[PageBoxes, ...]:
    """The boxes of a span on the pages it touches; none for a document without word boxes."""
    if source.boxes is None or not pages:
        return ()
    words = boxes.decode(source.boxes, {page.number for page in pages})
    found = (boxes.boxes_of(each, span.start, span.end) for each in sorted(words, key=lambda each: each.page))
    return tuple(each for each in found if each)


def pages_of(span: Span, pages: Sequence[Page]) -> list[Page]:
    """The pages a span touches, in order; what lies between two pages belongs to the one before it."""
    touched = [page for page in pages if page.start < span.end and span.start < page.end]
    if touched:
        return touched
    before = [page for page in pages if page.start <= span.start]
    return before[-1:]


def section_of(span: Span, sections: Sequence[Section]) -> str:
    """The path of the innermost section in which the span begins: "12.3(b)"; its title where it has no number."""
    section = innermost(span, sections)
    return (section.path or section.number or section.title) if section else ""


def innermost(span: Span, sections: Sequence[Section]) -> Section | None:
    """The smallest section in which the span begins."""
    holding = [each for each in sections if each.start <= span.start < each.end]
    return min(holding, key=lambda each: (each.end - each.start, -each.level), default=None)
