"""Canonical text and span arithmetic (floor 0, pure).

Canonical text is one `str` per version: `\\n` line ends, no NUL, no lone surrogates, otherwise unnormalised (DESIGN §2).
Spans are half-open `[start, end)` in code points of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LINE_END = re.compile("\r\n?|\u2028|\u2029|\x85")
FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def of(self, text: str) -> str:
        """The words of this span."""
        return text[self.start : self.end]


def canonical(text: str) -> str:
    """`text` with `\\n` line ends only; NUL and lone surrogates become U+FFFD so that no offset after them moves."""
    return FORBIDDEN.sub("\ufffd", LINE_END.sub("\n", text))


def merged(spans: Iterable[Span], gap: int = 0) -> list[Span]:
    """Spans in order, those that overlap or lie at most `gap` code points apart joined."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end + gap:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def gaps(covered: Iterable[Span], whole: Span) -> list[Span]:
    """The parts of `whole` that no span of `covered` touches, in order; none is empty."""
    out: list[Span] = []
    at = whole.start
    for span in merged(span for span in covered if len(span) and span.overlaps(whole)):
        if span.start > at:
            out.append(Span(at, span.start))
        at = max(at, span.end)
    if at < whole.end:
        out.append(Span(at, whole.end))
    return out
