"""Paragraph styles of a DOCX (floor 4): heading level and list of a paragraph, through the styles it is based on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.docx_numbering import W, number

_HEADING = re.compile(r"^heading\s*([1-9])$", re.IGNORECASE)
MAX_CHAIN = 20
BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph is set: 1-based heading level or 0, and its list (0 = none) and depth in it."""

    level: int = 0
    list_id: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    base: str
    outline: int | None
    list_id: int | None
    depth: int | None


class Styles:
    """The paragraph styles by id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        for element in root.iterfind(f"{W}style") if root is not None else ():
            style_id = element.get(f"{W}styleId", "")
            self._styles[style_id] = _style(element)
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true"):
                self._default = style_id

    def look(self, properties: etree._Element | None) -> Look:
        """What a paragraph's own properties and its style chain say."""
        own = _own(properties)
        style_id = own.base or self._default
        level, list_id, depth = own.outline, own.list_id, own.depth
        for _ in range(MAX_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                break
            level = style.outline if level is None else level
            list_id = style.list_id if list_id is None else list_id
            depth = style.depth if depth is None else depth
            style_id = style.base
        shown = 0 if level is None or level >= BODY_LEVEL else level + 1
        return Look(shown, list_id or 0, depth or 0)


def _style(element: etree._Element) -> _Style:
    named = element.find(f"{W}name")
    name = named.get(f"{W}val", "") if named is not None else ""
    based = element.find(f"{W}basedOn")
    own = _own(element.find(f"{W}pPr"))
    heading = _HEADING.match(name)
    outline = int(heading.group(1)) - 1 if heading else 0 if name.lower() == "title" else own.outline
    return _Style(name, based.get(f"{W}val", "") if based is not None else "", outline, own.list_id, own.depth)


def _own(properties: etree._Element | None) -> _Style:
    """The properties written on a paragraph or style itself; `base` is then the style a paragraph names."""
    if properties is None:
        return _Style("", "", None, None, None)
    style = properties.find(f"{W}pStyle")
    outline = properties.find(f"{W}outlineLvl")
    list_id = properties.find(f"{W}numPr/{W}numId")
    depth = properties.find(f"{W}numPr/{W}ilvl")
    return _Style(
        "",
        style.get(f"{W}val", "") if style is not None else "",
        number(outline, BODY_LEVEL) if outline is not None else None,
        number(list_id) if list_id is not None else None,
        number(depth) if depth is not None else None,
    )
