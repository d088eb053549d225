"""A document as the evidence steps need it (floor 4): its text prepared for finding quotes, and everything that points into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from analysis.evidence.fold import FoldedText
from proviso.types.documents import Page, Section
from proviso.types.search import ReadableDocument


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One live version. `boxes` is the encoded file of word boxes (`proviso.boxes`), unpacked only for the pages a quote touches."""

    document: ReadableDocument
    text: FoldedText
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    boxes: bytes | None = None

    @classmethod
    def of(
        cls,
        document: ReadableDocument,
        text: str,
        pages: Sequence[Page] = (),
        sections: Sequence[Section] = (),
        boxes: bytes | None = None,
    ) -> Self:
        """Folds `text`, knowing where its pages begin."""
        folded = FoldedText(text, [page.start for page in pages])
        return cls(document, folded, tuple(pages), tuple(sections), boxes)
