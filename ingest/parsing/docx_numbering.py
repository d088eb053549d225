"""Automatic numbers of a DOCX (floor 4): the "1.", "1.1" and "(a)" that Word prints before paragraphs and does not keep in their text.

Contracts written in Word cite their clauses by these numbers, so they belong to the canonical text. Counters follow Word's rules:
one per list and level, started again when a shallower level counts on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsing.counting import counted

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "•"
LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str
    pattern: str


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


def number(element: etree._Element | None, default: int = 0) -> int:
    """The `w:val` of an element as a number."""
    value = element.get(f"{W}val", "") if element is not None else ""
    return int(value) if value.lstrip("-").isdigit() and len(value) < 10 else default


class Numbering:
    """Labels for numbered paragraphs, asked in document order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists: dict[int, _List] = {}
        if root is None:
            return
        shared: dict[int, _List] = {}
        for abstract in root.iterfind(f"{W}abstractNum"):
            shared[int(abstract.get(f"{W}abstractNumId", "0"))] = _List(_levels(abstract))
        for num in root.iterfind(f"{W}num"):
            base = shared.get(number(num.find(f"{W}abstractNumId")))
            if base is not None:
                self._lists[int(num.get(f"{W}numId", "0"))] = _overridden(num, base)

    def label(self, list_id: int, level: int) -> str:
        """What Word prints before the next paragraph of this list at this level; "" when the list shows nothing."""
        found = self._lists.get(list_id)
        if found is None or level not in found.levels:
            return ""
        for deeper in range(level + 1, LEVELS):
            found.counts.pop(deeper, None)
        own = found.levels[level]
        found.counts[level] = found.counts.get(level, own.start - 1) + 1
        if own.style == "bullet":
            return BULLET
        return (
            ""
            if own.style == "none"
            else _PLACE.sub(lambda place: self._count(found, int(place.group(1)) - 1), own.pattern)
        )

    def _count(self, found: _List, level: int) -> str:
        shown = found.levels.get(level)
        return counted(found.counts.get(level, shown.start), shown.style) if shown else ""


def _overridden(num: etree._Element, base: _List) -> _List:
    """The list of one `w:num`: it counts on with its abstract list, unless it starts anew or redefines levels."""
    overrides = list(num.iterfind(f"{W}lvlOverride"))
    if not overrides:
        return base
    levels = dict(base.levels)
    for override in overrides:
        at = int(override.get(f"{W}ilvl", "0"))
        own = override.find(f"{W}lvl")
        if own is not None:
            levels[at] = _level(own)
        start = override.find(f"{W}startOverride")
        if start is not None and at in levels:
            levels[at] = _Level(number(start, 1), levels[at].style, levels[at].pattern)
    return _List(levels)


def _levels(parent: etree._Element) -> dict[int, _Level]:
    return {int(level.get(f"{W}ilvl", "0")): _level(level) for level in parent.iterfind(f"{W}lvl")}


def _level(element: etree._Element) -> _Level:
    style = element.find(f"{W}numFmt")
    pattern = element.find(f"{W}lvlText")
    return _Level(
        number(element.find(f"{W}start"), 1),
        style.get(f"{W}val", "decimal") if style is not None else "decimal",
        pattern.get(f"{W}val", "") if pattern is not None else "",
    )
