"""Sections of contracts and specifications (floor 4, pure): numbered clauses, articles, exhibits and unnumbered headings as a tree.

A number is taken for a clause when it follows on from the one before it at its depth, or begins a new depth; that is what tells
"10 Main Street" and "Section 8.2 of this Agreement" from clauses. Headings that the format itself marks (HTML, Markdown, DOCX, PDF
bookmarks) are taken as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest.structure.candidates import Candidate, candidates
from ingest.structure.labels import Label, Style
from proviso.types.documents import Block, Section

EXHIBIT_RANK, ARTICLE_RANK, ROMAN_RANK, LETTER_RANK, DECIMAL_RANK, LIST_RANK, PAREN_RANK = 10, 20, 22, 24, 30, 40, 50
CONTENTS_RANK = 1000
"""Deeper than anything, so that whatever follows a table of contents ends it."""
LEAP = 3
TOP_STYLES: dict[Style, int] = {"ROMAN": ROMAN_RANK, "LETTER": LETTER_RANK}


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections in order of their start, and the blocks with their kinds made plain and cut where a section begins."""

    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Node:
    found: Candidate
    rank: int
    style: str
    path: str
    prefix: str
    level: int
    end: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    decimal: tuple[int, ...] = ()
    listed: int = 0


def find_sections(text: str, blocks: Sequence[Block], outline: Sequence[Section] = ()) -> Outline:
    """The section tree of a document. `outline` are its bookmarks, when it has any."""
    tree = _Tree(len(text))
    for candidate in candidates(text, blocks, outline):
        tree.offer(candidate)
    nodes = tree.closed()
    return Outline(tuple(_section(node) for node in nodes), _refined(text, blocks, nodes))


def section_at(sections: Sequence[Section], offset: int) -> Section | None:
    """The deepest section that holds `offset`."""
    at = bisect_right(sections, offset, key=lambda section: section.start) - 1
    while at >= 0 and sections[at].end <= offset:
        at -= 1
    return sections[at] if at >= 0 else None


class _Tree:
    """Takes candidates in order and keeps those that fit."""

    def __init__(self, length: int) -> None:
        self.root = _Node(Candidate(0, None, "", "block", None), 0, "root", "", "", 0, length)
        self.stack = [self.root]
        self.nodes: list[_Node] = []

    def closed(self) -> list[_Node]:
        while len(self.stack) > 1:
            self.stack.pop().end = self.root.end
        return self.nodes

    def offer(self, candidate: Candidate) -> None:
        label = candidate.label
        if candidate.level:
            self._open(candidate, candidate.level, "heading", self._number_path(label))
            self._note(label)
        elif label is None:
            self._open(candidate, CONTENTS_RANK if candidate.contents else ARTICLE_RANK, "heading", "")
        elif label.style == "exhibit":
            self._exhibit(candidate, label)
        elif label.style == "article":
            self._open(candidate, ARTICLE_RANK, "article", label.printed)
        elif label.style == "decimal":
            self._decimal(candidate, label)
        else:
            self._lettered(candidate, label)

    def _exhibit(self, candidate: Candidate, label: Label) -> None:
        """Clauses inside are named after it, except after the label of a filing ("EXHIBIT 10.1"), which names the whole document."""
        if "." in label.printed:
            self._open(candidate, EXHIBIT_RANK, "filing", label.printed, prefix="")
        else:
            self._open(candidate, EXHIBIT_RANK, "exhibit", label.printed, prefix=f"{label.printed}, ")

    def _decimal(self, candidate: Candidate, label: Label) -> None:
        numbers, home = label.numbers, self._home()
        main = _follows(home.decimal, numbers, self._article(), candidate)
        listed = (
            len(numbers) == 1 and home.decimal != () and numbers[0] == home.listed + 1 and candidate.place != "inline"
        )
        if main and not (listed and home.listed and not candidate.title):
            home.decimal, home.listed = numbers, 0
            self._open(candidate, DECIMAL_RANK + len(numbers), "decimal", self._decimal_path(label))
        elif listed:
            home.listed = numbers[0]
            self._open(candidate, LIST_RANK, "list", f"{self._parent(LIST_RANK).path}({label.printed})")

    def _lettered(self, candidate: Candidate, label: Label) -> None:
        for style, (value,) in _by_fit(label, self.stack):
            key = f"{style}{label.dotted}"
            rank = TOP_STYLES.get(style, 0) if label.dotted and self._open_top(style) else 0
            if rank:
                parent = self._parent(rank)
                if value == parent.counts.get(key, 0) + 1 and candidate.title:
                    parent.counts[key] = value
                    self._open(
                        candidate, rank, key, f"{parent.path}{label.printed}" if rank == LETTER_RANK else label.printed
                    )
                    return
                continue
            depth = next((at for at, node in enumerate(self.stack) if node.style == key), len(self.stack))
            parent = self.stack[depth - 1]
            if value == parent.counts.get(key, 0) + 1:
                parent.counts[key] = value
                self._open(candidate, PAREN_RANK + depth, key, f"{parent.path}({label.printed})")
                return

    def _open_top(self, style: Style) -> bool:
        """Whether "I." or "A." numbers the document itself: no decimal clause is open around it."""
        return not any(node.style in ("decimal", "list") for node in self.stack)

    def _home(self) -> _Node:
        """The exhibit around here, or the document: decimal numbers run through it."""
        return next((node for node in reversed(self.stack) if node.style in ("exhibit", "filing", "root")), self.root)

    def _article(self) -> int:
        return next(
            (
                node.found.label.numbers[0]
                for node in reversed(self.stack)
                if node.style == "article" and node.found.label
            ),
            0,
        )

    def _parent(self, rank: int) -> _Node:
        return next(node for node in reversed(self.stack) if node.rank < rank)

    def _decimal_path(self, label: Label) -> str:
        around = next(
            (node for node in reversed(self.stack) if node.style in ("article", "exhibit", "filing") or node.prefix),
            self.root,
        )
        in_article = around.style == "article" and len(label.numbers) == 1
        return (f"{around.path}, " if in_article else around.prefix) + label.printed

    def _number_path(self, label: Label | None) -> str:
        return "" if label is None else self._decimal_path(label) if label.style == "decimal" else label.printed

    def _note(self, label: Label | None) -> None:
        """A heading of the format carries the sequence on, too."""
        if label is not None and label.style == "decimal":
            self._home().decimal = label.numbers

    def _open(self, candidate: Candidate, rank: int, style: str, path: str, prefix: str | None = None) -> None:
        while self.stack[-1].rank >= rank:
            self.stack.pop().end = candidate.start
        above = self.stack[-1]
        path = path or ("" if above.style == "filing" else above.path)
        node = _Node(candidate, rank, style, path, above.prefix if prefix is None else prefix, above.level + 1)
        self.stack.append(node)
        self.nodes.append(node)


