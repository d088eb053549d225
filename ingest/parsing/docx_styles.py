"""Styles of a DOCX (floor 4): heading level, list and effects of a paragraph or run, through the styles theirs is based on.

Of all effects only those matter that take words out of the text: hidden, and struck out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsing.docx_xml import W, number, on, switched, value

_HEADING = re.compile(r"^heading\s*([1-9])$", re.IGNORECASE)
MAX_CHAIN = 20
BODY_LEVEL = 9
HIDDEN, STRUCK, TWICE_STRUCK = "vanish", "strike", "dstrike"
EFFECTS = (HIDDEN, STRUCK, TWICE_STRUCK)
NO_EFFECTS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph is set: 1-based heading level or 0, and its list (0 = none), with the depth that is said for it, if any.

    `linked` are the styles through which it came to its list, the nearest first: a list may tie its levels to styles."""

    level: int = 0
    list_id: int = 0
    depth: int | None = None
    linked: tuple[str, ...] = ()
    effects: frozenset[str] = NO_EFFECTS
    raised: bool = False
    caption: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    base: str
    outline: int | None
    list_id: int | None
    depth: int | None
    effects: dict[str, bool] = field(default_factory=dict)
    raised: bool | None = None


class Styles:
    """The styles by id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        defaults = _effects(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")) if root is not None else {}
        self._everywhere = frozenset(name for name, set_on in defaults.items() if set_on)
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
        chain = self._chain(style_id)
        linked: list[str] = []
        name = self._styles[style_id].name if style_id in self._styles else ""
        for at, style in chain:
            level = style.outline if level is None else level
            if list_id is None:
                linked.append(at)
                list_id = style.list_id
                depth = style.depth if depth is None and list_id is not None and own.depth is None else depth
        shown = 0 if level is None or level >= BODY_LEVEL else level + 1
        ties = tuple(linked) if own.list_id is None and own.depth is None else ()
        return Look(shown, list_id or 0, depth, ties, _inherited(chain), _raised(chain), name.lower() == "caption")

    def effects(self, run_properties: etree._Element | None, paragraph: Look) -> frozenset[str]:
        """The effects of a run. What is set on the run itself holds; between the styles of its paragraph and its characters each
        is a switch: on in both is off (ECMA-376, 17.7.3), except the double strike, which is no switch."""
        own = _effects(run_properties)
        style_id = value(run_properties, f"{W}rStyle")
        styled = _inherited(self._chain(style_id)) if style_id else NO_EFFECTS
        if not own and not styled:
            return paragraph.effects | self._everywhere
        switches = (styled ^ paragraph.effects) - {TWICE_STRUCK} | (styled | paragraph.effects) & {TWICE_STRUCK}
        return frozenset(name for name in EFFECTS if own.get(name, name in switches or name in self._everywhere))

    def raises(self, run_properties: etree._Element | None, paragraph: Look) -> bool:
        """Whether a run is set as superscript, by itself, its character style or the style of its paragraph."""
        own = _superscript(run_properties)
        if own is not None:
            return own
        style_id = value(run_properties, f"{W}rStyle")
        chain = self._chain(style_id) if style_id else []
        return paragraph.raised if all(style.raised is None for _, style in chain) else _raised(chain)

    def joins_next(self, properties: etree._Element | None, paragraph: Look) -> bool:
        """Whether the mark at a paragraph's end is deleted, moved away or hidden, so that it runs on into the next paragraph.

        A "style separator" is hidden, too, but sets a heading before its text: those stay apart."""
        mark = properties.find(f"{W}rPr") if properties is not None else None
        if mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None):
            return True
        return HIDDEN in self.effects(mark, paragraph) and not on(mark, f"{W}specVanish")

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
    run_properties = element.find(f"{W}rPr")
    effects, raised = _effects(run_properties), _superscript(run_properties)
    return _Style(name, value(element, f"{W}basedOn"), outline, own.list_id, own.depth, effects, raised)


def _effects(properties: etree._Element | None) -> dict[str, bool]:
    """The effects that run properties switch on or off."""
    if properties is None or not len(properties):
        return {}
    said = ((name, switched(properties.find(f"{W}{name}"))) for name in EFFECTS)
    return {name: set_on for name, set_on in said if set_on is not None}


def _inherited(chain: Iterable[tuple[str, _Style]]) -> frozenset[str]:
    """The effects that a style and those it is based on switch on; the nearest decides."""
    found: dict[str, bool] = {}
    for _, style in chain:
        found = style.effects | found
    return frozenset(name for name, set_on in found.items() if set_on)


def _superscript(properties: etree._Element | None) -> bool | None:
    """Whether run properties raise the words; None when they say nothing."""
    found = properties.find(f"{W}vertAlign") if properties is not None else None
    return None if found is None else value(found) == "superscript"


def _raised(chain: Iterable[tuple[str, _Style]]) -> bool:
    return next((style.raised for _, style in chain if style.raised is not None), False)


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
