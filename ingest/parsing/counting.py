"""Numbers as lists print them (floor 4, pure): 1, 01, a, aa, iv, IV; formats carry the names Word gives them."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
MAX_ROMAN = 3999
MAX_LETTERS = 26 * 40


def counted(number: int, style: str) -> str:
    """`number` in a list style; a style that is not known, or cannot write that number, gives digits."""
    if style in ("lowerLetter", "upperLetter") and 0 < number <= MAX_LETTERS:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if style == "upperLetter" else letters
    if style in ("lowerRoman", "upperRoman") and 0 < number <= MAX_ROMAN:
        out = ""
        for value, letters in _ROMAN:
            out += letters * (number // value)
            number %= value
        return out.upper() if style == "upperRoman" else out
    return f"{number:02d}" if style == "decimalZero" else str(number)
