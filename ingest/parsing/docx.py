"""DOCX (floor 4): paragraphs, headings, list items and table rows in order, as Word shows the current text.

Tracked insertions are kept and deletions dropped; automatic numbers are written out; hidden runs are left out; notes, headers and
footers follow the body. Comments are not part of the text. Warnings say what of this happened.
"""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from ingest.parsing.docx_numbering import Numbering, W
from ingest.parsing.docx_runs import Runs
from ingest.parsing.docx_styles import Styles
from ingest.parsing.draft import Draft
from ingest.parsing.kinds import DOCX
from ingest.parsing.package import Package
from proviso.errors import BrokenFile, EmptyFile
from proviso.types.documents import BlockKind, DocumentWarning, Parsed

BODY = "word/document.xml"
NOTES = ("word/footnotes.xml", "word/endnotes.xml")
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
CONTAINERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
MAX_DEPTH = 100
_MARGIN = re.compile(r"word/(header|footer)\d*\.xml$")


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """The current text of a Word document. Raises BrokenFile, ParserLimit, EmptyFile."""
    with Package(path, filename) as package:
        body = package.xml(BODY)
        if body is None:
            raise BrokenFile(
                f"{filename} is not a Word document: it has no {BODY}. Save it as DOCX or PDF and upload that."
            )
        reading = _Reading(package, filename)
        reading.flow(body, 0)
        reading.appendix(package)
        core = package.xml("docProps/core.xml")
    text = reading.draft.text()
    if not text:
        raise EmptyFile(f"{filename} holds no text. If its pages are pictures, upload it as PDF.")
    title = (core.findtext(f"{DUBLIN_CORE}title") or "").strip() if core is not None else ""
    metadata = {"title": title} if title else {}
    return Parsed(
        text, tuple(reading.draft.blocks), DOCX, title=title or None, warnings=reading.warnings(), metadata=metadata
    )


class _Reading:
    """One pass over the parts of a document."""

    def __init__(self, package: Package, filename: str) -> None:
        self.filename = filename
        self.draft = Draft()
        self.runs = Runs()
        self.styles = Styles(package.xml("word/styles.xml"))
        self.numbering = Numbering(package.xml("word/numbering.xml"))
        self.carried = ""

    def flow(self, parent: etree._Element, depth: int, kind: BlockKind | None = None) -> None:
        """Everything below `parent` that is a paragraph or a table, in order."""
        if depth > MAX_DEPTH:
            raise BrokenFile(f"{self.filename} nests its content more than {MAX_DEPTH} deep. Save it again from Word.")
        for child in parent:
            if child.tag == f"{W}p":
                self._paragraph(child, kind)
            elif child.tag == f"{W}tbl":
                self._table(child, depth)
            elif child.tag == f"{W}body" or child.tag in CONTAINERS:
                self.flow(child, depth + 1, kind)

    def appendix(self, package: Package) -> None:
        """Notes, then headers and footers, each distinct text once."""
        for name in NOTES:
            root = package.xml(name)
            for note in root if root is not None else ():
                if note.get(f"{W}type") is None:
                    self.flow(note, 1, "footnote")
        seen: set[str] = set()
        for name in sorted(package.names()):
            margin = _MARGIN.match(name)
            root = package.xml(name) if margin else None
            if margin and root is not None:
                words = "\n".join(filter(None, (self.runs.words(part).strip() for part in _outermost(root))))
                if words not in seen:
                    self.draft.add("header" if margin.group(1) == "header" else "footer", words)
                seen.add(words)

    def warnings(self) -> tuple[DocumentWarning, ...]:
        out = []
        if self.runs.changes:
            out.append(
                DocumentWarning(
                    "tracked_changes",
                    f"The document has {self.runs.changes} tracked changes; its text is read as if all were accepted.",
                )
            )
        if self.runs.hidden:
            out.append(DocumentWarning("hidden_text", f"{self.runs.hidden} hidden pieces of text were left out."))
        return tuple(out)

    def _paragraph(self, paragraph: etree._Element, kind: BlockKind | None) -> None:
        properties = paragraph.find(f"{W}pPr")
        words = self.carried + self.runs.words(paragraph)
        self.carried = ""
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            self.carried = words
            return
        look = self.styles.look(properties)
        label = self.numbering.label(look.list_id, look.depth) if look.list_id else ""
        if not words.strip():
            return
        shown: BlockKind = kind or ("heading" if look.level else "list_item" if label else "paragraph")
        self.draft.add(shown, f"{label} {words}" if label else words, look.level if shown == "heading" else 0)

    def _table(self, table: etree._Element, depth: int) -> None:
        for row in _children(table, "tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                self.runs.changes += 1
                continue
            cells = list(_children(row, "tc"))
            if len(cells) == 1:
                self.flow(cells[0], depth + 1)
            else:
                self.draft.add_row([self._cell(cell) for cell in cells])
        self.draft.end_table()

    def _cell(self, cell: etree._Element) -> str:
        return " ".join(self._cell_words(paragraph) for paragraph in _outermost(cell))

    def _cell_words(self, paragraph: etree._Element) -> str:
        words = self.runs.words(paragraph)
        look = self.styles.look(paragraph.find(f"{W}pPr"))
        label = self.numbering.label(look.list_id, look.depth) if look.list_id and words.strip() else ""
        return f"{label} {words}" if label else words


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    """Rows of a table or cells of a row, also those inside content controls and accepted insertions."""
    out = []
    for child in parent:
        if child.tag == f"{W}{name}":
            out.append(child)
        elif child.tag in CONTAINERS:
            out.extend(_children(child, name))
    return out


def _outermost(parent: etree._Element) -> list[etree._Element]:
    """The paragraphs below `parent`, without those of text boxes, which belong to the paragraph that anchors them."""
    return [part for part in parent.iter(f"{W}p") if next(part.iterancestors(f"{W}p"), None) is None]
