"""What a read file comes to (floor 4): facts small enough for the catalog, and the parts that are kept as bytes.

The service looks at the facts, and hands the parts to the store as they came; only who needs a part decodes it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from proviso import boxes
from proviso.types.documents import Chunk, Details, DocumentWarning, Fact, Parsed, Structure, TextSource
from proviso.wire import from_json, to_json

PARTS = ("text", "structure", "details", "boxes", "chunks")
"""Names under which the parts are kept, in the order in which they cross."""


@dataclass(frozen=True, slots=True)
class PageText:
    """How much text a page gave, and where it came from."""

    page: int
    chars: int
    source: TextSource


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """What reading found out about a file, as far as the catalog wants to know."""

    title: str | None
    language: str | None
    media_type: str
    chars: int
    chunks: int
    pages: tuple[PageText, ...]
    warnings: tuple[DocumentWarning, ...]
    facts: tuple[Fact, ...]
    contains: dict[str, int]
    """How many tables, marks, form fields and so on there are, of those that there are at all."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its facts, its parts by name, and the processor seconds of each step."""

    facts: ReadFacts
    parts: dict[str, bytes]
    cpu_s: dict[str, float]

    @property
    def text(self) -> str:
        return self.parts["text"].decode()

    def parsed(self) -> Parsed:
        """Everything decoded, for who looks at all of it; what is not kept (metadata, anchors, links) is empty."""
        structure = from_json(Structure, self.parts["structure"])
        details = from_json(Details, self.parts["details"])
        return Parsed(
            text=self.text,
            blocks=structure.blocks,
            media_type=self.facts.media_type,
            pages=structure.pages,
            words=tuple(boxes.decode(self.parts["boxes"])),
            sections=structure.sections,
            title=self.facts.title,
            language=self.facts.language,
            warnings=self.facts.warnings,
            **{column.name: getattr(details, column.name) for column in fields(Details)},
        )

    def chunks(self) -> tuple[Chunk, ...]:
        return from_json(tuple[Chunk, ...], self.parts["chunks"])


def parts_of(parsed: Parsed, chunks: list[Chunk]) -> list[bytes]:
    """Facts and parts as bytes, in the order in which they cross."""
    facts = ReadFacts(
        title=parsed.title,
        language=parsed.language,
        media_type=parsed.media_type,
        chars=len(parsed.text),
        chunks=len(chunks),
        pages=tuple(PageText(page.number, page.chars, page.source) for page in parsed.pages),
        warnings=parsed.warnings,
        facts=parsed.facts,
        contains={column.name: found for column in fields(Details) if (found := len(getattr(parsed, column.name)))},
    )
    structure = Structure(parsed.blocks, parsed.pages, parsed.sections)
    return [
        to_json(facts),
        parsed.text.encode(),
        to_json(structure),
        to_json(parsed.details),
        boxes.encode(parsed.words),
        to_json(tuple(chunks)),
    ]


def read_file_of(parts: list[bytes], cpu_s: dict[str, float]) -> ReadFile:
    """What `parts_of` gave. Decodes the facts alone."""
    return ReadFile(from_json(ReadFacts, parts[0]), dict(zip(PARTS, parts[1:], strict=True)), cpu_s)
