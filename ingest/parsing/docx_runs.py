"""The words of one DOCX paragraph (floor 4): runs joined as Word shows them, with tracked changes accepted."""

from __future__ import annotations

from lxml import etree

from ingest.parsing.docx_numbering import W

COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PIECES = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "",
}
REMOVED = frozenset((f"{W}del", f"{W}moveFrom"))
KEPT = frozenset((f"{W}ins", f"{W}moveTo"))
IGNORED = frozenset((f"{W}pPr", f"{W}rPr", f"{W}instrText", f"{W}delText", f"{W}sdtPr", f"{COMPATIBILITY}Fallback"))


class Runs:
    """Reads paragraphs and counts what was not plain: tracked changes and hidden runs."""

    def __init__(self) -> None:
        self.changes = 0
        self.hidden = 0

    def words(self, paragraph: etree._Element) -> str:
        """The text of a paragraph; paragraphs of text boxes anchored in it follow on lines of their own."""
        out: list[str] = []
        todo: list[etree._Element] = list(reversed(paragraph))
        while todo:
            node = todo.pop()
            tag = node.tag
            if tag == f"{W}t":
                out.append(node.text or "")
            elif tag in PIECES:
                out.append(PIECES[tag])
            elif tag == f"{W}sym":
                out.append(_symbol(node))
            elif not self._skipped(node):
                if tag == f"{W}p":
                    out.append("\n")
                todo.extend(reversed(node))
        return "".join(out)

    def _skipped(self, node: etree._Element) -> bool:
        tag = node.tag
        if tag in IGNORED or not str(tag).startswith("{"):
            return True
        if tag in REMOVED or tag in KEPT:
            self.changes += 1
            return tag in REMOVED
        if tag == f"{W}r" and _on(node.find(f"{W}rPr/{W}vanish")):
            self.hidden += 1
            return True
        return False


def _on(toggle: etree._Element | None) -> bool:
    return toggle is not None and toggle.get(f"{W}val", "1") not in ("0", "false", "off")


def _symbol(node: etree._Element) -> str:
    """A symbol by its code; those of symbol fonts sit in the private area and mean nothing outside the font."""
    code = node.get(f"{W}char", "")
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return "•" if 0xF000 <= value <= 0xF0FF else chr(value) if value < 0xD800 else ""
