"""Resolves a quote against a whole canonical text (floor 4, pure): where it stands, and how surely.

    exact       the text holds it character for character
    normalised  equal once white space, hyphenation, ligatures, quotes, dashes, invisible characters and case are folded
    partial     all of it stands there but for form: punctuation, a space inside a word, an ellipsis or a page break
                (`parts` has the rules), or an editor's note in brackets such as "[sic]"
    unverified  anything else

Nothing is matched by likeness of words: a quote with a word dropped, added, changed or moved inside it is `unverified`, so
no "not" and no number can slip by. A fragment is refused where it cuts a word, a number, a range or a scale ("1.2" of
"1.2 million"), or begins right after a negation or exception. Short quotes (fewer than two words, or fewer than eight
letters and digits) are refused unless they are a number, date, amount or capitalised name that the text holds exactly once.
When a quote stands several times, a place inside a `prefer` span (a packed passage) wins, then the nearest to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.evidence.fold import FoldedText
from analysis.evidence.grade import Likeness, Match, grade
from analysis.evidence.parts import in_parts
from analysis.evidence.words import MODALS, NEGATIONS, words_of
from proviso.text import Span

MIN_WORDS = 2
MIN_LETTERS = 8
MAX_PLACES = 400
"""Places graded for one quote: a phrase that stands more often than this is judged by those nearest to the passages."""

State = Literal["exact", "normalised", "partial", "unverified"]
WORSE: tuple[State, ...] = ("exact", "normalised", "partial", "unverified")
EDITED_LETTER = re.compile(r"(?<![^\W_])\[([^\W\d_])\](?=[^\W\d_])")
EDITORS_NOTE = re.compile(
    r"\s*(?:\[\s*sic\s*\]|[\[(]\s*(?:my\s+|our\s+)?emphasis(?:\s+(?:added|supplied|mine|ours|in\s+(?:the\s+)?original))?\s*[\])]"
    r"|(?<=[.;:!?,”\"’)\]])\s*\[\d{1,3}\])",
    re.IGNORECASE,
)
"""What is put into a quote without being of it, the marker of an answer after a stop included: "of Delaware. [1]"."""
STATES: dict[Likeness, State] = {Likeness.EXACT: "exact", Likeness.FOLDED: "normalised", Likeness.LOOSE: "partial"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a quote stands in the text (None when it does not) and its state."""

    span: Span | None
    state: State


UNVERIFIED = Resolved(None, "unverified")


def resolve(quote: str, source: FoldedText, *, prefer: Sequence[Span] = ()) -> Resolved:
    """The place and state of `quote` in `source`: as written, else without what an editor put into it."""
    written = quote.strip()
    plain = editorial_marks_removed(written)
    bare = EDITORS_NOTE.sub("", plain)
    for form in dict.fromkeys((written, plain, bare)):
        found = _resolve(FoldedText(form), source, prefer)
        if found.span is not None:
            best: State = "exact" if form == written else "normalised" if form == plain else "partial"
            return Resolved(found.span, max(best, found.state, key=WORSE.index))
    return UNVERIFIED


def _resolve(folded: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Resolved:
    if not folded.letters:
        return UNVERIFIED
    match = _best(folded, source, prefer)
    if is_short(folded):
        return _short(folded, source, match)
    if match is None:
        span = in_parts(folded, source, prefer)
        return Resolved(span, "partial") if span else UNVERIFIED
    return Resolved(match.span, STATES[match.likeness])


def is_short(quote: FoldedText) -> bool:
    """Too short to be proof by itself."""
    words = words_of(quote.text)
    unspaced = sum(ord(ch) >= 0x2E80 for ch in quote.letters)
    return (len(words) < MIN_WORDS or len(quote) < MIN_LETTERS) and unspaced < MIN_LETTERS // 2


def editorial_marks_removed(quote: str) -> str:
    """A quote without what quoting itself adds: quotation marks around all of it, and the brackets of "[T]he"."""
    if len(quote) > 2 and (quote[0], quote[-1]) in {('"', '"'), ("\u201c", "\u201d"), ("\u00ab", "\u00bb"), ("'", "'")}:
        inner = quote[1:-1]
        quote = quote if quote[0] in inner or quote[-1] in inner else inner.strip()
    return EDITED_LETTER.sub(r"\1", quote)


def _short(quote: FoldedText, source: FoldedText, match: Match | None) -> Resolved:
    """A short quote counts only as the one standing of a number, a date, an amount or a name."""
    if match is None or match.likeness is Likeness.LOOSE:
        return UNVERIFIED
    words = words_of(quote.text)
    if set(words) & (NEGATIONS | MODALS):
        return UNVERIFIED
    telling = any(ch.isdigit() for ch in quote.letters) or all(word[:1].isupper() for word in quote.text.split())
    once = sum(1 for _ in _accepted(quote, source, ())) == 1
    written = source.text[match.span.start : match.span.end]
    if not (telling and once and written[:1].isupper() == quote.text[:1].isupper()):
        return UNVERIFIED
    return Resolved(match.span, STATES[match.likeness])


def _best(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Match | None:
    """The best place: verified whole before loosely, inside a preferred span before outside, then by likeness and distance."""
    best: tuple[tuple[bool, bool, int, int], Match] | None = None
    for match in _accepted(quote, source, prefer):
        outside = not any(span.contains(match.span) for span in prefer)
        key = (match.likeness is Likeness.LOOSE, outside, int(match.likeness), distance(match.span, prefer))
        if best is None or key < best[0]:
            best = key, match
        if match.likeness is Likeness.EXACT:
            break
    return best[1] if best else None


def _accepted(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Iterator[Match]:
    for at in places(quote, source, prefer):
        if match := grade(quote, source, at):
            yield match


def places(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> list[int]:
    """Where the letters of the quote stand, nearest to a preferred span first, then in text order; at most MAX_PLACES."""
    found = list(source.occurrences(quote.letters))
    if prefer and len(found) > 1:
        found.sort(key=lambda at: (distance(source.span(at, at + len(quote) - 1), prefer), at))
    return found[:MAX_PLACES]


def distance(span: Span, prefer: Sequence[Span]) -> int:
    """Characters between a span and the nearest preferred one; 0 when it lies in one, or when there are none."""
    return min((max(0, each.start - span.start, span.end - each.end) for each in prefer), default=0)
