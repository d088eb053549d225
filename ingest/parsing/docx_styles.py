"""Styles of a DOCX (floor 4): heading level, list and visibility of a paragraph or run, through the styles theirs is based on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.docx_xml import W, number, on, switched, value

_HEADING = re.compile(r"^heading\s*([1-9])$", re.IGNORECASE)
MAX_CHAIN = 20
BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph is set: 1-based heading level or 0, and its list (0 = none), with the depth that is said for it, if any.

    `linked` are the styles through which it came to its list, the nearest first: a list may tie its levels to styles."""

    level: int = 0
    list_id: int = 0
    depth: int | None = None
    linked: tuple[str, ...] = ()
    hidden: bool = False
    caption: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    base: str
    outline: int | None
    list_id: int | None
    depth: int | None
    hidden: bool | None = None


class Styles:
    """The styles by id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        self.lists: dict[str, int] = {}
        """List styles and the list that each names."""
        for element in root.iterfind(f"{W}style") if root is not None else ():
            style_id, kind = element.get(f"{W}styleId", ""), element.get(f"{W}type")
            self._styles[style_id] = style = _style(element)
            if kind == "paragraph" and element.get(f"{W}default") in ("1", "true", "on"):
                self._default = style_id
            if kind == "numbering" and style.list_id:
                self.lists[style_id] = style.list_id

    def look(self, properties: etree._Element | None) -> Look:
        """What a paragraph's own properties and its style chain say."""
        own = _own(properties)
        style_id = own.base or self._default
        level, list_id, depth = own.outline, own.list_id, own.depth
        hidden: bool | None = None
        linked: list[str] = []
        name = self._styles[style_id].name if style_id in self._styles else ""
        for at, style in self._chain(style_id):
            level = style.outline if level is None else level
            hidden = style.hidden if hidden is None else hidden
            if list_id is None:
                linked.append(at)
                list_id = style.list_id
                depth = style.depth if depth is None and list_id is not None and own.depth is None else depth
        shown = 0 if level is None or level >= BODY_LEVEL else level + 1
        ties = tuple(linked) if own.list_id is None and own.depth is None else ()
        return Look(shown, list_id or 0, depth, ties, bool(hidden), name.lower() == "caption")

    def hides(self, run_properties: etree._Element | None, paragraph: Look) -> bool:
        """Whether a run is hidden, by itself, its character style or the style of its paragraph."""
        own = switched(run_properties.find(f"{W}vanish")) if run_properties is not None else None
        if own is not None:
            return own
        for _, style in self._chain(value(run_properties, f"{W}rStyle")):
            if style.hidden is not None:
                return style.hidden
        return paragraph.hidden

    def _chain(self, style_id: str) -> list[tuple[str, _Style]]:
        """A style and those it is based on, the nearest first."""
        out: list[tuple[str, _Style]] = []
        while style_id in self._styles and len(out) < MAX_CHAIN:
            out.append((style_id, self._styles[style_id]))
            style_id = self._styles[style_id].base
        return out


def _style(element: etree._Element) -> _Style:
    name = value(element, f"{W}name")
    own = _own(element.find(f"{W}pPr"))
    heading = _HEADING.match(name)
    outline = int(heading.group(1)) - 1 if heading else 0 if name.lower() == "title" else own.outline
    hidden = switched(element.find(f"{W}rPr/{W}vanish"))
    return _Style(name, value(element, f"{W}basedOn"), outline, own.list_id, own.depth, hidden)


def _own(properties: etree._Element | None) -> _Style:
    """The properties written on a paragraph or style itself; `base` is then the style a paragraph names."""
    if properties is None:
        return _Style("", "", None, None, None)
    outline = properties.find(f"{W}outlineLvl")
    list_id = properties.find(f"{W}numPr/{W}numId")
    depth = properties.find(f"{W}numPr/{W}ilvl")
    return _Style(
        "",
        value(properties, f"{W}pStyle"),
        number(outline, BODY_LEVEL) if outline is not None else None,
        number(list_id) if list_id is not None else None,
        number(depth) if depth is not None else None,
    )


def joins_next(properties: etree._Element | None) -> bool:
    """Whether the mark at a paragraph's end is deleted, moved away or hidden, so that it runs on into the next paragraph.

    A "style separator" is hidden, too, but sets a heading before its text: those stay apart."""
    mark = properties.find(f"{W}rPr") if properties is not None else None
    if mark is None:
        return False
    if mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None:
        return True
    return on(mark, f"{W}vanish") and not on(mark, f"{W}specVanish")
