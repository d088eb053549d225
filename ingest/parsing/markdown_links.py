"""Links and anchors of Markdown (floor 4, pure): explicit anchors, the names that headings get, and what leads where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from proviso.types.documents import Block, Link

_HTML_ANCHOR = re.compile(
    r"<[a-z][a-z0-9]*\s[^>]{0,300}?\b(?:id|name)\s*=\s*[\"']([^\"'<>\s]{1,200})[\"'][^>]{0,300}>", re.IGNORECASE
)
_OWN = re.compile(r"\{#([\w.:-]{1,200})[^}]{0,200}\}\s*#*\s*$")
_MARKS = re.compile(r"^#{1,6}\s+|\s+#+\s*$|\{#[^}]*\}\s*$|<[^>]{0,300}>|\n[=-]+\s*$")
_LINK_TEXT = re.compile(r"!?\[([^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
_INLINE = re.compile(
    r"(?<!!)\[([^\[\]\n]{1,500}(?:\n[^\[\]\n]{1,500})?)\]\(\s*<?([^\s()<>]{1,1000}(?:\([^\s()]{0,200}\))?[^\s()<>]{0,200})>?(?:\s+[\"'(][^\n]{0,300}[\"')])?\s*\)"
)
_REFERENCE = re.compile(r"(?<!!)\[([^\[\]\n]{1,500})\](?:\[([^\[\]\n]{0,200})\])?(?![\[(:])")
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:\s*<?(\S{1,1000}?)>?(?:\s|$)", re.MULTILINE)
_AUTOMATIC = re.compile(r"<((?:https?|mailto|ftp):[^\s<>]{1,1000})>")
_CODE_SPAN = re.compile(r"(`+)[^`\n](?:[^`]|(?!\1)`){0,500}?\1(?!`)")
_EMPHASIS = re.compile(r"(?<!\w)_|_(?!\w)")
_DROPPED = re.compile(r"[^\w\- ]")


def slugs(text: str, blocks: Sequence[Block]) -> dict[str, int]:
    """The names by which links find headings, as GitHub makes them, and those that headings name themselves."""
    out: dict[str, int] = {}
    seen: dict[str, int] = {}
    for block in blocks:
        if block.kind != "heading":
            continue
        words = text[block.start : block.end]
        own = _OWN.search(words)
        if own:
            out.setdefault(own.group(1), block.start)
        slug = _slug(words)
        times = seen.get(slug, 0)
        seen[slug] = times + 1
        if slug:
            out.setdefault(f"{slug}-{times}" if times else slug, block.start)
    return out


def anchors_in(text: str, code: Sequence[tuple[int, int]]) -> dict[str, int]:
    """Anchors written as HTML tags; they stand for what follows them."""
    out: dict[str, int] = {}
    for found in _HTML_ANCHOR.finditer(text):
        if not _within(code, found.start()):
            out.setdefault(found.group(1), found.end())
    return out


def links_in(text: str, code: Sequence[tuple[int, int]]) -> tuple[Link, ...]:
    """Links outside code, over the words that are shown for them."""
    targets = {_label(found.group(1)): found.group(2) for found in _DEFINITION.finditer(text)}
    shut = sorted([*code, *((found.start(), found.end()) for found in _CODE_SPAN.finditer(text))])
    found = [Link(match.start(1), match.end(1), match.group(2)) for match in _INLINE.finditer(text)]
    found += [Link(match.start(1), match.end(1), match.group(1)) for match in _AUTOMATIC.finditer(text)]
    for match in _REFERENCE.finditer(text) if targets else ():
        target = targets.get(_label(match.group(2) or match.group(1)))
        if target is not None:
            found.append(Link(match.start(1), match.end(1), target))
    return tuple(sorted((link for link in found if not _within(shut, link.start)), key=lambda link: link.start))


def _slug(heading: str) -> str:
    words = (
        _EMPHASIS.sub("", _LINK_TEXT.sub(r"\1", _MARKS.sub("", _MARKS.sub("", heading))))
        .replace("*", "")
        .replace("`", "")
    )
    return _DROPPED.sub("", words.strip().lower()).replace(" ", "-")


def _label(written: str) -> str:
    return " ".join(written.split()).casefold()


def _within(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return at >= 0 and offset < spans[at][1]
