"""Quotes that stand in a text only in parts (floor 4, pure): ellipses, page breaks, and a rest that adds nothing.

All of a quote, in parts (`in_parts`). The span runs from the first part to the last, what was passed over included:
- parts around an ellipsis stand in order, at most 600 characters apart. Within a sentence the words passed over hold no
  negation, exception, condition or modal, and no number if the next part has one; whole sentences may be passed over
  only between a sentence's end and another's beginning, and never one with a negation or exception.
- without an ellipsis, only page furniture (page numbers, running heads) on lines of its own, or an enumerator such as
  "12.1" or "(a)", may lie between two parts, at most 300 characters of it.

Every word of a quote must stand in the text: one word more, at whichever end, and it is not found.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from analysis.evidence.fold import FoldedText
from analysis.evidence.grade import Match, grade
from analysis.evidence.words import MODALS, counts, negates, turns, words_of
from proviso.text import Span

MAX_ELLIPSIS_CHARS = 600
MAX_FURNITURE_CHARS = 300
MAX_PARTS = 6
MAX_STARTS = 60
MIN_PART_LETTERS = 8
MIN_RUN_WORDS = 5

DOTS = r"(?:\.\s?){3,}|\u2026"
ELLIPSIS = re.compile(
    rf"\s*(?:\[\s*(?:{DOTS}|omitted|snip)\s*\]|\(\s*(?:{DOTS})\s*\)|{DOTS}|<omitted>|\*\s\*\s\*)\s*", re.IGNORECASE
)
SENTENCE_BREAK = re.compile(r"[.;:!?][\"'”’)\]]*\s+[\"'“‘(\[]*[A-Z0-9(]|\n\s*\n")
SENTENCE_END = re.compile(r"[\"'”’)\]]*\s*[.;!?][\"'”’)\]]*(?:\s|$)|\s*\n\s*\n|\s*$")
SENTENCE_START = re.compile(r"(?:^|[.;!?][\"'”’)\]]*\s+|\n\s*\n\s*)(?:\(?\w{1,4}[.)]\s+)?[\"'“‘(\[]*$")
ENUMERATOR = re.compile(
    r"[\s.;:,]*(?:\(\w{1,4}\)|\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}[.)]|[a-zA-Z][.)]|[ivxlcIVXLC]{1,6}[.)]|[•·▪◦‣●\uf0b7\uf0a7*-])\s+[\"'“‘]?"
)
PAGE_NUMBER = re.compile(
    r"[\s\-–—|.\[\]()/]*(?:page|pg|p)?[\s.]*(?:\d{1,4}|[ivxlc]{1,6}|[a-z]-\d{1,3})(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—|.\[\]()]*",
    re.IGNORECASE,
)
RUNNING_HEAD_CHARS = 8


def in_parts(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    """The stretch that holds all parts of the quote, or None. Dots may also be the text's own: "[...***...]" is a redaction."""
    pieces = [piece for piece in ELLIPSIS.split(quote.text) if words_of(piece)]
    if len(pieces) > MAX_PARTS:
        return _interrupted(quote, source, prefer)
    if len(pieces) > 1 and (span := _elided([FoldedText(piece) for piece in pieces], source, prefer)):
        return span
    if len(pieces) == 1 and pieces[0] != quote.text:
        return _whole(FoldedText(pieces[0]), source, prefer)
    return _interrupted(quote, source, prefer)


