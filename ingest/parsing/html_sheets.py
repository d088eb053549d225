"""What the style sheets inside a web page do to its words (floor 4): which elements they strike out and which they raise.

Word processors that save as HTML say so in classes. Only these two are read: what a sheet hides depends on the screen and on scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

MAX_CHARS = 500_000
MAX_SELECTORS = 100
STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
RAISED = re.compile(r"vertical-align\s*:\s*super\b", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")


class Sheets:
    """The elements that are struck out or raised, by a rule or by their own style."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        text = "\n".join(style.text() or "" for style in tree.css("style"))[:MAX_CHARS]
        rules = list(_rules(text)) if STRUCK.search(text) or RAISED.search(text) else []
        self._struck = _elements(tree, [names for names, said in rules if STRUCK.search(said)])
        self._raised = _elements(tree, [names for names, said in rules if RAISED.search(said)])

    def strikes(self, node: LexborNode) -> bool:
        return node.mem_id in self._struck or bool(STRUCK.search(node.attributes.get("style") or ""))

    def raises(self, node: LexborNode) -> bool:
        return node.mem_id in self._raised or bool(RAISED.search(node.attributes.get("style") or ""))


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and what is said of them; what holds under conditions only, such as in print, is left out."""
    first, *rest = sheet.split("/*")
    sheet = first + "".join(part.partition("*/")[2] for part in rest)
    depth, start, names = 0, 0, ""
    for brace in _BRACES.finditer(sheet):
        if brace.group() == "{":
            depth += 1
            if depth == 1:
                names, start = sheet[start : brace.start()].strip(), brace.end()
            continue
        if depth == 1 and not names.startswith("@"):
            yield names, sheet[start : brace.start()]
        depth = max(0, depth - 1)
        if depth == 0:
            start = brace.end()


def _elements(tree: LexborHTMLParser, rules: list[str]) -> frozenset[int]:
    """The elements that a rule is about. States, as of a link under the mouse, are not how the page stands."""
    found: set[int] = set()
    selectors = [name.strip() for names in rules for name in names.split(",") if ":" not in name]
    for selector in selectors[:MAX_SELECTORS]:
        try:
            found.update(node.mem_id for node in tree.css(selector))
        except SelectolaxError:
            continue
    return frozenset(found)
