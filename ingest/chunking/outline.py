"""Which section a stretch of text belongs to, and the header that says so (floor 4, pure).

Sections come from `ingest.structure`; where there are none, the headings that the cutter recognised serve. A header
is the section's path (worth a point of precision) and never the document's title, which is the same on every chunk
and helps only to find the document.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.chunking.cuts import NUMBER
from ingest.chunking.shape import NUMBERED, TOP, Unit
from proviso.types.documents import Section

TITLE_CHARS = 60
HEADING_CHARS = 160
WORD = r"[\"“]?[A-Z][\w’'\-/]*[\"”]?"
SMALL = r"&|of|and|to|the|for|in|or|by|on|with|from|upon"
TITLE = re.compile(rf"\s*({WORD}(?:[ ,/]{{1,3}}(?:{WORD}|{SMALL})){{0,9}})\s*(?:[.:\n—–]|- |$)")
MARK = re.compile(NUMBER)


@dataclass(frozen=True, slots=True)
class Owner:
    """The section of a chunk as it is shown (`section`, `heading`) and as it is embedded (`headers`, longest first)."""

    section: str
    heading: str
    headers: tuple[str, ...]


NOBODY = Owner("", "", ("",))


class Outline:
    """Sections in text order with the sections above each."""

    def __init__(self, sections: Sequence[Section], chars: int) -> None:
        self._sections = sorted(sections, key=lambda each: (each.start, each.level))
        self._starts = [each.start for each in self._sections]
        self._parents = _parents(self._sections)
        self._chars = chars

    def owner(self, units: Sequence[Unit]) -> Owner:
        """The section that most of the characters of `units` belong to; the first of equals."""
        chars: dict[int, int] = {}
        for unit in units:
            at = self._deepest(unit.start)
            chars[at] = chars.get(at, 0) + unit.end - unit.start
        at = max(chars, key=lambda each: chars[each])
        return self._owner(at) if at >= 0 else NOBODY

    def _deepest(self, position: int) -> int:
        """Index of the innermost section at `position`, or -1."""
        at = bisect_right(self._starts, position) - 1
        while at >= 0 and self._sections[at].end <= position:
            at = self._parents[at]
        return at

    def _owner(self, at: int) -> Owner:
        own = self._sections[at]
        if self._is_title(own):
            return Owner("", own.title, ("",))
        above = [self._sections[i] for i in _chain(self._parents, at) if not self._is_title(self._sections[i])]
        label = " ".join(part for part in (own.path or own.number, _short(own.title)) if part)
        titles = [_short(each.title) for each in reversed(above) if each.title]
        shown = titles[:1] if own.title else [*titles[:1], *titles[1:][-1:]]
        path = " > ".join([*shown, *([label] if label else [])])
        return Owner(own.path or own.number, own.title, (path, label, own.path or own.number, ""))

    def _is_title(self, section: Section) -> bool:
        """Whether this is the document's own title: without a number, over more than half of the text."""
        return not section.number and 2 * (section.end - section.start) > self._chars


def found_sections(text: str, units: Sequence[Unit]) -> list[Section]:
    """Sections read off the units that look like headings, for texts that came without an outline."""
    heads = [unit for unit in units if unit.level <= NUMBERED]
    out: list[Section] = []
    for unit, end in zip(heads, _ends(heads, len(text)), strict=True):
        number, title = _heading(text[unit.start : min(unit.end, unit.start + HEADING_CHARS)])
        start = unit.start
        if out and title and not number and _is_bare(text, out[-1], start):
            above = out.pop()
            number, start = above.number, above.start
        out.append(Section(number, number, title, unit.level, start, end))
    return out


def _ends(heads: Sequence[Unit], end: int) -> list[int]:
    """Where each heading's section ends: at the next heading of its level or above."""
    out: list[int] = []
    next_top = next_any = end
    for unit in reversed(heads):
        out.append(next_top if unit.level <= TOP else next_any)
        next_any = unit.start
        next_top = unit.start if unit.level <= TOP else next_top
    return out[::-1]


def _is_bare(text: str, section: Section, end: int) -> bool:
    """Whether `section` is a number on a line of its own ("ARTICLE IV"), its title on the next."""
    return not section.title and not text[section.start + len(section.number) : end].strip(" .:\n")


def _heading(words: str) -> tuple[str, str]:
    """Number and title at the start of a unit, each "" when there is none."""
    mark = MARK.match(words)
    title = TITLE.match(words, mark.end() if mark else 0)
    return mark.group().rstrip(".: ") if mark else "", title.group(1) if title and len(title.group(1)) > 3 else ""


def _parents(sections: Sequence[Section]) -> list[int]:
    """Index of the section above each, or -1, by levels; so nested and flat spans both work."""
    out: list[int] = []
    stack: list[int] = []
    for i, section in enumerate(sections):
        while stack and sections[stack[-1]].level >= section.level:
            stack.pop()
        out.append(stack[-1] if stack else -1)
        stack.append(i)
    return out


def _chain(parents: Sequence[int], at: int) -> list[int]:
    """Indexes of the sections above `at`, innermost first."""
    out = []
    while parents[at] >= 0:
        at = parents[at]
        out.append(at)
    return out


def _short(title: str) -> str:
    """One line of at most 60 characters, cut between words."""
    line = " ".join(title.split())
    return line if len(line) <= TITLE_CHARS else line[:TITLE_CHARS].rsplit(" ", 1)[0]
