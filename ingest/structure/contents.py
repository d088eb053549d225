"""Tables of contents among the candidates (floor 4, pure): their entries look like sections and are none.

One is known by its heading, or by being a run of titles without words between them that come again as headings further on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.structure.candidates import Candidate

MIN_RUN = 4
"""Titles in a row that make a table of contents where no heading says so."""
GAP_CHARS = 12
"""Between two entries stands at most a page number."""
FIRST_ENTRIES = 3
"""After the heading of the contents, one of these comes again as the first heading of the body."""

ENTRY_CHARS = 200
"""Between two entries that were recognised stand some that were not, but no clauses."""
_LEADERS = re.compile(r"[\W\d_]+")


def without_contents(text: str, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those inside a table of contents; its own heading stays."""
    keys = [candidate.key for candidate in found]
    where: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        where.setdefault(key, []).append(at)
    kept: list[Candidate] = []
    start = 0
    while start < len(found):
        if start and found[start - 1].contents:
            start = _body(text, found, where, start)
        end, cut = _run(text, found, keys, start)
        again = sum(where[key][-1] >= cut for key in keys[start:cut])
        if cut - start >= MIN_RUN and again * 2 >= cut - start:
            start = cut
            continue
        kept.extend(found[start:end])
        start = end
    return kept


def _body(text: str, found: Sequence[Candidate], where: dict[str, list[int]], start: int) -> int:
    """Where the first entries of the contents come again as headings; `start` when they do not, or when words stand under them here."""
    for at in range(start, min(start + FIRST_ENTRIES, len(found))):
        same = where[found[at].key]
        after = bisect_right(same, at)
        if after < len(same) and found[at].title:
            body = same[after] - (at - start)
            return body if _listed(text, found[start : body + 1]) else start
    return start


def _listed(text: str, entries: Sequence[Candidate]) -> bool:
    """Whether these are titles in a list rather than headings with text under them."""
    between = [len(_LEADERS.sub("", text[above.end : below.start])) for above, below in pairwise(entries)]
    return median(between) <= (GAP_CHARS if any(entry.level for entry in entries) else ENTRY_CHARS)


def _run(text: str, found: Sequence[Candidate], keys: Sequence[str], start: int) -> tuple[int, int]:
    """Past the last of the titles that follow each other without words between, and the first that comes for the second time."""
    seen: set[str] = set()
    cut, at = 0, start
    while at < len(found) and (at == start or _follows(text, found[at - 1], found[at])):
        if keys[at] in seen and not cut:
            cut = at
        seen.add(keys[at])
        at += 1
        if found[at - 1].contents:
            break
    return at, cut or at


def _follows(text: str, above: Candidate, below: Candidate) -> bool:
    """Whether two titles stand together: whole lines with at most a page number between."""
    if not (above.whole and below.whole) or below.contents or below.start - above.end > 4 * GAP_CHARS:
        return False
    return len(text[above.end : below.start].strip()) <= GAP_CHARS
