"""HTML (floor 4): what a reader of the page sees, as headings, paragraphs, list items and table rows; nothing is fetched.

Scripts, styles, navigation, forms and hidden parts are left out. White space is collapsed as browsers do, except in `pre`.
Numbers of ordered lists are written out, since clauses are cited by them.
"""

from __future__ import annotations

import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.parsing.charset import declared_in_html, decode, encoding_warnings
from ingest.parsing.counting import counted
from ingest.parsing.draft import Draft
from ingest.parsing.kinds import HTML
from proviso.errors import EmptyFile
from proviso.text import canonical
from proviso.types.documents import BlockKind, Parsed

SKIPPED = frozenset(
    "head script style noscript template nav svg iframe object embed canvas audio video map button select input textarea "
    "datalist dialog menu math".split()
)
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html legend li main ol p pre section summary table tbody tfoot thead tr ul".split()
)
SKIPPED_ROLES = frozenset(("navigation", "search", "menu", "menubar"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPACES = re.compile(r" +")
_STYLES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """The readable part of a page. Raises EmptyFile when the page shows no text."""
    data = path.read_bytes()
    raw, encoding = decode(data, declared_in_html(data))
    tree = LexborHTMLParser(canonical(raw))
    draft = Draft()
    if tree.root is not None:
        _Walk(draft).run(tree.root)
    text = draft.text()
    if not text:
        raise EmptyFile(f"{filename} shows no text: what it holds is scripts, navigation or images.")
    title = tree.css_first("head > title")
    language = tree.root.attributes.get("lang") if tree.root is not None else None
    return Parsed(
        text,
        tuple(draft.blocks),
        HTML,
        title=" ".join(title.text().split()) or None if title else None,
        language=language.split("-")[0].lower() if language else None,
        warnings=encoding_warnings(encoding),
        metadata={"encoding": encoding},
    )


class _Walk:
    """One pass over the tree without recursion, so that no nesting is too deep for it."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.words: list[str] = []
        self.marker = ""
        self.level = 0
        self.cells: list[str] | None = None
        self.tables = 0
        self.pre = 0
        self.numbers: dict[int, int] = {}

    def run(self, root: LexborNode) -> None:
        todo: list[tuple[LexborNode, bool]] = [(root, False)]
        while todo:
            node, leaving = todo.pop()
            if leaving:
                self._leave(node.tag or "")
            elif self._enter(node):
                todo.append((node, True))
                child = node.last_child
                while child is not None:
                    todo.append((child, False))
                    child = child.prev
        self._flush()

    def _enter(self, node: LexborNode) -> bool:
        """Take in what stands before the children of `node`; False when they are not to be read."""
        tag = node.tag or ""
        if tag == "-text":
            words = node.text_content or ""
            self.words.append(words if self.pre else _SPACE.sub(" ", words))
            return False
        if tag in SKIPPED or tag.startswith(("-", "!")) or _hidden(node):
            return False
        if tag == "br":
            self.words.append("\n")
        elif tag in ("td", "th") and self.tables == 1:
            self.words.clear()
        elif tag in BLOCKS:
            self._break()
            self._open_block(node, tag)
        return True

    def _open_block(self, node: LexborNode, tag: str) -> None:
        if tag == "table":
            self.tables += 1
        elif tag == "tr" and self.tables == 1:
            self.cells = []
        elif tag == "pre":
            self.pre += 1
        elif tag == "li" and self.cells is None:
            self.marker = self._marker(node)
        elif tag in HEADINGS:
            self.level = int(tag[1])

    def _leave(self, tag: str) -> None:
        if tag in ("td", "th") and self.tables == 1 and self.cells is not None:
            self.cells.append("".join(self.words))
            self.words.clear()
        elif tag == "tr" and self.tables == 1 and self.cells is not None:
            self.draft.add_row(self.cells)
            self.cells = None
        elif tag in ("td", "th"):
            self.words.append(" ")
        elif tag in BLOCKS:
            self._break()
            self._close_block(tag)

    def _close_block(self, tag: str) -> None:
        if tag == "table":
            self.tables = max(0, self.tables - 1)
            if not self.tables:
                self.draft.end_table()
        elif tag == "pre":
            self.pre = max(0, self.pre - 1)
        elif tag == "li":
            self.marker = ""
        elif tag in HEADINGS:
            self.level = 0

    def _break(self) -> None:
        """A block begins or ends here; inside a table cell that is only a space."""
        if self.cells is None:
            self._flush()
        else:
            self.words.append(" ")

    def _flush(self) -> None:
        words = "".join(self.words)
        self.words.clear()
        if not self.pre:
            words = "\n".join(line.strip(" ") for line in _SPACES.sub(" ", words).split("\n") if line.strip(" "))
        if not words.strip():
            return
        kind: BlockKind = "heading" if self.level else "list_item" if self.marker else "paragraph"
        self.draft.add(kind, self.marker + words, self.level)
        self.marker = ""

    def _marker(self, item: LexborNode) -> str:
        """What a browser prints before a list item: a bullet, or the number in the list's own style."""
        parent = item.parent
        if parent is None or parent.tag != "ol":
            return "• "
        start = parent.attributes.get("start") or "1"
        first = int(start) if start.isdigit() and len(start) < 8 else 1
        number = self.numbers.get(parent.mem_id, first)
        self.numbers[parent.mem_id] = number + 1
        return f"{counted(number, _STYLES.get(parent.attributes.get('type') or '1', 'decimal'))}. "


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    role = (attributes.get("role") or "").lower()
    if "hidden" in attributes or attributes.get("aria-hidden") == "true" or role in SKIPPED_ROLES:
        return True
    return bool(_HIDDEN.search(attributes.get("style") or ""))
