"""Markdown (floor 4): the canonical text is the source itself, so that spans also hold in the file; markdown-it only cuts it into blocks.

Rendering it would drop marks that a reader of the file sees; the folding of quotes passes over them.
"""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.parsing.charset import decode, encoding_warnings
from ingest.parsing.kinds import MARKDOWN
from proviso.errors import EmptyFile
from proviso.text import canonical
from proviso.types.documents import Block, BlockKind, Parsed

MAX_NESTING = 40
_LEAVES: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "tr_open": "table_row",
    "fence": "paragraph",
    "code_block": "paragraph",
    "html_block": "paragraph",
}


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """Blocks of a Markdown file. Raises EmptyFile when there is nothing to read."""
    raw, encoding = decode(path.read_bytes())
    text = canonical(raw)
    if not text.strip():
        raise EmptyFile(f"{filename} is empty: it holds nothing but white space.")
    warnings = encoding_warnings(encoding)
    return Parsed(text, _blocks(text), MARKDOWN, warnings=warnings, metadata={"encoding": encoding})


def _blocks(text: str) -> tuple[Block, ...]:
    reader = (
        MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").disable(["image", "link", "emphasis"])
    )
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    out: list[Block] = []
    items: list[int] = []
    for token in reader.parse(text):
        if token.type == "list_item_open" and token.map:
            items.append(token.map[0])
        elif token.type == "list_item_close" and items:
            items.pop()
        elif token.type in _LEAVES and token.map:
            first, last = token.map
            _cut(out, text, token, (starts[first], min(starts[last], len(text))), bool(items) and items[-1] == first)
    return tuple(out)


def _cut(out: list[Block], text: str, token: Token, span: tuple[int, int], opens_item: bool) -> None:
    """Add the block of `token` unless it is empty or, as cells of a row do, repeats what is already covered."""
    start, end = span
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end = start + len(words.strip())
    if end <= start or (out and start < out[-1].end):
        return
    kind = _LEAVES[token.type]
    level = int(token.tag[1]) if kind == "heading" else 0
    out.append(Block("list_item" if kind == "paragraph" and opens_item else kind, start, end, level=level))
