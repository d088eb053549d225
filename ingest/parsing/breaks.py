"""Where one paragraph of a file holds several (floor 4, pure): blank lines, line breaks before a clause number, and wide gaps.

Contracts come as DOCX and HTML made from text whose paragraphs became line breaks or runs of spaces. White space alone is
changed here, so that no word is lost or moved; a break is made only where what stands before it is finished.
"""

from __future__ import annotations

import re
from itertools import pairwise

LONG_CHARS = 600
SHORT_LINE_CHARS = 60
WIDE = re.compile(r" {3,}")
LABEL = re.compile(
    r"(?:\(?(?:[a-z]{1,2}|[ivxl]{1,5}|\d{1,3})\)|(?:[A-Za-z]|[ivxIVX]{1,4}|\d{1,3})[.)]|\d{1,3}(?:\.\d{1,3}){1,4}\.?"
    r"|(?:ARTICLE|Article|SECTION|Section|EXHIBIT|Exhibit|SCHEDULE|Schedule|§)\s*[\dIVXA-Z]{1,5}[.:]?|[•▪◦·–*-])(?=\s)"
)
BARE_LABEL = re.compile(LABEL.pattern.removesuffix(r"(?=\s)") + r"\s*$")
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\n[^\S\n]*")
_FINISHED = re.compile(r"(?:[.;:!?,][\"”’)\]]*|[\"”)]|\b(?:and|or))\s*$")
_OPENS = re.compile(r"[\"“(]?[A-Z]")


def pieces(text: str) -> list[tuple[int, int]]:
    """The paragraphs in `text`, without the white space around them: at blank lines, and at lines that a clause number opens."""
    if "\n" not in text:
        words = text.strip()
        first = text.find(words)
        return [(first, first + len(words))] if words else []
    cuts = [match.start() for match in _BLANK.finditer(text)]
    cuts += [match.start() for match in _LINE.finditer(text) if _opens_clause(text, match.start(), match.end())]
    edges = [0, *sorted(set(cuts)), len(text)]
    found = []
    for start, end in pairwise(edges):
        words = text[start:end]
        first = start + len(words) - len(words.lstrip())
        if words.strip():
            found.append((first, first + len(words.strip())))
    return found


class WideGaps:
    """Tells which wide gaps of a text stand for the end of a paragraph; asked from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._opened = 0
        self._long = len(text) >= LONG_CHARS

    def ends_paragraph(self, start: int, end: int) -> bool:
        """Whether what stands before the gap `[start, end)` is finished, and what follows opens a sentence or a clause."""
        if not self._long:
            return False
        before = self._text[max(self._opened, start - LONG_CHARS) : start].strip()
        if not before or BARE_LABEL.fullmatch(before):
            return False
        finished = _FINISHED.search(before[-8:]) or (before.upper() == before and 3 < len(before) < SHORT_LINE_CHARS)
        if not (finished and (_OPENS.match(self._text, end) or LABEL.match(self._text, end))):
            return False
        self._opened = end
        return True


def line_is_finished(words: str) -> bool:
    """Whether a line ends a sentence or an item, or is a heading in capitals, so that a number after it opens a clause."""
    return bool(_FINISHED.search(words[-8:])) or (words.upper() == words and any(map(str.isalpha, words)))


def _opens_clause(text: str, start: int, end: int) -> bool:
    """Whether the line after the break opens a clause, and the line before it is finished."""
    if not LABEL.match(text, end):
        return False
    before = text[text.rfind("\n", 0, start) + 1 : start].strip()
    return bool(before) and (line_is_finished(before) or len(before) < SHORT_LINE_CHARS)
