"""The words of one DOCX paragraph (floor 4): runs joined as Word shows them, with tracked changes accepted and kept as marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsing.docx_fields import Fields
from ingest.parsing.docx_review import Review
from ingest.parsing.docx_styles import HIDDEN, Look, Styles
from ingest.parsing.docx_symbols import in_font, symbol
from ingest.parsing.docx_xml import MC, M, R, W
from ingest.parsing.package import Relation
from ingest.parsing.raised import raised
from ingest.parsing.words import Place, Words
from proviso.types.documents import MarkKind

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
PIECES = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
}
REMOVED: dict[str, MarkKind] = {f"{W}del": "deletion", f"{W}moveFrom": "moved_from"}
KEPT: dict[str, MarkKind] = {f"{W}ins": "insertion", f"{W}moveTo": "moved_to"}
IGNORED = frozenset(
    (f"{W}pPr", f"{W}rPr", f"{W}delText", f"{W}sdtPr", f"{W}rt", f"{W}rubyPr", f"{MC}Fallback", f"{M}rPr", f"{M}ctrlPr")
)
BETWEEN = {f"{M}num": "/", f"{M}sup": "^", f"{M}sub": "_"}
"""What stands between the parts of a formula when it is written on a line; before the second part, but after the first of a fraction."""

Close = Callable[[], None]


@dataclass(slots=True, eq=False)
class Story:
    """What reading a part of the document needs to know and collects on the way."""

    styles: Styles
    review: Review
    fields: Fields
    note_mark: Callable[[etree._Element], str]
    """The mark of a footnote or endnote reference, as it prints."""

    relations: dict[str, Relation] = field(default_factory=dict)
    anchors: dict[str, Place] = field(default_factory=dict)
    boxes: list[etree._Element] = field(default_factory=list)
    """Text boxes met in the paragraph that is read: they follow it."""

    unreferred: list[tuple[MarkKind, Place, etree._Element, etree._Element]] = field(default_factory=list)
    """References to notes that were taken out: how, where, in what change, and the reference."""

    paragraph: int = 0
    hidden_runs: int = 0
    hidden_chars: int = 0
    struck_runs: int = 0


class Runs:
    """Reads paragraphs into words."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self._look = Look()
        self._font = ""
        self._raised = False
        self._words = Words()

    def words(self, paragraph: etree._Element, look: Look) -> Words:
        """The text of a paragraph with its places; text boxes anchored in it are left for the caller in `story.boxes`."""
        self._look, self._words = look, Words()
        self.story.paragraph += 1
        todo: list[tuple[etree._Element, Close | None]] = [(child, None) for child in reversed(paragraph)]
        while todo:
            node, close = todo.pop()
            if close is not None:
                close()
            elif isinstance(node.tag, str):
                entered, close = self._enter(node, node.tag)
                if close is not None:
                    todo.append((node, close))
                if entered:
                    todo.extend((child, None) for child in reversed(node))
        self.story.fields.paragraph_ends()
        return self._words

    def point(self, node: etree._Element, words: Words) -> bool:
        """Take note of a bookmark or of the edge of a comment; False when `node` is neither."""
        story, name = self.story, node.tag
        if name == f"{W}bookmarkStart":
            bookmark = node.get(f"{W}name", "")
            if bookmark and not bookmark.startswith(("_GoBack", "_Hlk")):
                story.anchors.setdefault(bookmark, words.here())
        elif name == f"{W}commentRangeStart":
            story.review.comment_begins(node.get(f"{W}id", ""), words.here())
        elif name in (f"{W}commentRangeEnd", f"{W}commentReference"):
            story.review.comment_ends(node.get(f"{W}id", ""), words.here())
        else:
            return False
        return True

    def _enter(self, node: etree._Element, tag: str) -> tuple[bool, Close | None]:
        """Take in `node`: whether its children are to be read, and what to do after them."""
        if tag in IGNORED or self.point(node, self._words):
            return False, None
        if tag in (f"{W}t", f"{M}t") or tag in PIECES:
            self._put(PIECES.get(tag) or self._set_text(_text(node)))
        elif tag == f"{W}r":
            return self._run(node), None
        elif tag in REMOVED:
            self._removed(node, REMOVED[tag])
            return False, None
        elif tag in KEPT or tag in (f"{W}hyperlink", f"{W}fldSimple", f"{W}sdt") or tag in BETWEEN:
            return True, self._opened(node, tag)
        else:
            return self._special(node, tag), None
        return False, None

    def _removed(self, node: etree._Element, kind: MarkKind) -> None:
        story, place = self.story, self._words.here()
        story.review.changed(kind, place, node, removed_text(node), story.paragraph)
        for reference in node.iter(f"{W}footnoteReference", f"{W}endnoteReference"):
            story.unreferred.append((kind, place, node, reference))

    def _opened(self, node: etree._Element, tag: str) -> Close | None:
        words, story, place = self._words, self.story, self._words.here()
        if tag in BETWEEN:
            if tag == f"{M}num":
                return lambda: self._put(BETWEEN[tag])
            self._put(BETWEEN[tag])
            return None

        def close() -> None:
            words.until_here(place)
            if tag in KEPT:
                story.review.changed(KEPT[tag], place, node, paragraph=story.paragraph)
            elif tag == f"{W}hyperlink":
                story.fields.lead(place, place, self._target(node))
            elif tag == f"{W}fldSimple":
                story.fields.simple(node.get(f"{W}instr", ""), place)
            else:
                properties = node.find(f"{W}sdtPr")
                if properties is not None:
                    story.fields.control(properties, words.text()[place.start :])

        return close

    def _special(self, node: etree._Element, tag: str) -> bool:
        """Elements that print something of their own; anything else is only looked into."""
        if tag == f"{W}sym":
            self._put(symbol(node.get(f"{W}font", ""), node.get(f"{W}char", "")))
        elif tag == f"{W}fldChar":
            self.story.fields.mark(node, self._words)
        elif tag == f"{W}instrText":
            self.story.fields.code(node)
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            self._put(self.story.note_mark(node))
        elif tag == f"{W}txbxContent":
            self.story.boxes.append(node)
        else:
            return True
        return False

    def _set_text(self, text: str) -> str:
        """Text as its run sets it: in a symbol font, or raised."""
        text = in_font(self._font, text)
        return raised(text) if self._raised else text

    def _put(self, text: str) -> None:
        if not self.story.fields.in_code:
            self._words.put(text)

    def _run(self, run: etree._Element) -> bool:
        """Whether a run is to be read: not when it is hidden or struck out."""
        properties = run.find(f"{W}rPr")
        fonts = properties.find(f"{W}rFonts") if properties is not None else None
        self._font = fonts.get(f"{W}ascii", "") if fonts is not None else ""
        styles = self.story.styles
        self._raised = styles.raises(properties, self._look)
        effects = styles.effects(properties, self._look)
        if HIDDEN in effects:
            self._hidden(run)
            return False
        if effects:
            return not self._struck(run)
        return True

    def _struck(self, run: etree._Element) -> bool:
        """Words struck out by hand, without tracking: kept as a deletion of nobody. Anything but words in the run is still read."""
        text = removed_text(run)
        if not text.strip() or self.story.fields.in_code:
            return False
        self.story.struck_runs += 1
        self.story.review.changed("deletion", self._words.here(), run, text, self.story.paragraph)
        for node in run.iter(f"{W}fldChar", f"{W}instrText"):
            self._special(node, str(node.tag))
        return True

    def _hidden(self, run: etree._Element) -> None:
        """Hidden words are only counted; the fields among them go on."""
        shown = "".join(_text(node) for node in run.iter(f"{W}t"))
        if shown.strip() and not self.story.fields.in_code:
            self.story.hidden_runs += 1
            self.story.hidden_chars += len(shown)
        for node in run.iter(f"{W}fldChar", f"{W}instrText"):
            self._special(node, str(node.tag))

    def _target(self, link: etree._Element) -> str:
        relation = self.story.relations.get(link.get(f"{R}id", ""))
        anchor = link.get(f"{W}anchor")
        return (relation.target if relation else "") + (f"#{anchor}" if anchor else "")


def removed_text(node: etree._Element) -> str:
    """The words inside a deletion, or of anything else that is no longer part of the text."""
    out: list[str] = []
    again = {part for fallback in node.iter(f"{MC}Fallback") for part in fallback.iter()}
    for part in node.iter(f"{W}delText", f"{W}t", f"{W}p", *PIECES):
        if part in again:
            continue
        if part.tag == f"{W}p":
            out.append("\n" if out else "")
        elif next(part.iterancestors(f"{W}pPr"), None) is None:
            out.append(PIECES.get(str(part.tag)) or _text(part))
    return "".join(out)


def _text(node: etree._Element) -> str:
    """The text of `w:t`: without `xml:space` the white space around it is not part of it; soft hyphens show at line ends only."""
    text = (node.text or "").replace("\n", " ").replace("\u00ad", "")
    return text if node.get(SPACE) == "preserve" else text.strip(" \t")