def _whole(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    matches = (grade(quote, source, at) for at in _starts(quote.letters, source, prefer))
    return next((match.span for match in matches if match), None)


def _elided(pieces: Sequence[FoldedText], source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    if sum(len(words_of(piece.text)) for piece in pieces) < MIN_RUN_WORDS or any(
        len(each) < MIN_PART_LETTERS for each in pieces
    ):
        return None
    for at in _starts(pieces[0].letters, source, prefer):
        head = grade(pieces[0], source, at)
        if head and (last := _follow(pieces, 1, head, source)):
            return Span(head.span.start, last.span.end)
    return None


def _follow(pieces: Sequence[FoldedText], n: int, head: Match, source: FoldedText) -> Match | None:
    """The last part's place, each part after the one before it."""
    if n == len(pieces):
        return head
    stop = source.index_at(head.span.end + MAX_ELLIPSIS_CHARS) + len(pieces[n])
    for at in source.occurrences(pieces[n].letters, head.last + 1, stop):
        match = grade(pieces[n], source, at)
        if match and _may_be_elided(source, head, match) and (last := _follow(pieces, n + 1, match, source)):
            return last
    return None


def _may_be_elided(source: FoldedText, head: Match, tail: Match) -> bool:
    skipped = source.text[source.end_of(head.last) : source.places[tail.first]]
    if negates(skipped):
        return False
    around = source.text[source.end_of(head.last) : source.places[tail.first] + 1]
    if SENTENCE_BREAK.search(around):
        return bool(SENTENCE_END.match(source.text, head.span.end) or source.text[head.span.end - 1] in ".;!?") and (
            _at_sentence_start(source, tail.span.start)
        )
    if turns(skipped):
        return False
    return not (counts(skipped) and counts(tail.span.of(source.text)))


def _interrupted(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    """All words of the quote, with page furniture or an enumerator of the text between two of them; a packed passage first."""
    ends = _word_ends(quote)
    windows = [(source.index_at(span.start), source.index_at(span.end)) for span in prefer]
    for window in (*windows, (0, len(source))):
        longest = _prefixes(quote.letters, ends, source, window, prefer)
        for at, words in (*longest, *_runs(quote.letters, ends, source, window, prefer)):
            span = _continue(quote, (ends, words), source, at, MAX_PARTS)
            if span:
                return span
    return _interrupted_early(quote, ends, source, prefer)


def _interrupted_early(quote: FoldedText, ends: list[int], source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    """The same where less than `MIN_PART_LETTERS` stand before the furniture: what comes after it is looked for first."""
    for end in (end for end in ends[:-1] if end < MIN_PART_LETTERS <= len(quote) - end):
        head, rest = FoldedText(quote.text[: quote.end_of(end - 1)]), FoldedText(quote.text[quote.places[end] :])
        for found in _starts(rest.letters, source, prefer):
            at = source.letters.rfind(head.letters, max(0, found - MAX_FURNITURE_CHARS), found)
            if at < 0 or not _is_furniture(source, at + len(head) - 1, found):
                continue
            first, tail = grade(head, source, at), grade(rest, source, found)
            if first and tail:
                return Span(first.span.start, tail.span.end)
    return None


def _continue(quote: FoldedText, split: tuple[list[int], int], source: FoldedText, at: int, parts: int) -> Span | None:
    """The head of `quote` stands at letter `at`; the rest must follow after furniture."""
    ends, words = split
    cut = ends[words - 1]
    # Most places end here: what follows in the quote does not follow in the text.
    near = source.index_at(source.end_of(at + cut - 1) + MAX_FURNITURE_CHARS) + MIN_PART_LETTERS
    if source.letters.find(quote.letters[cut : cut + MIN_PART_LETTERS], at + cut, near) < 0:
        return None
    head = grade(FoldedText(quote.text[: quote.end_of(cut - 1)]), source, at)
    if head is None or parts <= 1:
        return None
    rest = FoldedText(quote.text[quote.end_of(cut - 1) :].lstrip())
    window = head.last + 1, source.index_at(head.span.end + MAX_FURNITURE_CHARS) + len(rest)
    rest_ends = _word_ends(rest)
    whole = [(found, len(rest_ends)) for found in source.occurrences(rest.letters, *window)]
    for found, n in whole or _prefixes(rest.letters, rest_ends, source, window, ()):
        if not _is_furniture(source, head.last, found):
            continue
        tail = grade(rest, source, found) if n == len(rest_ends) else None
        span = tail.span if tail else _continue(rest, (rest_ends, n), source, found, parts - 1)
        if span:
            return Span(head.span.start, span.end)
    return None


def _prefixes(
    letters: str, ends: list[int], source: FoldedText, window: tuple[int, int], prefer: Sequence[Span]
) -> list[tuple[int, int]]:
    """Places of the longest run of words that begins the quote and stands in the window, and of the two next shorter ones."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if source.letters.find(letters[: ends[middle - 1]], *window) >= 0 else (low, middle - 1)
        )
    found = []
    for words in range(low, max(0, low - 3), -1):
        if ends[words - 1] >= MIN_PART_LETTERS and words < len(ends):
            found += [(at, words) for at in _starts(letters[: ends[words - 1]], source, prefer, window)]
    return found


def _runs(
    letters: str, ends: list[int], source: FoldedText, window: tuple[int, int], prefer: Sequence[Span]
) -> Iterator[tuple[int, int]]:
    """Each place where the quote's first words stand, with the words that follow there as in the quote: the longest run may
    stand at another place than the one that goes on behind a page break.
    """
    least = next((n for n, end in enumerate(ends, start=1) if end >= MIN_PART_LETTERS), len(ends))
    for at in _starts(letters[: ends[least - 1]], source, prefer, window):
        words = bisect_left(ends, True, least, key=lambda end: not source.letters.startswith(letters[:end], at))
        if words < len(ends):
            yield at, words


def _starts(
    letters: str, source: FoldedText, prefer: Sequence[Span], window: tuple[int, int] | None = None
) -> list[int]:
    """Where `letters` stand, nearest to a preferred span first; at most MAX_STARTS."""
    found = list(source.occurrences(letters, *(window or (0, len(source)))))
    if prefer:
        found.sort(
            key=lambda at: min(max(0, each.start - source.places[at], source.places[at] - each.end) for each in prefer)
        )
    return found[:MAX_STARTS]


def _is_furniture(source: FoldedText, last: int, following: int) -> bool:
    """Is what stands between two parts only a page's furniture or an enumerator?"""
    start, end = source.end_of(last), source.places[following]
    skipped = source.text[start:end]
    if len(skipped) > MAX_FURNITURE_CHARS or negates(skipped) or set(words_of(skipped)) & MODALS:
        return False
    if ENUMERATOR.fullmatch(skipped) and ("(" in skipped or "\n" in skipped or skipped[:1] in ".;:,"):
        return True
    lines = skipped.split("\n")
    if len(lines) < 3 or lines[0].strip(" \t.,;:-\u00ad)]\"'”’") or lines[-1].strip(" \t\"'“‘("):
        return False
    middle = [line.strip() for line in lines[1:-1] if line.strip()]
    at_a_break = "\f" in skipped or any(start <= offset <= end for offset in source.page_starts)
    heads = [line for line in middle if not PAGE_NUMBER.fullmatch(line)]
    return all(_runs_through(source, line) for line in heads) and bool(middle) and (at_a_break or bool(heads))


def _runs_through(source: FoldedText, line: str) -> bool:
    """Does a line stand alone more than once in the text, its numbers aside?"""
    if len(line) < RUNNING_HEAD_CHARS:
        return False
    pattern = re.sub(r"\d+", r"\\d+", re.escape(line))
    found = re.finditer(rf"(?m)^[^\S\n]*{pattern}[^\S\n]*$", source.text)
    return next(found, None) is not None and next(found, None) is not None


def _at_sentence_start(source: FoldedText, start: int) -> bool:
    return bool(SENTENCE_START.search(source.text, max(0, start - MIN_PART_LETTERS * 4), start))


def _word_ends(quote: FoldedText) -> list[int]:
    """Where each word of the quote ends, as indexes into its letters."""
    cuts = [i + 1 for i in range(len(quote) - 1) if any(ch.isspace() for ch in quote.gap(i))]
    return [*cuts, len(quote)] if quote.letters else []
