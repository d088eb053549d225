"""Markdown (floor 4): the canonical text is the source itself, so that spans also hold in the file; markdown-it only cuts it into blocks.

Rendering it would drop marks that a reader of the file sees; the folding of quotes passes over them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.parsing.charset import decode
from ingest.parsing.kinds import MARKDOWN
from ingest.parsing.markdown_links import anchors_in, links_in, slugs
from ingest.parsing.markdown_tables import table_of
from ingest.parsing.plain import cut
from proviso.errors import EmptyFile
from proviso.text import canonical
from proviso.types.documents import Block, BlockKind, Parsed, Table

MAX_NESTING = 40
_FRONT = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?\n)?\1[ \t]*(?:\n|$)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title\s*[:=]\s*[\"']?(.*?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
_NOTE = re.compile(r"\[\^[^\]\s]{1,60}\]:")
_LEAVES: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "tr_open": "table_row",
    "fence": "paragraph",
    "code_block": "paragraph",
    "html_block": "paragraph",
}
CODE = frozenset(("fence", "code_block"))


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """Blocks of a Markdown file. Raises EmptyFile when there is nothing to read."""
    decoded = decode(path.read_bytes())
    text = canonical(decoded.text)
    if not text.strip():
        raise EmptyFile(f"{filename} is empty: it holds nothing but white space.")
    title = _front_title(text)
    cutting = _Cutting(text)
    return Parsed(
        text,
        tuple(cutting.blocks),
        MARKDOWN,
        title=title,
        warnings=decoded.warnings(),
        metadata={"encoding": decoded.encoding} | ({"title": title} if title else {}),
        tables=tuple(cutting.tables),
        anchors=slugs(text, cutting.blocks) | anchors_in(text, cutting.code),
        links=links_in(text, cutting.code),
    )


def _front_title(text: str) -> str | None:
    front = _FRONT.match(text)
    found = _FRONT_TITLE.search(front.group(2) or "") if front else None
    return (found.group(1).strip() or None) if found else None


class _Cutting:
    """The blocks, tables and stretches of code of a Markdown text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.code: list[tuple[int, int]] = []
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        reader = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
        reader.disable(["image", "link", "emphasis"])
        self._read(reader.parse(self._without_front()))
        self._cover()

    def _without_front(self) -> str:
        """The text with blank lines for its front matter, which is no Markdown."""
        front = _FRONT.match(self.text)
        if not front:
            return self.text
        return "\n" * front.group().count("\n") + self.text[front.end() :]

    def _read(self, tokens: list[Token]) -> None:
        items: list[int] = []
        for token in tokens:
            if token.type == "list_item_open" and token.map:
                items.append(token.map[0])
            elif token.type == "list_item_close" and items:
                items.pop()
            elif token.type == "table_open" and token.map:
                self.tables.append(table_of(self.text, *self._span(token)))
            elif token.type in _LEAVES and token.map:
                if token.type in CODE:
                    self.code.append(self._span(token))
                self._cut(token, bool(items) and items[-1] == token.map[0])

    def _span(self, token: Token) -> tuple[int, int]:
        first, last = token.map or (0, 0)
        return self._starts[first], min(self._starts[last], len(self.text))

    def _cut(self, token: Token, opens_item: bool) -> None:
        """Add the block of `token` unless it is empty or, as cells of a row do, repeats what is already covered."""
        start, end = self._span(token)
        words = self.text[start:end]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        if end <= start or (self.blocks and start < self.blocks[-1].end):
            return
        kind = _LEAVES[token.type]
        level = int(token.tag[1]) if kind == "heading" else 0
        if kind == "paragraph" and _NOTE.match(self.text, start):
            kind = "footnote"
        self.blocks.append(Block("list_item" if kind == "paragraph" and opens_item else kind, start, end, level=level))

    def _cover(self) -> None:
        """Front matter and link definitions are blocks, too: no word of the file is in none."""
        self.blocks = sorted([*self.blocks, *self._uncovered()], key=lambda block: block.start)

    def _uncovered(self) -> Iterator[Block]:
        rows = [(table.start, table.end) for table in self.tables]
        at = 0
        for start, end in [*((block.start, block.end) for block in self.blocks), (len(self.text), len(self.text))]:
            for block in cut(self.text[at:start])[0]:
                first, last = at + block.start, at + block.end
                words = self.text[first:last]
                if any(map(str.isalnum, words)) and not _inside(rows, first):
                    yield Block("footnote" if _NOTE.match(words) else "paragraph", first, last)
            at = max(at, end)


def _inside(spans: list[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(spans, (offset, len(spans) and spans[-1][1])) - 1
    return at >= 0 and spans[at][0] <= offset < spans[at][1]
