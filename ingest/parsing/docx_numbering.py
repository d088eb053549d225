"""Automatic numbers of a DOCX (floor 4): the "1.", "1.1", "(a)" and "Article I" that Word prints before paragraphs and does not keep
in their text.

Contracts written in Word cite their clauses by these numbers, so they belong to the canonical text. Counters follow Word's rules:
lists made from one definition count together, a deeper level starts again when a shallower one counts on unless it says
otherwise, and a list that starts anew does so once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from ingest.parsing.counting import counted
from ingest.parsing.docx_symbols import bullet
from ingest.parsing.docx_xml import W, number, on, value, whole

LEVELS = 9
MAX_LINKS = 10
GAPS = {"tab": " ", "space": " ", "nothing": ""}
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str
    pattern: str
    gap: str = " "
    restart: int | None = None
    legal: bool = False
    hidden: bool = False
    linked: str = ""
    digits: int = 0


@dataclass(slots=True)
class _Abstract:
    levels: dict[int, _Level]
    follows: str = ""
    """The list style whose levels it takes."""
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    """How far each story has counted, level by level."""


@dataclass(frozen=True, slots=True)
class _List:
    abstract: int
    levels: dict[int, _Level]
    starts: dict[int, int]


class Numbering:
    """Labels for numbered paragraphs, asked in document order. `list_styles` says which list a list style names."""

    def __init__(self, root: etree._Element | None, list_styles: dict[str, int] | None = None) -> None:
        self._abstracts: dict[int, _Abstract] = {}
        self._lists: dict[int, _List] = {}
        self.story = ""
        """What is read: the body, a header, the text boxes … Each counts by itself."""
        self._begun: set[tuple[str, int, int]] = set()
        self._list_styles = list_styles or {}
        for element in root.iterfind(f"{W}abstractNum") if root is not None else ():
            abstract = _Abstract(_levels(element), value(element, f"{W}numStyleLink"))
            self._abstracts[whole(element.get(f"{W}abstractNumId"))] = abstract
        for element in root.iterfind(f"{W}num") if root is not None else ():
            self._lists[whole(element.get(f"{W}numId"))] = _list(element)

    def level_of(self, list_id: int, styles: Sequence[str]) -> int | None:
        """The level that one of these paragraph styles is linked to, the nearest style first."""
        found = self._resolved(list_id)
        if found is None:
            return None
        levels = found[1].levels | found[0].levels
        places = {level.linked: at for at, level in levels.items() if level.linked}
        return next((places[style] for style in styles if style in places), None)

    def label(self, list_id: int, depth: int) -> str:
        """What Word prints before the next paragraph of this list at this level, with the gap after it; "" when that is nothing."""
        found = self._resolved(list_id)
        if found is None:
            return ""
        own, abstract = found
        levels = abstract.levels | own.levels
        level = levels.get(depth)
        if level is None:
            return ""
        self._count(list_id, depth, own, abstract, levels)
        if level.hidden:
            return ""
        if level.style == "bullet":
            return bullet(level.pattern) + (level.gap or " ")
        counts = abstract.counts[self.story]
        shown = _PLACE.sub(lambda place: _shown(int(place.group(1)) - 1, level, levels, own, counts), level.pattern)
        return shown + level.gap if shown.strip() else ""

    def _count(self, list_id: int, depth: int, own: _List, abstract: _Abstract, levels: dict[int, _Level]) -> None:
        counts = abstract.counts.setdefault(self.story, {})
        for above in range(depth):
            if above in levels:
                counts.setdefault(above, _start(above, levels, own))
        for deeper in range(depth + 1, LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or restart > deeper or depth < restart:
                counts.pop(deeper, None)
        first = (self.story, list_id, depth) not in self._begun
        self._begun.add((self.story, list_id, depth))
        if first and depth in own.starts:
            counts[depth] = own.starts[depth]
        else:
            counts[depth] = counts.get(depth, _start(depth, levels, own) - 1) + 1

    def _resolved(self, list_id: int) -> tuple[_List, _Abstract] | None:
        """A list and the definition it counts with, through list styles."""
        own = self._lists.get(list_id)
        shown = own
        for _ in range(MAX_LINKS):
            abstract = self._abstracts.get(shown.abstract) if shown else None
            if own is None or abstract is None:
                return None
            if not abstract.follows or abstract.levels:
                return own, abstract
            shown = self._lists.get(self._list_styles.get(abstract.follows, 0))
        return None


def _start(depth: int, levels: dict[int, _Level], own: _List) -> int:
    return own.starts.get(depth, levels[depth].start)


def _shown(depth: int, level: _Level, levels: dict[int, _Level], own: _List, counts: dict[int, int]) -> str:
    """The count of one level as `level` prints it."""
    counted_level = levels.get(depth)
    if counted_level is None or counted_level.style in ("none", "bullet"):
        return ""
    count = counts.get(depth, _start(depth, levels, own))
    if level.legal:
        return str(count)
    return counted(count, counted_level.style).rjust(counted_level.digits, "0")


def _list(element: etree._Element) -> _List:
    """One `w:num`: the definition it counts with, the levels it changes and the counts it starts from."""
    levels, starts = {}, {}
    for override in element.iterfind(f"{W}lvlOverride"):
        at = whole(override.get(f"{W}ilvl"))
        own, start = override.find(f"{W}lvl"), override.find(f"{W}startOverride")
        if own is not None:
            levels[at] = _level(own)
        if start is not None:
            starts[at] = number(start)
            if at in levels:
                levels[at] = replace(levels[at], start=starts[at])
    return _List(number(element.find(f"{W}abstractNumId"), -1), levels, starts)


def _levels(parent: etree._Element) -> dict[int, _Level]:
    return {whole(level.get(f"{W}ilvl")): _level(level) for level in parent.iterfind(f"{W}lvl")}


def _level(element: etree._Element) -> _Level:
    formats = list(element.iter(f"{W}numFmt"))
    custom = formats[0].get(f"{W}format", "") if formats else ""
    style = value(formats[-1], default="decimal") if formats else "decimal"
    restart = element.find(f"{W}lvlRestart")
    return _Level(
        start=number(element.find(f"{W}start"), 0),
        style=style,
        pattern=value(element, f"{W}lvlText"),
        gap=GAPS.get(value(element, f"{W}suff", "tab"), " "),
        restart=None if restart is None else number(restart),
        legal=on(element, f"{W}isLgl"),
        hidden=on(element, f"{W}rPr/{W}vanish"),
        linked=value(element, f"{W}pStyle"),
        digits=len(custom.partition(",")[0].strip()) if style == "decimal" else 0,
    )
