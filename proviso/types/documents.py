"""What parsing and chunking produce (floor 0): blocks, pages, sections, chunks, and the parsed document that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from proviso.boxes import Box, PageWords

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "table_cell", "footnote", "header", "footer"]
TextSource = Literal["text_layer", "ocr", "none"]
MarkKind = Literal["insertion", "deletion", "moved_to", "moved_from", "comment", "annotation"]
ReferenceKind = Literal[
    "section", "article", "exhibit", "schedule", "annex", "appendix", "table", "figure", "link", "external"
]
FactKind = Literal["title", "party", "date"]
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
    label: str | None = None
    """What the file calls the page ("iv", "A-3"), when that is not its number."""


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
class Cell:
    """A cell of a table: its words at `[start, end)` (an empty cell has `start == end`), 0-based row and column, how many of each it
    covers, and, for formats with pages, its page and its box as ruled or as its column and row leave room for it."""

    start: int
    end: int
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table that stands at `[start, end)`. Each of its rows is also a block of kind `table_row`, its cells set off by tabs; a table
    that goes on over a page break is one table."""

    start: int
    end: int
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reviewer did to a document. The canonical text is the current text: insertions stand in it at `[start, end)`, deletions
    do not (`start == end` is where `text` stood). A comment or annotation is about `[start, end)` and says `text`; `at` is RFC 3339."""

    kind: MarkKind
    start: int
    end: int
    text: str = ""
    author: str | None = None
    at: str | None = None
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form, filled or not: `kind` is text, choice, checkbox, radio, button or signature."""

    name: str
    kind: str
    value: str | None
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the file; it is reported, not read."""

    name: str
    bytes: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Words at `[start, end)` that lead to `target`: "#anchor" of this document, or an address, which is never followed."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A defined term: its words without quotation marks, where they stand, and the sentence or clause `[start, end)` that says what
    they mean. `form`: "means" ("X" means …), "parenthesis" (… (the "X")), or "list" (a glossary entry)."""

    term: str
    term_start: int
    term_end: int
    start: int
    end: int
    form: Literal["means", "parenthesis", "list"]
    section: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Words at `[start, end)` that refer to another place: `label` as printed ("Section 8.2(b)"), and the section of this document
    they lead to, when it is there: its path and span. `external` names a place in another document ("Section 5 of RFC 7230")."""

    start: int
    end: int
    kind: ReferenceKind
    label: str
    target: str | None = None
    target_start: int | None = None
    target_end: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a document says about itself, with the words that say it at `[start, end)`. `value` is normalised (a date is
    "2026-03-01"); `role` is how a party is called ("Supplier") or what a date is (effective, signed, dated)."""

    kind: FactKind
    value: str
    start: int
    end: int
    role: str | None = None


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
    tables: tuple[Table, ...] = ()
    marks: tuple[Mark, ...] = ()
    form_fields: tuple[FormField, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    anchors: dict[str, int] = field(default_factory=dict)
    """Places that links lead to, by name, as offsets."""
    links: tuple[Link, ...] = ()
    definitions: tuple[Definition, ...] = ()
    references: tuple[Reference, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def details(self) -> Details:
        return Details(
            self.tables, self.marks, self.form_fields, self.attachments, self.definitions, self.references, self.facts
        )


@dataclass(frozen=True, slots=True)
class Details:
    """The part of `Parsed` that is read on request only, kept as JSON of its own: not needed to search, pack or resolve a quote."""

    tables: tuple[Table, ...] = ()
    marks: tuple[Mark, ...] = ()
    form_fields: tuple[FormField, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    definitions: tuple[Definition, ...] = ()
    references: tuple[Reference, ...] = ()
    facts: tuple[Fact, ...] = ()


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
