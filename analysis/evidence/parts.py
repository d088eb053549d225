"""Quotes that stand in a text only in parts (floor 4, pure): ellipses, page breaks, and a rest that adds nothing.

All of a quote, in parts (`in_parts`). The span runs from the first part to the last, what was passed over included:
- parts around an ellipsis stand in order, at most 600 characters apart. Within a sentence the words passed over hold no
  negation, exception, condition or modal, and no number if the next part has one; whole sentences may be passed over
  only between a sentence's end and another's beginning, and never one with a negation or exception.
- without an ellipsis, only page furniture (page numbers, running heads) on lines of its own, or an enumerator such as
  "12.1" or "(a)", may lie between two parts, at most 300 characters of it.

Most of a quote (`mostly`): one contiguous run of at least 80 % of its words, beginning (if words before it are missing) and
ending (if words after it are missing) at a sentence's border in the text, so that no word of the text was replaced. The
rest holds no number, negation, condition, modal, "and" or "or"; none of its words stands just beyond that border (they
would have been moved or thinned out), and two words or more of it stand nowhere in the text (that would be a splice). The
span is the run only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.evidence.fold import FoldedText
from analysis.evidence.grade import Match, grade
from analysis.evidence.words import FILLERS, MODALS, counts, negates, turns, words_of
from proviso.text import Span

MAX_ELLIPSIS_CHARS = 600
MAX_FURNITURE_CHARS = 300
MAX_PARTS = 6
MAX_STARTS = 60
MIN_PART_LETTERS = 8
MIN_RUN_WORDS = 5
MIN_SHARE = 0.8
SPLICE_WORDS = 2
BEYOND_CHARS = 80
JOINING = frozenset({"and", "or"})

DOTS = r"(?:\.\s?){3,}|\u2026"
ELLIPSIS = re.compile(
    rf"\s*(?:\[\s*(?:{DOTS}|omitted|snip)\s*\]|\(\s*(?:{DOTS})\s*\)|{DOTS}|<omitted>|\*\s\*\s\*)\s*", re.IGNORECASE
)
SENTENCE_BREAK = re.compile(r"[.;:!?][\"'”’)\]]*\s+[\"'“‘(\[]*[A-Z0-9(]|\n\s*\n")
SENTENCE_END = re.compile(r"[\"'”’)\]]*\s*[.;!?][\"'”’)\]]*(?:\s|$)|\s*\n\s*\n|\s*$")
SENTENCE_START = re.compile(r"(?:^|[.;!?][\"'”’)\]]*\s+|\n\s*\n\s*)(?:\(?\w{1,4}[.)]\s+)?[\"'“‘(\[]*$")
ENUMERATOR = re.compile(
    r"[\s.;:,]*(?:\(\w{1,4}\)|\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}[.)]|[a-zA-Z][.)]|[ivxlcIVXLC]{1,6}[.)]|[•·▪◦‣*-])\s+[\"'“‘]?"
)
PAGE_NUMBER = re.compile(
    r"[\s\-–—|.\[\]()/]*(?:page|pg|p)?[\s.]*(?:\d{1,4}|[ivxlc]{1,6}|[a-z]-\d{1,3})(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—|.\[\]()]*",
    re.IGNORECASE,
)
RUNNING_HEAD_CHARS = 8


def in_parts(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    """The stretch that holds all parts of the quote, or None."""
    pieces = [piece for piece in ELLIPSIS.split(quote.text) if words_of(piece)]
    if len(pieces) > MAX_PARTS:
        return None
    if len(pieces) > 1:
        return _elided([FoldedText(piece) for piece in pieces], source, prefer)
    if pieces and pieces[0] != quote.text:
        return _whole(FoldedText(pieces[0]), source, prefer)
    return _interrupted(quote, source, prefer)


def mostly(quote: FoldedText, source: FoldedText, prefer: Sequence[Span]) -> Span | None:
    """The run of the quote that stands in the text, if it is most of it and the rest is harmless."""
    ends = _word_ends(quote)
    spare = int(len(ends) * (1 - MIN_SHARE) + 1e-9)
    if spare == 0 or len(ends) < MIN_RUN_WORDS:
        return None
    starts = [0, *ends[:-1]]
    core = starts[spare], starts[-spare]
    middle = quote.letters[slice(*core)]
    if len(middle) < MIN_PART_LETTERS:
        return None
    for at in _starts(middle, source, prefer):
        before = sum(source.letters.endswith(quote.letters[start : core[0]], 0, at) for start in starts[:spare])
        after = sum(source.letters.startswith(quote.letters[core[1] : end], at + len(middle)) for end in ends[-spare:])
        first, stop = starts[spare - before], core[1] if after == 0 else ends[after - spare - 1]
        enough = before + after + len(ends) - 2 * spare >= MIN_SHARE * len(ends)
        if enough and (span := _run(quote, source, (first, stop), at - (core[0] - first))):
            return span
    return None


def _run(quote: FoldedText, source: FoldedText, run: tuple[int, int], at: int) -> Span | None:
    """Letters `run` of the quote, which stand at letter `at`, if they may stand for the whole quote."""
    first, stop = run
    start = quote.places[first] if first else 0
    end = quote.end_of(stop - 1) if stop < len(quote) else len(quote.text)
    match = grade(FoldedText(quote.text[start:end]), source, at)
    if match is None or (first > 0 and not _at_sentence_start(source, match.span.start)):
        return None
    if stop < len(quote) and not SENTENCE_END.match(source.text, match.span.end):
        return None
    before = source.text[max(0, match.span.start - BEYOND_CHARS) : match.span.start]
    after = source.text[match.span.end : match.span.end + BEYOND_CHARS]
    harmless = _adds_nothing(quote.text[:start], before, source) and _adds_nothing(quote.text[end:], after, source)
    return match.span if harmless else None


def _adds_nothing(rest: str, beyond: str, source: FoldedText) -> bool:
    """May these words of a quote, at its edge, be left unproven?"""
    words = set(words_of(rest))
    if (
        turns(rest)
        or counts(rest)
        or ENUMERATOR.match(rest)
        or words & JOINING
        or (words - FILLERS) & set(words_of(beyond))
    ):
        return False
    return len(words_of(rest)) < SPLICE_WORDS or FoldedText(rest).letters not in source.letters


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
    """All words of the quote, with page furniture or an enumerator of the text between two of them."""
    ends = _word_ends(quote)
    for at, words in _prefixes(quote.letters, ends, source, (0, len(source)), prefer):
        span = _continue(quote, (ends, words), source, at, MAX_PARTS)
        if span:
            return span
    return None


def _continue(quote: FoldedText, split: tuple[list[int], int], source: FoldedText, at: int, parts: int) -> Span | None:
    """The head of `quote` stands at letter `at`; the rest must follow after furniture."""
    ends, words = split
    cut = ends[words - 1]
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
    if len(lines) < 3 or lines[0].strip(" \t.,;:-\u00ad") or lines[-1].strip(" \t\"'“‘("):
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
