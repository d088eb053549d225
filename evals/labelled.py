"""Labelled quotes against what the service makes of them (evals, pure): found or not, on the labelled page or not, and why not.

A quote is resolved as a model's quote would be, without a hint of where it stands. The labels were made on another text of the
same contract, so that a quote which the canonical text does not hold is not always a fault of reading; the kinds say what it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from analysis.evidence.fold import FoldedText
from analysis.evidence.locate import evidence_of
from analysis.evidence.resolve import is_short
from analysis.evidence.source import SourceDocument
from evals.documents import TrueQuote
from proviso.types.answers import Evidence, EvidenceState
from proviso.types.documents import Page

NEAR_CHARS = 1500
ALMOST = 0.9


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a labelled quote; `kind` is empty where it was found on the labelled page."""

    quote: TrueQuote
    state: EvidenceState
    page: int | None
    kind: str = ""
    detail: str = ""


def judge(quote: TrueQuote, source: SourceDocument) -> tuple[Judged, Evidence]:
    """The quote resolved, and what there is to say about it."""
    evidence = evidence_of(1, quote.text, source)
    kind, detail = "", ""
    if evidence.page_start is None:
        kind, detail = _why_not_found(quote, source)
    elif evidence.page_start not in quote.pages:
        kind, detail = _why_elsewhere(quote, source), f"page {evidence.page_start}, labelled {list(quote.pages)}"
    return Judged(quote, evidence.state, evidence.page_start, kind, detail), evidence


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """Shares over all quotes, and the misses by kind."""
    found = [each for each in judged if each.page is not None]
    right = [each for each in found if each.page in each.quote.pages]
    return {
        "quotes": len(judged),
        "states": dict(Counter(each.state for each in judged).most_common()),
        "found": len(found),
        "page_right": len(right),
        "found_share": _share(found, judged),
        "page_right_share_of_all": _share(right, judged),
        "page_right_share_of_found": _share(right, found),
        "misses_by_kind": dict(Counter(each.kind for each in judged if each.kind).most_common()),
        "misses": [
            {
                "id": each.quote.id,
                "file": each.quote.filename,
                "pages": list(each.quote.pages),
                "kind": each.kind,
                "detail": each.detail,
                "quote": each.quote.text,
            }
            for each in judged
            if each.kind
        ],
    }


def _share(some: Sequence[Judged], of: Sequence[Judged]) -> float | None:
    return round(len(some) / len(of), 4) if of else None


def _why_elsewhere(quote: TrueQuote, source: SourceDocument) -> str:
    letters = FoldedText(quote.text).letters
    places = (source.text.places[at] for at in source.text.occurrences(letters))
    labelled = [page for page in source.pages if page.number in quote.pages]
    also = any(page.start <= place < page.end for place in places for page in labelled)
    return "stands on several pages, the labelled one among them" if also else "other page"


def _why_not_found(quote: TrueQuote, source: SourceDocument) -> tuple[str, str]:
    folded, text = FoldedText(quote.text), source.text
    if not folded.letters or is_short(folded):
        return "too short", quote.text
    at = next(text.occurrences(folded.letters), None)
    if at is not None:
        return _why_refused(at, at + len(folded) - 1, text)
    start, end = _near([page for page in source.pages if page.number in quote.pages], text)
    return _why_different(folded.letters, start, end, text)


def _why_refused(first: int, last: int, text: FoldedText) -> tuple[str, str]:
    """Its letters stand in the text, and yet it is not taken."""
    span = text.span(first, last)
    before, after = text.text[max(0, span.start - 12) : span.start], text.text[span.end : span.end + 12]
    shown = text.text[span.start : span.start + 20], text.text[span.end - 20 : span.end]
    if before[-1:].isalnum():
        return "begins inside a word of the text", repr(before + shown[0])
    if after[:1].isalnum():
        return "ends inside a word of the text", repr(shown[1] + after)
    return "refused for its form", repr(before + shown[0])


def _near(pages: Sequence[Page], text: FoldedText) -> tuple[int, int]:
    """The letters of the labelled pages and a little around them."""
    if not pages:
        return 0, 0
    first, last = min(page.start for page in pages), max(page.end for page in pages)
    return text.index_at(max(0, first - NEAR_CHARS)), text.index_at(last + NEAR_CHARS)


def _why_different(letters: str, start: int, end: int, text: FoldedText) -> tuple[str, str]:
    """How the text around the labelled page differs from the quote."""
    near = text.letters[start:end]
    blocks = [
        block for block in SequenceMatcher(None, letters, near, autojunk=False).get_matching_blocks() if block.size > 2
    ]
    same = sum(block.size for block in blocks)
    if not blocks or same < ALMOST * len(letters):
        return "other words than the labelled page", f"{same} of {len(letters)} letters"
    between = [
        (letters[one.a + one.size : two.a], _written(start + one.b + one.size, start + two.b, text))
        for one, two in pairwise(blocks)
    ]
    only_signs = all(not said and not any(ch.isalnum() for ch in there) for said, there in between)
    whole = same == len(letters)
    kind = "the text has a sign between that the quote has not" if only_signs and whole else "some letters differ"
    shown = [f"{said or '∅'} → {''.join(_named(ch) for ch in there) or '∅'}" for said, there in between]
    return kind, "; ".join(dict.fromkeys(shown))[:300]


def _written(first: int, last: int, text: FoldedText) -> str:
    """Letters `first` to `last` (not included) as the text has them, before they were folded."""
    return "".join(text.text[text.places[index]] for index in range(first, last))


def _named(ch: str) -> str:
    return ch if ch.isascii() else f"U+{ord(ch):04X}"
