"""When a requirement holds (floor 4, pure): the clauses that begin with "if", "when", "unless" and the like, as spans.

Before the key word a clause runs to the comma that its main clause follows; after it, to the next comma, semicolon or end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from proviso.text import Span

OPENERS = (
    r"if|when(?:ever)?|unless|until|once|while|where(?:ver)?|provided\s+that|as\s+long\s+as|in\s+(?:the\s+)?(?:case|event)|"
    r"upon|after|before|during|except\s+(?:when|if|where|that|as)|only\s+(?:if|when)"
)
ONCE = (
    r"(?<!at )(?<!than )once(?=\s+(?:the|an?|all|any|each|every|it|they|this|that|these|those|[A-Z])\b"
    r"(?!\s+(?:per|day|week|month|year)))"
)
LEADING = re.compile(
    rf"[\"“(*_]*(?:(?:and|or|but|otherwise|however|further(?:more)?),?\s+)?(?P<clause>{OPENERS})\b", re.IGNORECASE
)
AFTER_COMMA = re.compile(rf"[,;]\s+(?:(?:and|or|but)\s+)?(?P<clause>{OPENERS})\b")
TRAILING = re.compile(
    r"(?<!even )(?<!as )(?<!what )(?<!except )(?<!only )\b(?P<clause>(?:only\s+|except\s+)?(?:if|when(?:ever)?)|unless|until|while"
    rf"|{ONCE}"
    r"|provided\s+that|as\s+long\s+as|in\s+(?:the\s+)?(?:case|event)\s+(?:of|that)|except\s+(?:where|that|as))\b",
    re.IGNORECASE,
)
NOT_THE_MAIN_CLAUSE = re.compile(
    r"\s*(?:and|or|which|that|who|such|including|e\.g\.|i\.e\.|in|on|upon|at|as|for|by|with|without|unless|if|when|to|from)\b",
    re.IGNORECASE,
)
DASH = re.compile(r"\s[–—-]{1,2}\s")
OPENING, CLOSING = "([{", ")]}"


def conditions_in(text: str, span: Span, keyword: Span | None) -> tuple[Span, ...]:
    """The conditions of the sentence at `span`, whose first key word is at `keyword` (None: it has none of its own)."""
    until = keyword.start if keyword is not None else span.end
    found = [*_before(text, Span(span.start, until), main_clause=keyword is not None)]
    after = keyword.end if keyword is not None else (found[-1].end if found else span.start)
    found += _after(text, Span(max(after, span.start), span.end))
    return tuple(dict.fromkeys(found))


def _before(text: str, span: Span, *, main_clause: bool) -> Iterator[Span]:
    match = LEADING.match(text, span.start, span.end) or AFTER_COMMA.search(text, span.start, span.end)
    if match is None:
        return
    start = match.start("clause")
    commas = list(_commas(text, Span(start, span.end)))
    if not main_clause:
        commas = commas[:1]
    for comma in reversed(commas):
        if not NOT_THE_MAIN_CLAUSE.match(text, comma + 1, span.end) and text[comma + 1 : span.end].strip():
            yield Span(start, comma)
            return
    dashes = [dash.start() for dash in DASH.finditer(text, start, span.end)] if main_clause else []
    if commas or dashes:
        yield Span(start, commas[0] if commas else dashes[-1])


def _after(text: str, span: Span) -> Iterator[Span]:
    at = span.start
    while match := TRAILING.search(text, at, span.end):
        start = match.start("clause")
        end = next(_commas(text, Span(start, span.end), stops=",;"), _end(text, Span(start, span.end)))
        yield Span(start, end)
        at = end


def _commas(text: str, span: Span, stops: str = ",") -> Iterator[int]:
    """Where commas stand that are in no parentheses and in no number; a closing parenthesis of the words around ends the clause."""
    depth = 0
    for at in range(span.start, span.end):
        sign = text[at]
        if sign in OPENING:
            depth += 1
        elif sign in CLOSING:
            depth -= 1
            if depth < 0:
                yield at
                return
        elif sign in stops and depth == 0 and not text[at + 1 : at + 2].isdigit():
            yield at


def _end(text: str, span: Span) -> int:
    """The end of the sentence without its full stop."""
    return span.start + len(span.of(text).rstrip().rstrip(".;:!?"))
