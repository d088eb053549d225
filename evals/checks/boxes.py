"""Boxes against pages (evals, pure): a span's boxes lie inside the pages it touches, and there are some wherever it has words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from evals.checks.chunks import Fault
from proviso.boxes import PageBoxes, PageWords, boxes_of
from proviso.text import Span
from proviso.types.documents import Page

ROUNDING = 0.011
"""Boxes and page sizes are given to a hundredth of a point."""
LONGEST_SPAN = 3000


def random_spans(length: int, count: int, seed: str) -> list[Span]:
    """Spans of a text of that length, short and long ones alike often; the same for the same seed."""
    dice = Random(seed)
    spans = []
    for _ in range(count if length else 0):
        start = dice.randrange(length)
        spans.append(Span(start, min(length, start + round(LONGEST_SPAN ** dice.random()))))
    return spans


def word_faults(text: str, pages: Sequence[Page], words: Sequence[PageWords]) -> Iterator[Fault]:
    """Pages without their words, and words that do not stand on their page."""
    if [page.number for page in pages] != [page.page for page in words]:
        yield Fault("pages", "the word boxes are those of other pages")
        return
    for page, on_page in zip(pages, words, strict=True):
        for start, end in zip(on_page.starts, on_page.ends, strict=True):
            if not page.start <= start < end <= page.end or not text[start:end].strip():
                yield Fault("words", f"page {page.number}: the word at [{start}, {end}) does not stand on it")


def span_faults(text: str, pages: Sequence[Page], words: Mapping[int, PageWords], span: Span) -> Iterator[Fault]:
    """What is wrong with the boxes of one span; nothing where there are no pages."""
    for page in pages:
        part = text[max(page.start, span.start) : min(page.end, span.end)]
        found = boxes_of(words[page.number], span.start, span.end)
        where = f"[{span.start}, {span.end}) on page {page.number}"
        if part.strip() and found is None:
            yield Fault("empty", f"{where}: no boxes for {part.strip()[:40]!r}")
        if found is not None and not part.strip():
            yield Fault("elsewhere", f"{where}: boxes where the span has no words")
        if found is not None:
            yield from (Fault(fault.check, f"{where}: {fault.detail}") for fault in page_faults(found, page))


def page_faults(found: PageBoxes, page: Page) -> Iterator[Fault]:
    """Boxes that are given for another page, have no area, or leave the page."""
    size = (found.width - page.width, found.height - page.height)
    if found.page != page.number or max(map(abs, size)) > ROUNDING:
        yield Fault("pages", f"boxes are given for page {found.page} of {found.width} x {found.height}")
    for x0, y0, x1, y1 in found.boxes:
        if not (x0 < x1 and y0 < y1):
            yield Fault("area", f"the box {(x0, y0, x1, y1)} has no area")
        if min(x0, y0) < -ROUNDING or x1 > page.width + ROUNDING or y1 > page.height + ROUNDING:
            yield Fault("outside", f"the box {(x0, y0, x1, y1)} leaves the page of {page.width} x {page.height}")


def boxed_chars(text: str, words: Sequence[PageWords]) -> int:
    """How many characters other than white space lie in a word with a box."""
    return sum(
        len("".join(text[start:end].split()))
        for page in words
        for start, end in zip(page.starts, page.ends, strict=True)
    )
