"""Sections of contracts and specifications (floor 4, pure): numbered clauses, articles, exhibits and unnumbered headings as a tree,
and the blocks of the document refined by it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.structure.candidates import MAX_CANDIDATES, candidates
from ingest.structure.contents import without_contents
from ingest.structure.tree import LIST, PAREN_RANK, Node, Tree
from proviso.types.documents import Block, Section


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections in order of their start, and the blocks with their kinds made plain and cut where a section begins."""

    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    searched: int
    """Up to where sections were looked for: the end of the text, save where more looks like one than can be judged."""


def find_sections(text: str, blocks: Sequence[Block], outline: Sequence[Section] = ()) -> Outline:
    """The section tree of a document. `outline` are its bookmarks, when it has any."""
    possible = candidates(text, blocks, outline)
    searched = possible[MAX_CANDIDATES].start if len(possible) > MAX_CANDIDATES else len(text)
    nodes = Tree(len(text), without_contents(text, possible[:MAX_CANDIDATES])).grown()
    return Outline(tuple(_section(node) for node in nodes), _refined(text, blocks, nodes), searched)


def _section(node: Node) -> Section:
    label = node.found.label
    printed = label.printed if label else ""
    if node.style == LIST:
        printed = f"{printed}."
    elif label is not None and label.style not in ("exhibit", "article", "decimal"):
        printed = f"{printed}." if label.dotted else f"({printed})"
    return Section(printed, node.path, node.found.title, node.level, node.found.start, node.end, node.found.page)


def _refined(text: str, blocks: Sequence[Block], nodes: list[Node]) -> tuple[Block, ...]:
    """Blocks with headings and list items marked, cut where a section begins inside one."""
    starts = [node.found.start for node in nodes]
    out: list[Block] = []
    for block in blocks:
        first, after = bisect_right(starts, block.start - 1), bisect_right(starts, block.end - 1)
        cuts = [start for start in starts[first:after] if _cuts(text, block, start)]
        edges = [block.start, *cuts, block.end]
        opened = {max(node.found.start, edges[0]): node for node in nodes[first:after]}
        for start, end in pairwise(edges):
            kept = start + len(text[start:end].rstrip())
            node = next((opened[at] for at in (start, *_bullet(text, block, start)) if at in opened), None)
            out.append(_kind(replace(block, start=start, end=kept), node))
    return tuple(out)


def _cuts(text: str, block: Block, start: int) -> bool:
    """A section that begins after the bullet of an item begins with the item."""
    return start > block.start and not (start - block.start <= 4 and block.kind == "list_item")


def _bullet(text: str, block: Block, start: int) -> range:
    return range(start + 1, start + 5) if start == block.start and block.kind == "list_item" else range(0)


def _kind(block: Block, node: Node | None) -> Block:
    if block.kind in ("table_row", "table_cell"):
        return block
    if node is None:
        return replace(block, level=0, kind="paragraph") if block.kind == "heading" else block
    if node.found.whole and (node.found.title or node.style in ("exhibit", "article")):
        return replace(block, kind="heading", level=node.level)
    return replace(block, kind="list_item", level=0) if node.rank >= PAREN_RANK and block.kind == "paragraph" else block
