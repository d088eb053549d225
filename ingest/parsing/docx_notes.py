"""Footnotes and endnotes of a DOCX (floor 4): their marks in the order in which they are printed, and what they say.

A mark is written as superscript, as it prints: "[1]" would read as a citation, and 10¹ is not 101.
"""

from __future__ import annotations

from lxml import etree

from ingest.parsing.counting import counted
from ingest.parsing.docx_xml import W, value
from ingest.parsing.raised import raised_mark

FORMATS = {"footnote": "decimal", "endnote": "lowerRoman"}


class Notes:
    """Gives each referenced note its mark; `referred` are the notes met, in order, with their kind and mark."""

    def __init__(self, settings: etree._Element | None, body: etree._Element) -> None:
        self._formats = {kind: _format(kind, settings, body) for kind in FORMATS}
        self._counts = dict.fromkeys(FORMATS, 0)
        self.referred: dict[tuple[str, str], str] = {}

    def mark(self, reference: etree._Element) -> str:
        """What is printed for a reference in the text; "" where the text itself carries a mark of its own."""
        kind = "footnote" if reference.tag == f"{W}footnoteReference" else "endnote"
        key = (kind, reference.get(f"{W}id", ""))
        if reference.get(f"{W}customMarkFollows") in ("1", "true", "on"):
            self.referred.setdefault(key, "")
            return ""
        if key not in self.referred:
            self._counts[kind] += 1
            self.referred[key] = raised_mark(counted(self._counts[kind], self._formats[kind]))
        return self.referred[key]


def _format(kind: str, settings: etree._Element | None, body: etree._Element) -> str:
    """How notes are counted: as the last section or the document says."""
    path = f"{W}{kind}Pr/{W}numFmt"
    for parent in (body.find(f"{W}body/{W}sectPr"), settings):
        said = value(parent, path) if parent is not None else ""
        if said:
            return said
    return FORMATS[kind]
