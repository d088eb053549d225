"""What parsing and chunking produce (floor 0): blocks, pages, sections, chunks, and the parsed document that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from proviso.boxes import PageWords

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "table_cell", "footnote", "header", "footer"]
TextSource = Literal["text_layer", "ocr", "none"]
DocumentStatus = Literal["queued", "processing", "ready", "failed", "deleting"]
Stage = Literal["parsing", "chunking", "embedding", "indexing"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table row or cell, footnote: `[start, end)` of the canonical text."""

    kind: BlockKind
    start: int
    end: int
    page: int | None = None
    level: int = 0
    """1-based depth of a heading (1 = top); 0 for anything else."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as displayed: 1-based number, size in points, and its part of the canonical text."""

    number: int
    start: int
    end: int
    width: float
    height: float
    chars: int
    source: TextSource


@dataclass(frozen=True, slots=True)
class Section:
    """A node of the outline: `number` as printed ("12.3", "ARTICLE IV", ""), `path` down to here ("12.3(b)"), `title` ("Assignment")."""

    number: str
    path: str
    title: str
    level: int
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """Something a reader must know about a document: `code`, the pages concerned, and a sentence."""

    code: str
    detail: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file turned into canonical text with everything that points into it. `pages` and `words` are empty for formats without pages."""

    text: str
    blocks: tuple[Block, ...]
    media_type: str
    pages: tuple[Page, ...] = ()
    words: tuple[PageWords, ...] = ()
    sections: tuple[Section, ...] = ()
    title: str | None = None
    language: str | None = None
    warnings: tuple[DocumentWarning, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Structure:
    """The part of `Parsed` that is kept as JSON beside the canonical text (words are kept in their own binary)."""

    blocks: tuple[Block, ...]
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit that is embedded: `header` (section path) and the words of `[start, end)`; `tokens` counts both."""

    index: int
    start: int
    end: int
    header: str
    section: str
    heading: str
    page_start: int | None
    page_end: int | None
    tokens: int
