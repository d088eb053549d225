"""Numbers as lists print them (floor 4, pure): 1, 01, a, aa, iv, IV, 1st, First; formats carry the names Word gives them.

After z, Word counts aa, bb; web pages count aa, ab ("lower-alpha").
"""

from __future__ import annotations

from collections.abc import Callable

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
MAX_ROMAN = 3999
MAX_LETTERS = 26 * 40


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_ODD_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_CHICAGO = "*†‡§"


def counted(number: int, style: str) -> str:
    """`number` in a list style; a style that is not known, or cannot write that number, gives digits."""
    write = _STYLES.get(style)
    return (write(number) if write is not None and number > 0 else "") or str(number)


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number <= MAX_LETTERS else ""


def _alpha(number: int) -> str:
    out = ""
    while number:
        number, letter = divmod(number - 1, 26)
        out = chr(ord("a") + letter) + out
    return out


def _roman(number: int) -> str:
    out = ""
    for value, letters in _ROMAN if number <= MAX_ROMAN else ():
        out += letters * (number // value)
        number %= value
    return out


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _cardinal(number: int) -> str:
    if number < 20:
        return _ONES[number].capitalize()
    tens, ones = divmod(number, 10)
    return (f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]).capitalize() if number < 100 else ""


def _ordinal_text(number: int) -> str:
    words = _cardinal(number).lower()
    head, dash, last = words.rpartition("-")
    last = _ODD_ORDINALS.get(last) or (last.removesuffix("y") + "ieth" if last.endswith("y") else f"{last}th")
    return (head + dash + last).capitalize() if words else ""


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if number <= 20 else ""


_STYLES: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lower-alpha": _alpha,
    "upper-alpha": lambda number: _alpha(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
    "ordinal": _ordinal,
    "cardinalText": _cardinal,
    "ordinalText": _ordinal_text,
    "numberInDash": lambda number: f"- {number} -",
    "decimalEnclosedCircle": _circled,
    "chicago": lambda number: _CHICAGO[(number - 1) % 4] * ((number - 1) // 4 + 1),
}
