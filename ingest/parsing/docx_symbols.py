"""Symbols of a DOCX (floor 4, pure): characters of symbol fonts sit in the private area of Unicode and mean nothing outside the font.

What such a font draws as a box, a tick or a bullet is written as the character that looks like it; any other is a bullet.
"""

from __future__ import annotations

BULLET = "•"
_BOXES = {
    0x77: "◆",
    0x75: "◆",
    0x6E: "■",
    0xA7: "▪",
    0xD8: "➢",
    0xE0: "→",
    0xE8: "➔",
    0x6F: "☐",
    0x71: "☐",
    0x72: "☐",
    0xA8: "☐",
    0xFD: "☒",
    0xFE: "☑",
    0xFC: "✓",
    0xFB: "✗",
    0x78: "☒",
}
_WINGDINGS_2 = {0x50: "✓", 0x4F: "✗", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x2A: "☐"}
_SYMBOL = {
    0x61: "α", 0x62: "β", 0x63: "χ", 0x64: "δ", 0x65: "ε", 0x66: "φ", 0x67: "γ", 0x68: "η", 0x6C: "λ", 0x6D: "μ", 0x70: "π",
    0x72: "ρ", 0x73: "σ", 0x74: "τ", 0x77: "ω", 0x44: "Δ", 0x57: "Ω", 0x53: "Σ", 0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB0: "°",
    0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xE2: "®", 0xE3: "©", 0xE4: "™",
    0xAE: "→", 0xAC: "←", 0xDE: "⇒", 0xB7: "•",
}  # fmt: skip
_FONTS = {"wingdings": _BOXES, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}
_BULLETS = {"\uf0a7": "▪", "\uf06e": "▪", "\uf0b7": BULLET, "o": "◦", "": BULLET}


def symbol(font: str, code: str) -> str:
    """The character for `w:sym`: by its font and its code in hexadecimal digits."""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    shown = _FONTS.get(font.lower(), {}).get(point & 0xFF)
    if shown is not None and (point < 0x100 or 0xF000 <= point <= 0xF0FF):
        return shown
    if 0xF000 <= point <= 0xF0FF:
        return BULLET
    return chr(point) if 0x20 <= point < 0xD800 else ""


def in_font(font: str, text: str) -> str:
    """Text set in a symbol font, as what that font draws; other fonts leave their text as it is, but for private characters."""
    drawn = _FONTS.get(font.lower())
    if drawn is None and text.isascii():
        return text
    return "".join(_drawn(drawn, ch) for ch in text)


def _drawn(drawn: dict[int, str] | None, ch: str) -> str:
    point = ord(ch)
    if drawn is not None and (point < 0x100 or 0xF000 <= point <= 0xF0FF):
        return drawn.get(point & 0xFF, ch if ch.isspace() or (0x20 <= point < 0x7F and drawn is _SYMBOL) else BULLET)
    return BULLET if 0xF000 <= point <= 0xF0FF else ch


def bullet(pattern: str) -> str:
    """What a list prints before an item instead of a number."""
    pattern = pattern.strip()
    known = _BULLETS.get(pattern)
    if known is not None:
        return known
    return "".join(BULLET if 0xE000 <= ord(ch) <= 0xF8FF else ch for ch in pattern[:3])
