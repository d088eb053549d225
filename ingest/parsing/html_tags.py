"""What the tags of a web page mean for its text (floor 4, pure): which are blocks, which show nothing, what lists print."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from ingest.parsing.counting import counted

SILENT = frozenset(
    "head script style noscript template svg iframe object embed canvas audio video map button datalist dialog menu "
    "annotation annotation-xml".split()
)
"""Never shown as text."""

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
STRUCK = frozenset(("del", "s", "strike"))
SKIPPED_ROLES = frozenset(("navigation", "search", "menu", "menubar"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BREAK = re.compile(r" *([\n\t])\s*")
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_PILCROWS = frozenset(("¶", "#", "§", "🔗"))
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lowerRoman", "I": "upperRoman"}
_STYLES = {
    "lower-latin": "lower-alpha",
    "upper-latin": "upper-alpha",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "decimal-leading-zero": "decimalZero",
}
BULLET = "• "
COUNT_DIGITS = 7


def is_hidden(node: LexborNode) -> bool:
    """Whether a reader of the page does not see the element: by its own attributes, style sheets are not read."""
    attributes = node.attributes
    if node.tag == "nav":
        return True
    if not attributes:
        return False
    if "hidden" in attributes or (attributes.get("role") or "").lower() in SKIPPED_ROLES:
        return True
    return attributes.get("aria-hidden") == "true" or bool(_HIDDEN.search(attributes.get("style") or ""))


def words_in(node: LexborNode) -> str:
    """The words in an element, its paragraphs on lines of their own and its cells set off by tabs."""
    out: list[str] = []
    child = node.last_child
    todo: list[LexborNode] = []
    while child is not None or todo:
        while child is not None:
            todo.append(child)
            child = child.prev
        part = todo.pop()
        tag = part.tag or ""
        if tag == "-text":
            out.append(re.sub(r"\s+", " ", part.text_content or ""))
        elif tag not in SILENT:
            out.append("\t" if tag in ("td", "th") else "\n" if tag in BLOCKS else " " if tag == "br" else "")
            child = part.last_child
    return re.sub(" {2,}", " ", _BREAK.sub(r"\1", "".join(out)))


def is_pilcrow(node: LexborNode) -> bool:
    """Whether a link is only the sign beside a heading that shows when the mouse is over it."""
    return (
        node.tag == "a"
        and (node.text() or "").strip() in _PILCROWS
        and (node.attributes.get("href") or "").startswith("#")
    )


def whole(text: str | None, default: int) -> int:
    text = (text or "").strip()
    digits = text.lstrip("-")
    return int(text) if digits.isdecimal() and digits.isascii() and len(digits) <= COUNT_DIGITS else default


class Lists:
    """Counts the items of ordered lists."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def marker(self, item: LexborNode) -> str:
        """What a browser prints before a list item: a bullet, or the number in the list's own style; "" for none."""
        parent = item.parent
        if parent is None or parent.tag != "ol":
            style = _said(item) or (_said(parent) if parent is not None else "")
            return "" if style == "none" else BULLET
        style = _said(item) or _said(parent) or _TYPES.get(parent.attributes.get("type") or "1", "decimal")
        backwards = "reversed" in parent.attributes
        at = self._next.get(parent.mem_id)
        if at is None:
            at = whole(parent.attributes.get("start"), _items(parent) if backwards else 1)
        at = whole(item.attributes.get("value"), at)
        self._next[parent.mem_id] = at + (-1 if backwards else 1)
        return "" if style == "none" else BULLET if style in ("disc", "circle", "square") else f"{counted(at, style)}. "


def _said(node: LexborNode) -> str:
    found = _LIST_STYLE.search(node.attributes.get("style") or "")
    style = found.group(1).lower() if found else ""
    return _STYLES.get(style, style)


def _items(ordered: LexborNode) -> int:
    return sum(child.tag == "li" for child in ordered.iter())
