"""Words being put together (floor 4): text that grows, and places in it that keep their spot while it is joined, tidied and set.

A parser that builds its text opens a `Place` where a link, an insertion or an anchor begins and closes it where that ends; when the
words have become blocks of the canonical text, the place holds offsets of that text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from proviso.text import canonical

_ODD = re.compile("[\r\x00\x85\u2028\u2029\ud800-\udfff]")
"""What canonical text does not hold: looked for first, since hardly any words have it."""

Piece = tuple[int, int, int]
"""Words that were set: from where to where, and their offset in the canonical text."""


@dataclass(slots=True, eq=False)
class Place:
    """Where something is: `[start, end)` of the words it was opened in, and of the canonical text once those are set."""

    start: int
    end: int


class Words:
    """Text under construction with the places in it."""

    __slots__ = ("_length", "_parts", "places")

    def __init__(self, text: str = "") -> None:
        self._parts: list[str] = []
        self._length = 0
        self.places: list[Place] = []
        self.put(text)

    def __len__(self) -> int:
        return self._length

    def put(self, text: str) -> None:
        if _ODD.search(text):
            text = canonical(text)
        if text:
            self._parts.append(text)
            self._length += len(text)

    def here(self) -> Place:
        """A place of no width at the end of what is there now; `until_here` makes it wider."""
        place = Place(self._length, self._length)
        self.places.append(place)
        return place

    def until_here(self, place: Place) -> None:
        place.end = self._length

    def take(self, other: Words) -> None:
        """Append `other`, whose places become ours."""
        for place in other.places:
            place.start += self._length
            place.end += self._length
        self.places.extend(other.places)
        self._parts.extend(other._parts)
        self._length += other._length

    def text(self) -> str:
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def rewrite(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> None:
        """Replace every match; places move with the words they stand at."""
        old, out, at = self.text(), [], 0
        olds, news, length = [0], [0], 0
        for match in pattern.finditer(old):
            new = replace(match)
            if new == match.group():
                continue
            out += [old[at : match.start()], new]
            length += match.start() - at + len(new)
            at = match.end()
            olds += [match.start(), at]
            news += [length - len(new), length]
        if at == 0 and not out:
            return
        out.append(old[at:])
        self._parts = []
        self._length = 0
        self.put("".join(out))
        self._move(lambda offset: _mapped(offset, olds, news))

    def settle(self, pieces: Sequence[Piece]) -> None:
        """The words are set as `pieces`. What lies between them is gone."""
        starts = [piece[0] for piece in pieces]

        def settled(offset: int) -> int:
            start, end, at = pieces[max(0, bisect_right(starts, offset) - 1)]
            return at + max(0, min(offset, end) - start)

        self._move(settled)

    def _move(self, moved: Callable[[int], int]) -> None:
        for place in self.places:
            place.start, place.end = moved(place.start), moved(place.end)


def _mapped(offset: int, olds: list[int], news: list[int]) -> int:
    """Edges come in pairs of unchanged beginnings and ends; an offset inside a replaced stretch goes to its end at most."""
    index = bisect_right(olds, offset) - 1
    moved = news[index] + offset - olds[index]
    return min(moved, news[index + 1]) if index + 1 < len(news) else moved
