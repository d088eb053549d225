"""The walk over a web page (floor 4): its blocks, tables, links and anchors in reading order, without recursion, so that no nesting
is too deep for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from ingest.parsing.breaks import LABEL, LONG_CHARS, WideGaps
from ingest.parsing.grids import Grid, GridCell, Item, Paragraph, flat
from ingest.parsing.html_sheets import Sheets
from ingest.parsing.html_tags import (
    BLOCKS,
    BULLET,
    HEADINGS,
    SILENT,
    STRUCK,
    Lists,
    is_hidden,
    is_pilcrow,
    whole,
    words_in,
)
from ingest.parsing.raised import raised
from ingest.parsing.words import Place, Words
from proviso.types.documents import BlockKind, FormField

MAX_TABLES = 12
MAX_SPAN = 200
_WIDE = re.compile(r" {3,}")
_UNTIDY = re.compile(r"[\t\r\n\f]|  ")
_SPACE = re.compile(r" *[\t\r\n\f][ \t\r\n\f]*| {2,}")
_GAPS = re.compile(r" *\n[ \n]*| {2,}")
"""White space that is not already a single space."""
WHOLE = frozenset(("html", "body", "main"))
"""What holds the whole page: nobody strikes that out."""
ROWS = frozenset(("tr", "thead", "tbody", "tfoot"))
FIELDS = frozenset(("input", "select", "textarea"))
TEXT_INPUTS = frozenset(("", "text", "email", "tel", "url", "number", "date", "search"))


@dataclass(slots=True, eq=False)
class _Box:
    """What is being filled: the page, a cell or a caption."""

    items: list[Item] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    marker: str = ""
    level: int = 0


@dataclass(slots=True, eq=False)
class _Frame:
    """A table that is open, and the boxes of its cell and caption, if one is open."""

    grid: Grid
    cell: GridCell | None = None
    caption: _Box | None = None
    group: str = ""
    strays: Words = field(default_factory=Words)
    """What stands between the cells and holds no words: rows that were struck out."""


@dataclass(slots=True, eq=False)
class Struck:
    """Words that were struck out, and where they stood."""

    place: Place
    text: str
    at: str | None


class Walk:
    """One pass over a tree. What it found is in its public attributes."""

    def __init__(self, sheets: Sheets) -> None:
        self.page = _Box()
        self._sheets = sheets
        self.links: list[tuple[Place, Place, str]] = []
        self.anchors: dict[str, Place] = {}
        self.inserted: list[tuple[Place, Place, str | None]] = []
        self.struck: list[Struck] = []
        self.fields: list[FormField] = []
        self.left_out_chars = 0
        self._boxes = [self.page]
        self._frames: list[_Frame] = []
        self._open: dict[int, Place] = {}
        self._lists = Lists()
        self._pre = 0
        self._raised = 0
        self._flat_tables = 0

    def run(self, root: LexborNode) -> list[Item]:
        todo: list[tuple[LexborNode, bool]] = [(root, False)]
        while todo:
            node, leaving = todo.pop()
            if leaving:
                self._leave(node, node.tag or "")
            elif self._enter(node):
                todo.append((node, True))
                child = node.last_child
                while child is not None:
                    todo.append((child, False))
                    child = child.prev
        self._flush()
        return self.page.items

    def _enter(self, node: LexborNode) -> bool:
        """Take in what stands before the children of `node`; False when they are not to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self._put(node.text_content or "")
            return False
        if tag in SILENT or tag.startswith(("-", "!")):
            return False
        if is_hidden(node):
            self.left_out_chars += len("".join((node.text() or "").split()))
            return False
        if tag in BLOCKS:
            self._flush()
        self._anchor(node)
        if self._is_struck(node, tag):
            self._strike(node, tag)
            return False
        if tag in BLOCKS:
            self._open_block(node, tag)
            return True
        return self._inline(node, tag)

    def _inline(self, node: LexborNode, tag: str) -> bool:
        words = self._boxes[-1].words
        if tag == "br":
            words.put("\n")
        elif tag in FIELDS:
            self._field(node, tag)
            return False
        elif is_pilcrow(node):
            return False
        elif tag in ("a", "ins"):
            self._open[node.mem_id] = words.here()
        elif self._is_raised(node, tag):
            self._raised += 1
        elif tag == "q":
            words.put("“")
        return True

    def _is_struck(self, node: LexborNode, tag: str) -> bool:
        return tag in STRUCK or (tag not in WHOLE and self._sheets.strikes(node))

    def _is_raised(self, node: LexborNode, tag: str) -> bool:
        return tag == "sup" or self._sheets.raises(node)

    def _strike(self, node: LexborNode, tag: str) -> None:
        """Leave out an element that is struck out, and note its words. A cell or a list item stays, without them."""
        said = words_in(node)
        if tag in ROWS and self._frames and not self._flat_tables:
            self._note(node, said, self._frames[-1].strays)
            return
        if tag in BLOCKS:
            self._open_block(node, tag)
        elif "\n" in said or "\t" in said:
            self._flush()
        self._note(node, said, self._boxes[-1].words)
        if tag in BLOCKS or "\n" in said or "\t" in said:
            self._flush()
        if tag in BLOCKS:
            self._close_block(tag)

    def _note(self, node: LexborNode, said: str, words: Words) -> None:
        if said.strip():
            self.struck.append(Struck(words.here(), said.strip(), node.attributes.get("datetime")))

    def _leave(self, node: LexborNode, tag: str) -> None:
        words = self._boxes[-1].words
        if tag in BLOCKS:
            self._flush()
            self._close_block(tag)
        elif tag == "a":
            self._leads(node, words)
        elif tag == "ins":
            self.inserted.append((self._open.pop(node.mem_id), words.here(), node.attributes.get("datetime")))
        elif self._is_raised(node, tag):
            self._raised -= 1
        elif tag == "q":
            words.put("”")

    def _open_block(self, node: LexborNode, tag: str) -> None:
        box = self._boxes[-1]
        if tag == "table":
            self._open_table(node)
        elif tag in ("tr", "td", "th", "caption", "thead", "tbody", "tfoot"):
            if self._frames and not self._flat_tables:
                self._open_part(node, tag, self._frames[-1])
        elif tag == "pre":
            self._pre += 1
        elif tag == "li":
            box.marker = self._lists.marker(node)
        elif tag in HEADINGS:
            box.level = int(tag[1])

    def _close_block(self, tag: str) -> None:
        box = self._boxes[-1]
        if tag == "table":
            self._close_table()
        elif tag in ("td", "th", "caption"):
            if self._frames and not self._flat_tables:
                self._close_part(tag, self._frames[-1])
        elif tag == "pre":
            self._pre -= 1
        elif tag == "li":
            box.marker = ""
        elif tag in HEADINGS:
            box.level = 0

    def _open_table(self, node: LexborNode) -> None:
        if len(self._frames) >= MAX_TABLES or self._flat_tables:
            self._flat_tables += 1
            return
        role = (node.attributes.get("role") or "").lower()
        layout = True if role in ("presentation", "none") else None
        self._frames.append(_Frame(Grid([], layout=layout)))

    def _close_table(self) -> None:
        if self._flat_tables:
            self._flat_tables -= 1
        elif self._frames:
            frame = self._frames.pop()
            if frame.grid.rows or frame.grid.caption is not None:
                self._boxes[-1].items.append(frame.grid)
            if frame.strays.places:
                self._boxes[-1].items.append(Paragraph("paragraph", frame.strays))

    def _open_part(self, node: LexborNode, tag: str, frame: _Frame) -> None:
        if tag == "tr":
            frame.grid.rows.append([])
        elif tag in ("td", "th"):
            attributes = node.attributes
            frame.cell = GridCell(
                [],
                max(1, min(whole(attributes.get("rowspan"), 1), MAX_SPAN)),
                max(1, min(whole(attributes.get("colspan"), 1), MAX_SPAN)),
                tag == "th" or frame.group == "thead",
            )
            if not frame.grid.rows:
                frame.grid.rows.append([])
            self._boxes.append(_Box(items=frame.cell.items, words=frame.strays))
            frame.strays = Words()
        elif tag == "caption":
            frame.caption = _Box()
            self._boxes.append(frame.caption)
        else:
            frame.group = tag

    def _close_part(self, tag: str, frame: _Frame) -> None:
        if tag == "caption" and frame.caption is not None:
            self._boxes.pop()
            said = flat(frame.caption.items)
            if frame.grid.caption is not None:
                frame.grid.caption.put(" ")
                frame.grid.caption.take(said)
            else:
                frame.grid.caption = said
            frame.caption = None
        elif tag != "caption" and frame.cell is not None:
            self._boxes.pop()
            frame.grid.rows[-1].append(frame.cell)
            frame.cell = None

    def _put(self, text: str) -> None:
        if self._raised:
            text = raised(text)
        if not self._pre and _UNTIDY.search(text):
            text = _SPACE.sub(_wide_or_single if len(text) >= LONG_CHARS else " ", text)
        self._boxes[-1].words.put(text.replace("\u00ad", ""))

    def _anchor(self, node: LexborNode) -> None:
        attributes = node.attributes
        for name in (attributes.get("id"), attributes.get("name") if node.tag == "a" else None):
            if name and name not in self.anchors:
                self.anchors[name] = self._boxes[-1].words.here()

    def _leads(self, node: LexborNode, words: Words) -> None:
        first = self._open.pop(node.mem_id, None)
        target = (node.attributes.get("href") or "").strip()
        if first is not None and target and not target.lower().startswith("javascript:"):
            self.links.append((first, words.here(), target))

    def _field(self, node: LexborNode, tag: str) -> None:
        """A form field, and what it shows."""
        attributes = node.attributes
        name, kind = attributes.get("name") or attributes.get("id") or "", (attributes.get("type") or "").lower()
        words = self._boxes[-1].words
        if tag == "input" and kind in ("checkbox", "radio"):
            if "role" in attributes or "aria-haspopup" in attributes:
                return  # what opens a menu
            checked = "checked" in attributes
            words.put("☒" if checked else "☐")
            self.fields.append(FormField(name, kind, "checked" if checked else "unchecked"))
        elif tag == "select":
            options = node.css("option")
            chosen = next((each for each in options if "selected" in each.attributes), None)
            shown = " ".join((chosen.text() or "").split()) if chosen is not None else ""
            words.put(shown)
            self.fields.append(FormField(name, "choice", shown or None))
        elif tag == "textarea" or kind in TEXT_INPUTS:
            shown = (node.text() if tag == "textarea" else attributes.get("value")) or ""
            words.put(shown)
            self.fields.append(FormField(name, "text", shown or None))

    def _flush(self) -> None:
        """A block begins or ends here: what came before is a paragraph, if it is anything."""
        box = self._boxes[-1]
        words, box.words = box.words, Words()
        if not self._pre:
            _collapse(words)
        if not words.text().strip():
            if words.places:
                box.items.append(Paragraph("paragraph", words))
            return
        kind: BlockKind = "heading" if box.level else "list_item" if box.marker else "paragraph"
        numbered = box.marker == BULLET and LABEL.match(words.text().lstrip())
        marked = Words("" if numbered else box.marker)
        marked.take(words)
        box.items.append(Paragraph(kind, marked, box.level, whole=self._pre > 0))
        box.marker = ""


def _wide_or_single(gap: re.Match[str]) -> str:
    return "   " if _WIDE.fullmatch(gap.group()) else " "


def _collapse(words: Words) -> None:
    """White space as browsers set it; blank lines and the wide gaps of text without markup stay visible as breaks."""
    text = words.text()
    if not _UNTIDY.search(text):
        return
    gaps = WideGaps(text)

    def shown(gap: re.Match[str]) -> str:
        lines = gap.group().count("\n")
        if lines:
            return "\n\n" if lines > 1 else "\n"
        return "\n\n" if len(gap.group()) >= 3 and gaps.ends_paragraph(gap.start(), gap.end()) else " "

    words.rewrite(_GAPS, shown)
