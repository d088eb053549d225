"""Hyphens at line ends (floor 4, pure): whether one only breaks a word over two lines, or belongs to it.

"agree-" and "ment" become "agreement" when the document writes "agreement" elsewhere, more often than "agree-ment"; "non-" and
"disclosure" stay as printed when it writes "non-disclosure". Where it writes neither, the hyphen stays, unless the document has been
seen to break words (three known ones at least, and more than it has compounds at line ends) and neither half is a word of it. The
halves keep their own boxes, on their own lines; the line end follows the whole word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.parsing.pdf_lines import Line

WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
END = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\u2010\u00ad]$")
START = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
SOFT = "\u00ad"
PREFIXES = frozenset(
    "all anti co counter cross ex half inter intra mid multi non off on out over post pre pro quasi re self semi sub "
    "super third two three trans ultra under well".split()
)
PROVEN = 3


class Hyphens:
    """The words of a document, and what they say of a hyphen at a line end."""

    def __init__(self, paragraphs: Iterable[Sequence[Line]]) -> None:
        self._counts: Counter[str] = Counter()
        ends: list[tuple[str, str]] = []
        kept = list(paragraphs)
        if not any(_ends_in_hyphen(line) for lines in kept for line in lines):
            self._breaks_words = False
            return
        for lines in kept:
            ends += filter(None, (halves(a, b) for a, b in pairwise(lines)))
            self._count(lines)
        broken = sum(self._counts[a + b] > self._counts[f"{a}-{b}"] for a, b in ends)
        compounds = sum(self._counts[f"{a}-{b}"] >= max(1, self._counts[a + b]) for a, b in ends)
        self._breaks_words = broken >= PROVEN and broken > compounds

    def broken(self, above: Line, below: Line) -> bool:
        """Whether the word that ends `above` goes on in `below`, and its hyphen is not part of it."""
        found = halves(above, below)
        if found is None:
            return False
        first, second = found
        whole, compound = self._counts[first + second], self._counts[f"{first}-{second}"]
        if whole or compound:
            return whole > compound
        if above.text.endswith(SOFT):
            return True
        known = first in PREFIXES or self._counts[first] or self._counts[second]
        return self._breaks_words and not known

    def _count(self, lines: Sequence[Line]) -> None:
        """Every word that stands whole on a line."""
        after_hyphen = False
        for line in lines:
            words = WORDS.findall(line.text.casefold())
            cut = _ends_in_hyphen(line)
            self._counts.update(words[after_hyphen : len(words) - cut])
            after_hyphen = cut


def halves(above: Line, below: Line) -> tuple[str, str] | None:
    """The two parts of a word on two lines, in lower case; None when no word can go on there."""
    if not _ends_in_hyphen(above) or not below.words:
        return None
    start = START.match(below.text)
    end = END.search(above.text)
    if start is None or end is None or not below.text[0].islower():
        return None
    return end[1].casefold(), start[0].casefold()


def _ends_in_hyphen(line: Line) -> bool:
    return line.hyphenated or line.text[-1:] in ("-", "\u2010", SOFT)
