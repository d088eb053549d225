"""Names and small readings that all parts of a Word document share (floor 4)."""

from __future__ import annotations

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
DIGITS = 9


def value(parent: etree._Element | None, path: str = "", default: str = "") -> str:
    """The `w:val` of the element at `path` below `parent`, or of `parent` itself."""
    found = parent.find(path) if parent is not None and path else parent
    return found.get(f"{W}val", default) if found is not None else default


def whole(text: str | None, default: int = 0) -> int:
    """`text` as a number, when it is one of a reasonable length."""
    text = text or ""
    return int(text) if text.lstrip("-").isdecimal() and len(text) <= DIGITS else default


def number(element: etree._Element | None, default: int = 0) -> int:
    """The `w:val` of an element as a number."""
    return whole(value(element), default)


def switched(toggle: etree._Element | None) -> bool | None:
    """Whether a property is on; None where it is not there."""
    return None if toggle is None else toggle.get(f"{W}val", "1") not in ("0", "false", "off")


def on(parent: etree._Element | None, path: str) -> bool:
    """Whether the property at `path` is there and on."""
    return bool(switched(parent.find(path))) if parent is not None else False
