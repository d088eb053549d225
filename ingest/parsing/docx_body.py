"""Paragraphs and tables of one part of a DOCX in reading order (floor 4): body, note, header or footer."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.parsing.breaks import WIDE, WideGaps
from ingest.parsing.docx_numbering import Numbering
from ingest.parsing.docx_runs import KEPT, REMOVED, Runs, Story, removed_text
from ingest.parsing.docx_styles import Look
from ingest.parsing.docx_symbols import BULLET
from ingest.parsing.docx_xml import W, on, value, whole
from ingest.parsing.grids import Grid, GridCell, Item, Paragraph
from ingest.parsing.words import Words
from proviso.errors import BrokenFile
from proviso.types.documents import BlockKind

MAX_DEPTH = 100
MAX_SPAN = 200
CONTAINERS = frozenset(
    f"{W}{name}" for name in ("body", "sdt", "sdtContent", "customXml", "smartTag", "hyperlink", *("ins", "moveTo"))
)


class Body:
    """Reads what stands below an element as items. One for a whole document."""

    def __init__(self, story: Story, numbering: Numbering, filename: str) -> None:
        self.story = story
        self._runs = Runs(story)
        self._numbering = numbering
        self._filename = filename
        self._carried: tuple[Words, Look] | None = None
        self._loose = Words()

    def begin(self, part: str) -> None:
        """Another part is read: a header or the notes. Its lists count by themselves."""
        self._numbering.story = part

    def read(self, parent: etree._Element, kind: BlockKind | None = None, depth: int = 0) -> Iterator[Item]:
        """The items below `parent`; all paragraphs are of `kind`, if one is given."""
        yield from self._flow(parent, kind, depth)
        yield from self._uncarried(kind)
        if self._loose.places:
            yield Paragraph("paragraph", self._loosened(Words()))

    def _flow(self, parent: etree._Element, kind: BlockKind | None, depth: int) -> Iterator[Item]:
        if depth > MAX_DEPTH:
            raise BrokenFile(f"{self._filename} nests its content more than {MAX_DEPTH} deep. Save it again from Word.")
        for child in parent:
            if child.tag == f"{W}p":
                yield from self._paragraph(child, kind, depth)
            elif child.tag == f"{W}tbl":
                yield from self._uncarried(kind)
                yield from self._table(child, depth)
            elif child.tag in CONTAINERS:
                yield from self._flow(child, kind, depth + 1)
            else:
                self._aside(child)

    def _aside(self, element: etree._Element) -> None:
        """Take note of what stands between paragraphs and is none."""
        if element.tag in REMOVED:
            self._removed(element)
        else:
            self._runs.point(element, self._loose)

    def _paragraph(self, paragraph: etree._Element, kind: BlockKind | None, depth: int) -> Iterator[Item]:
        properties = paragraph.find(f"{W}pPr")
        look = self.story.styles.look(properties)
        words = self._loosened(self._runs.words(paragraph, look))
        if self._carried is not None:
            carried = self._carried[0]
            carried.take(words)
            words, self._carried = carried, None
        boxes, self.story.boxes[:] = list(self.story.boxes), []
        if self.story.styles.joins_next(properties, look):
            self._carried = words, look
        else:
            yield self._shown(words, look, kind, on(properties, f"{W}rPr/{W}vanish"))
        if boxes:
            yield from self._boxes(boxes, kind, depth)

    def _boxes(self, boxes: list[etree._Element], kind: BlockKind | None, depth: int) -> Iterator[Item]:
        """What stands in text boxes, whose lists count by themselves."""
        story = self._numbering.story
        self._numbering.story = f"{story} boxes"
        for box in boxes:
            yield from self.read(box, kind, depth + 1)
        self._numbering.story = story

    def _shown(self, words: Words, look: Look, kind: BlockKind | None, bare: bool = False) -> Paragraph:
        """A paragraph with its number, which a hidden paragraph mark hides."""
        label = self._label(look)
        blank = not words.text().strip()
        if bare or (blank and label.strip() in ("", BULLET)):
            label = ""
        shown: BlockKind = kind or ("heading" if look.level else "list_item" if label else "paragraph")
        gaps = WideGaps(words.text())
        words.rewrite(WIDE, lambda gap: "\n\n" if gaps.ends_paragraph(gap.start(), gap.end()) else gap.group())
        labelled = Words(label)
        labelled.take(words)
        return Paragraph(shown, labelled, look.level if shown == "heading" else 0, look.caption)

    def _label(self, look: Look) -> str:
        if not look.list_id:
            return ""
        linked = self._numbering.level_of(look.list_id, look.linked)
        depth = linked if linked is not None else look.depth or 0
        return self._numbering.label(look.list_id, depth)

    def _uncarried(self, kind: BlockKind | None) -> Iterator[Paragraph]:
        """A paragraph that was to run on into the next, where no next one comes. Without any words, it is gone with its number."""
        if self._carried is not None:
            (words, look), self._carried = self._carried, None
            yield self._shown(words, look, kind) if words.text().strip() else Paragraph("paragraph", words)

    def _loosened(self, words: Words) -> Words:
        """`words` with the bookmarks and comment edges that stood before their paragraph."""
        loose, self._loose = self._loose, Words()
        loose.take(words)
        return loose

    def _removed(self, element: etree._Element) -> None:
        self.story.paragraph += 1
        kind = REMOVED.get(str(element.tag), "deletion")
        self.story.review.changed(kind, self._loose.here(), element, removed_text(element), self.story.paragraph)

    def _table(self, table: etree._Element, depth: int) -> Iterator[Grid]:
        """The table as a grid, if it has any rows; rows and cells that were deleted are only marks."""
        rows: list[list[GridCell]] = []
        above: dict[int, GridCell] = {}
        for row in _children(table, "tr"):
            properties = row.find(f"{W}trPr")
            deleted = properties.find(f"{W}del") if properties is not None else None
            if deleted is not None or on(properties, f"{W}hidden"):
                self._left_out(row, deleted)
                continue
            rows.append(self._row(row, properties, above, depth))
        if rows:
            yield Grid(rows)

    def _left_out(self, row: etree._Element, deleted: etree._Element | None) -> None:
        words = "\t".join(removed_text(cell).strip() for cell in _children(row, "tc"))
        if deleted is not None:
            self.story.paragraph += 1
            self.story.review.changed("deletion", self._loose.here(), deleted, words.strip(), self.story.paragraph)
        elif words.strip():
            self.story.hidden_runs += 1
            self.story.hidden_chars += len(words.strip())

    def _row(
        self, row: etree._Element, properties: etree._Element | None, above: dict[int, GridCell], depth: int
    ) -> list[GridCell]:
        header = on(properties, f"{W}tblHeader")
        column = whole(value(properties, f"{W}gridBefore")) if properties is not None else 0
        inserted = properties.find(f"{W}ins") if properties is not None else None
        found: list[GridCell] = []
        for element in _children(row, "tc"):
            cell_properties = element.find(f"{W}tcPr")
            span = max(1, min(whole(value(cell_properties, f"{W}gridSpan", "1"), 1), MAX_SPAN))
            merged = cell_properties.find(f"{W}vMerge") if cell_properties is not None else None
            goes_on = merged is not None and value(merged, default="continue") != "restart" and column in above
            cell = self._cell(element, cell_properties, depth)
            if goes_on and cell is not None:
                above[column].row_span += 1
                above[column].items += [item for item in cell.items if not _blank(item)]
            elif cell is not None:
                cell.column, cell.column_span, cell.header = column, span, header
                found.append(cell)
                above.pop(column, None)
                if merged is not None:
                    above[column] = cell
            column += span
        if inserted is not None and found:
            self._inserted_row(found, inserted)
        return found

    def _cell(self, element: etree._Element, properties: etree._Element | None, depth: int) -> GridCell | None:
        """The content of a cell; None when the cell was deleted."""
        deleted = properties.find(f"{W}cellDel") if properties is not None else None
        if deleted is not None:
            self.story.paragraph += 1
            said = removed_text(element).strip()
            self.story.review.changed("deletion", self._loose.here(), deleted, said, self.story.paragraph)
            return None
        return GridCell(list(self.read(element, None, depth + 1)))

    def _inserted_row(self, cells: list[GridCell], inserted: etree._Element) -> None:
        for cell in cells:
            for item in cell.items:
                if isinstance(item, Paragraph) and not _blank(item):
                    place = item.words.here()
                    place.start = 0
                    self.story.review.changed("insertion", place, inserted, paragraph=self.story.paragraph)


def _blank(item: Item) -> bool:
    return isinstance(item, Paragraph) and not item.words.text().strip() and not item.words.places


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    """Rows of a table or cells of a row, also those inside content controls and accepted insertions."""
    out = []
    for child in parent:
        if child.tag == f"{W}{name}":
            out.append(child)
        elif child.tag in CONTAINERS or child.tag in KEPT:
            out.extend(_children(child, name))
    return out
