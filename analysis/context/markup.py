"""How documents stand in a prompt (floor 4, pure): tags that name a document and, for passages, section and page.

The model names a document by its label (`D1`), never by title or id; what lies between passages is marked as left
out, so that nothing looks whole that is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.context.closure import Piece
from proviso.text import Span
from proviso.types.documents import Page
from proviso.types.search import ReadableDocument
from records.texts import KeptText

NOTHING = "(no document of the scope could be read)"
ATTRIBUTE_CHARS = 160


def opening(label: str, document: ReadableDocument) -> str:
    """`<document …>` with title, file name and the pages that could not be read."""
    unread = ", ".join(str(page) for page in document.unread_pages)
    return _tag("document", id=label, title=document.title, file=document.filename, unread_pages=unread)


CLOSING = "</document>"


def passage(kept: KeptText, piece: Piece, words: str) -> str:
    """`words`, which stand at the piece's span of the text, with section and page, and what they are there for."""
    span, named = piece.span, ", ".join(piece.of)
    tag = _tag(
        "passage",
        section=section_of(kept, span),
        page=_page_range(kept.structure.pages, span),
        defines=named if piece.why == "definition" else "",
        referred_to_as=named if piece.why == "reference" else "",
    )
    return f"{tag}\n{words}\n</passage>"


def omitted(chars: int) -> str:
    """The mark of `chars` characters between passages that are not shown."""
    return f'<omitted characters="{chars}"/>'


def section_of(kept: KeptText, span: Span) -> str:
    """Number and title of the smallest section around `span`, else of the last that begins before it."""
    sections = kept.structure.sections
    around = [s for s in sections if s.start <= span.start and span.end <= s.end]
    before = [s for s in sections if s.start <= span.start < s.end]
    best = min(around or before, key=lambda s: (s.end - s.start, -s.start), default=None)
    return " ".join(part for part in (best.path or best.number, best.title) if part) if best else ""


def _page_range(pages: Sequence[Page], span: Span) -> str:
    numbers = [page.number for page in pages if page.start < span.end and span.start < page.end]
    if not numbers:
        return ""
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def _tag(name: str, **attributes: str) -> str:
    shown = "".join(f' {key}="{_attribute(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{shown}>"


def _attribute(value: str) -> str:
    """One line without what would end the attribute or the tag."""
    line = " ".join(value.replace('"', "'").replace("<", "(").replace(">", ")").split())
    return line if len(line) <= ATTRIBUTE_CHARS else line[: ATTRIBUTE_CHARS - 1] + "…"