def _by_fit(label: Label, stack: list[_Node]) -> list[tuple[Style, tuple[int, ...]]]:
    """The readings of a label, one that carries on an open list first: "(i)" after "(h)" is a letter, else a roman one."""
    opened = {node.style for node in stack}
    carrying = [reading for reading in label.readings if f"{reading[0]}{label.dotted}" in opened]
    others = [reading for reading in label.readings if reading not in carrying]
    return carrying + sorted(others, key=lambda reading: reading[1][0])


def _follows(last: tuple[int, ...], numbers: tuple[int, ...], article: int, candidate: Candidate) -> bool:
    """Whether `numbers` carries on from `last`: the next at some depth, with small leaps at block starts, or the first of a deeper one."""
    fresh = all(number in (0, 1) for number in numbers[1:])
    if article and numbers[0] == article and (not last or last[0] != article):
        return fresh or candidate.place == "block"
    if not last:
        return numbers[0] in (0, 1) and fresh
    if numbers[: len(last)] == last:
        return len(numbers) > len(last) and all(number in (0, 1) for number in numbers[len(last) :])
    shared = next((at for at, number in enumerate(numbers) if at >= len(last) or number != last[at]), len(last))
    if shared >= len(last) or shared >= len(numbers):
        return False
    step = numbers[shared] - last[shared]
    leap = LEAP if candidate.place == "block" and candidate.title else 1
    return 1 <= step <= leap and all(number in (0, 1) for number in numbers[shared + 1 :])


def _section(node: _Node) -> Section:
    label = node.found.label
    printed = label.printed if label else ""
    if label is not None and label.style not in ("exhibit", "article", "decimal"):
        printed = f"{printed}." if label.dotted else f"({printed})"
    return Section(printed, node.path, node.found.title, node.level, node.found.start, node.end, node.found.page)


def _refined(text: str, blocks: Sequence[Block], nodes: list[_Node]) -> tuple[Block, ...]:
    """Blocks with headings and list items marked, cut where a section begins inside one."""
    starts = [node.found.start for node in nodes]
    out: list[Block] = []
    for block in blocks:
        first, after = bisect_right(starts, block.start - 1), bisect_right(starts, block.end - 1)
        cuts = [start for start in starts[first:after] if start > block.start]
        edges = [block.start, *cuts, block.end]
        opened = {node.found.start: node for node in nodes[first:after]}
        for start, end in pairwise(edges):
            kept = start + len(text[start:end].rstrip())
            out.append(_kind(replace(block, start=start, end=kept), opened.get(start)))
    return tuple(out)


def _kind(block: Block, node: _Node | None) -> Block:
    if node is None:
        return replace(block, level=0, kind="paragraph") if block.kind == "heading" else block
    if node.found.whole and (node.found.title or node.style in ("exhibit", "article")):
        return replace(block, kind="heading", level=node.level)
    return replace(block, kind="list_item", level=0) if node.rank >= LIST_RANK and block.kind == "paragraph" else block
