"""Verified quotes as lines of a prompt (floor 4, pure): which of them are shown while there is room, and in what groups all are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.answering.mapping.merging import Finding
from analysis.context.layout import Means
from records.index.bm25 import token_id, words


@dataclass(frozen=True, slots=True)
class Line:
    """A quote with its number, its place and what was noted about it."""

    document_id: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Part:
    """A group of quotes by their numbers, and what a call made of them. `draft` is None where it made nothing, for the reason `why`."""

    numbers: tuple[int, ...]
    draft: str | None = None
    why: str | None = None


def lines(verified: Sequence[Finding], means: Means) -> dict[int, Line]:
    """By the number of the quote, in its order."""
    texts = {each.evidence.n: _text(each, means) for each in verified}
    return {
        each.evidence.n: Line(
            each.evidence.document_id, texts[each.evidence.n], means.tokens.count(texts[each.evidence.n] + "\n")
        )
        for each in verified
    }


def ranked(question: str, verified: Sequence[Finding]) -> list[int]:
    """Numbers in the order in which quotes are shown: the best of every document, the most pertinent of these first, then every
    document's second, and so on.

    Better in a document is what was found word for word before what was found in part, then what shares more words with the
    question, each counting by how few of the findings have it, then what stands first.
    """
    asked = {token_id(word) for word in words(question)}
    said = {each.evidence.n: asked & _stems(each) for each in verified}
    held = Counter(stem for stems in said.values() for stem in stems)
    score = {n: sum(math.log(1 + len(verified) / held[stem]) for stem in stems) for n, stems in said.items()}
    best = sorted(verified, key=lambda e: (e.evidence.state == "partial", -score[e.evidence.n], e.evidence.n))
    turns = Counter[str]()
    order: list[tuple[int, float, int]] = []
    for each in best:
        turns[each.evidence.document_id] += 1
        order.append((turns[each.evidence.document_id], -score[each.evidence.n], each.evidence.n))
    return [n for _, _, n in sorted(order)]


def within(order: Sequence[int], quotes: Mapping[int, Line], budget: int) -> set[int]:
    """Numbers that fit, first come first served; what is too long for the room left is passed over."""
    shown: set[int] = set()
    for n in order:
        if quotes[n].tokens <= budget:
            budget -= quotes[n].tokens
            shown.add(n)
    return shown


def groups(quotes: Mapping[int, Line], size: int, around: Mapping[str, int]) -> list[tuple[int, ...]]:
    """All quotes in their order, so many at a time as `size` tokens hold; those of a document stay together where they fit.
    `around`: tokens that a document takes beside its quotes, by its id.
    """
    rest = Counter[str]()
    for line in quotes.values():
        rest[line.document_id] += line.tokens
    found: list[list[int]] = []
    room, before = 0, ""
    for n, line in quotes.items():
        id_ = line.document_id
        frame = around.get(id_, 0) if id_ != before else 0
        together = id_ != before and frame + rest[id_] <= size
        if frame + (rest[id_] if together else line.tokens) > room:
            found.append([])
            room, frame = size, around.get(id_, 0)
        found[-1].append(n)
        room -= frame + line.tokens
        rest[id_] -= line.tokens
        before = id_
    return [tuple(numbers) for numbers in found]


def _stems(each: Finding) -> set[int]:
    return {token_id(word) for word in words(f"{each.evidence.text or ''} {each.note}")}


def _text(each: Finding, means: Means) -> str:
    item = each.evidence
    section = f"section {' '.join(item.section.split())[:80]}" if item.section else ""
    place = ", ".join(part for part in (section, f"page {item.page_start}" if item.page_start else "") if part)
    said = " ".join((item.text or item.quote).split())
    note = f"\n    note: {each.note}" if each.note else ""
    return means.quoted(f"[{item.n}]{f' ({place})' if place else ''} “{said}”{note}")
