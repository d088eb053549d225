"""Clause numbers (floor 4, pure): what a line starts with, as printed and as numbers that can be put in sequence.

Says nothing about whether the line is a heading: "Section 8.2" may as well open a cross-reference. `sections` decides that by place
and sequence.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

Style = Literal["exhibit", "article", "decimal", "letter", "LETTER", "roman", "ROMAN", "digit"]

APPENDIX_BASE = 1000
"""First number of a lettered appendix clause ("A.2" is 1000, 2), far from any printed number."""
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN_SHAPE = re.compile(r"c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_EXHIBIT = re.compile(
    r"(EXHIBIT|SCHEDULE|ANNEX|APPENDIX|ATTACHMENT|ADDENDUM|Exhibit|Schedule|Annex|Appendix|Attachment|Addendum)\s+"
    r"[\"“]?((?!TO|OF|IN|BY|IS|AS|AN|AT|OR|ON|IF|NO|WE)[A-Z]{1,2}|[IVXLC]{1,6}|\d{1,3}(?:\.\d{1,3})*)(?:[-.]?\d{1,2})?"
    r"(?![A-Za-z0-9])(?!\s*\([a-z])[\"”]?"
)
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
_COUNT = {word: number for number, word in enumerate(_WORDS.split(), 1)}
_ARTICLE = re.compile(
    r"(?:ARTICLE|Article|ITEM|Item)\s+([IVXLC]{1,8}|\d{1,3}|(?i:"
    + "|".join(reversed(_WORDS.split()))
    + r"))[A-C]?(?![A-Za-z0-9])"
)
"""Also the items of annual reports: "Item 1A"."""
_SECTION = re.compile(r"(?:SECTION|Section|CLAUSE|Clause|§)\s*(\d{1,3}(?:\.\d{1,3}){0,5})(?![A-Za-z0-9(])")
_DECIMAL = re.compile(
    r"(\d{1,3}(?:\.\d{1,3}){0,5})([.)]?)(?=\s|$)|(\d{1,3}(?:\.\d{1,3}){1,5})(\.?)(?=[\"“A-Z])|(\d{1,3})(\.)(?=[\"“A-Z])"
)
"""Also glued to the words that follow, as PDFs made from web pages have them: "1.1The", "2.Term"."""
_LETTERED = re.compile(r"([A-Z](?:\.\d{1,3}){1,5})\.?(?=\s)")
_PAREN = re.compile(r"\(([a-z]{1,2}|[ivxlc]{1,7}|[A-Z]{1,2}|[IVXLC]{1,7}|\d{1,2})\)")
_DOTTED = re.compile(r"([A-Za-z]|[ivxlc]{1,7}|[IVXLC]{1,7})[.)](?=\s)")


@dataclass(frozen=True, slots=True)
class Label:
    """A number at the start of a line. `readings` are the ways it can be read: "(i)" is a letter and a roman one."""

    printed: str
    readings: tuple[tuple[Style, tuple[int, ...]], ...]
    length: int
    dotted: bool = False
    word: bool = False

    @property
    def style(self) -> Style:
        return self.readings[0][0]

    @property
    def numbers(self) -> tuple[int, ...]:
        return self.readings[0][1]


def label_of(line: str) -> Label | None:
    """The label that `line` starts with, or None."""
    return _worded(line) or _plain(line)


def roman(letters: str) -> int:
    """The value of a roman number; 0 when it is none."""
    if not letters or not _ROMAN_SHAPE.fullmatch(letters):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in letters.lower()]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def count(words: str) -> int:
    """The value of "12", "XII" or "twelve"; 0 when it is none of them."""
    return int(words) if words.isdigit() else _COUNT.get(words.lower(), 0) or roman(words)


def _worded(line: str) -> Label | None:
    found = _EXHIBIT.match(line)
    if found:
        return Label(" ".join(found.group().split()), (("exhibit", ()),), found.end(), word=True)
    found = _ARTICLE.match(line)
    if found:
        value = count(found.group(1))
        return (
            Label(" ".join(found.group().split()), (("article", (value,)),), found.end(), word=True) if value else None
        )
    found = _SECTION.match(line)
    if found:
        return Label(found.group(1), (("decimal", _numbers(found.group(1))),), found.end(), dotted=True, word=True)
    return None


def _plain(line: str) -> Label | None:
    found = _DECIMAL.match(line)
    if found:
        printed, dot = (part for part in found.groups() if part is not None)
        return Label(printed, (("decimal", _numbers(printed)),), found.end(), dotted=bool(dot))
    found = _LETTERED.match(line)
    if found:
        letter, _, rest = found.group(1).partition(".")
        numbers = (APPENDIX_BASE + ord(letter) - ord("A"), *_numbers(rest))
        return Label(found.group(1), (("decimal", numbers),), found.end(), dotted=True)
    found = _PAREN.match(line)
    if found:
        return _lettered(found.group(1), found.end(), dotted=False)
    found = _DOTTED.match(line)
    return _lettered(found.group(1), found.end(), dotted=True) if found else None


@functools.lru_cache(maxsize=4096)
def _lettered(letters: str, length: int, *, dotted: bool) -> Label | None:
    readings: list[tuple[Style, tuple[int, ...]]] = []
    if letters.isdigit():
        readings.append(("digit", (int(letters),)))
    upper = letters.isupper()
    if letters.isalpha() and len(set(letters.lower())) == 1 and len(letters) <= 2:
        value = ord(letters[0].lower()) - ord("a") + 1 + 26 * (len(letters) - 1)
        readings.append(("LETTER" if upper else "letter", (value,)))
    value = roman(letters) if letters.isalpha() else 0
    if value:
        readings.append(("ROMAN" if upper else "roman", (value,)))
    return Label(letters, tuple(readings), length, dotted) if readings else None


def _numbers(printed: str) -> tuple[int, ...]:
    return tuple(map(int, printed.split(".")))
