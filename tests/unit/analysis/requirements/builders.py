"""Builders for specifications: blocks written one below the other, and what is found in them."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.requirements.finding import requirements
from analysis.requirements.requirement import Requirement, Requirements
from proviso.text import Span
from proviso.types.documents import Block, BlockKind, Section


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification as it is kept."""

    text: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]

    def found(self) -> Requirements:
        return requirements(self.text, self.blocks, self.sections)

    def rows(self) -> tuple[Requirement, ...]:
        return self.found().found

    def words(self) -> list[str]:
        """What each requirement says, its white space made single."""
        return [" ".join(row.words(self.text).split()) for row in self.rows()]

    def of(self, span: Span | None) -> str:
        return span.of(self.text) if span else ""


def a_spec(*lines: str | tuple[BlockKind, str] | tuple[BlockKind, str, int]) -> Spec:
    """Blocks below one another: words alone are a paragraph, or an item when they begin with its marker; a heading of "4.1 Title"
    begins a section; a third value is the page."""
    text = ""
    blocks: list[Block] = []
    starts: list[tuple[str, int]] = []
    for line in lines:
        kind, words, page = (*_block(line), None)[:3]
        start = len(text)
        text += f"{words}\n\n"
        blocks.append(Block(kind, start, start + len(words), page, 1 if kind == "heading" else 0))
        if kind == "heading":
            starts.append((words, start))
    ends = [*(start for _, start in starts[1:]), len(text)]
    sections = [_section(words, start, end) for (words, start), end in zip(starts, ends, strict=False)]
    return Spec(text, tuple(blocks), tuple(sections))


def _section(words: str, start: int, end: int) -> Section:
    number, _, title = words.partition(" ")
    return Section(number, number, title, 1, start, end)


def _block(line: str | tuple[BlockKind, str] | tuple[BlockKind, str, int]) -> tuple[BlockKind, str, int | None]:
    if isinstance(line, str):
        return ("list_item" if line[:1] in "(•-" else "paragraph"), line, None
    return line[0], line[1], line[2] if len(line) == 3 else None
