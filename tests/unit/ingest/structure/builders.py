"""Texts and blocks for the tests of structure: paragraphs as a parser would make them, and blocks of given kinds."""

from __future__ import annotations

import re

from ingest.structure.sections import Outline, find_sections
from ingest.structure.structured import structured
from proviso.types.documents import Block, BlockKind, Parsed


def paragraphs(text: str) -> tuple[Block, ...]:
    """Blocks of a text whose paragraphs are set apart by blank lines."""
    return tuple(
        Block("paragraph", *found.span()) for found in re.finditer(r"\S(?:(?!\n\s*\n).)*(?<=\S)", text, re.DOTALL)
    )


def outline_of(*parts: str) -> Outline:
    """The outline of paragraphs."""
    text = "\n\n".join(parts)
    return find_sections(text, paragraphs(text))


def document(*parts: str) -> Parsed:
    """Paragraphs as a structured document."""
    text = "\n\n".join(parts)
    return structured(Parsed(text, paragraphs(text), "text/plain"), "file.txt")


def marked(*parts: tuple[BlockKind, int, str], page: int | None = None) -> tuple[str, list[Block]]:
    """A text with blocks of these kinds and levels."""
    blocks, at = [], 0
    for kind, level, words in parts:
        blocks.append(Block(kind, at, at + len(words), page, level))
        at += len(words) + 2
    return "\n\n".join(words for _, _, words in parts), blocks
