"""How alike a quote and one place of a text are (floor 4, pure), and whether the place may stand alone.

The letters are already known to be equal (`fold`); this looks at what lies between them and at both ends. A match is
refused when it cuts a word, a number or an amount in two, or when it begins right after a negation or exception that
belongs to it ("non-exclusive license" does not prove "exclusive license").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from analysis.evidence.fold import DASHES, FoldedText, plain_gap
from analysis.evidence.words import CONTRACTED_NOT, MODALS, NEGATING_PREFIXES, NEGATIONS, NUMBER_WORDS, SCALES, words_of
from proviso.text import Span

NEAR_CHARS = 48
EDGE_CHARS = 120
COMPARISONS = frozenset("<>=≤≥≠≈~±+")
AFTER_A_NUMBER = frozenset("%‰°")
UNSPACED_SCRIPTS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0003ffff]")
NO_SPACE = str.maketrans({" ": None, '"': "'"})
JOINED = frozenset({"", "-", "- "})
POSTPOSED = frozenset({"not", "never"})
HEADINGS = frozenset({"exception", "exceptions"})
"""Words that would turn what follows round, were they not the heading above it."""


class Likeness(IntEnum):
    """How a quote and a place differ, best first. LOOSE: punctuation or a space inside a word; nothing else ever."""

    EXACT = 0
    FOLDED = 1
    LOOSE = 2


@dataclass(frozen=True, slots=True)
class Match:
    """A place of the text that holds the quote: its span, and the indexes of its first and last letter."""

    span: Span
    likeness: Likeness
    first: int
    last: int


def grade(quote: FoldedText, source: FoldedText, at: int) -> Match | None:
    """The quote against the letters of `source` from index `at` on; None when they differ in more than form, or may not stand alone."""
    first, last = at, at + len(quote) - 1
    start, end = (
        source.places[first] - quote.places[0],
        source.end_of(last) + len(quote.text) - quote.end_of(len(quote) - 1),
    )
    if not (_begins_well(quote, source, first) and _ends_well(quote, source, last)):
        return None
    if start >= 0 and source.text[start:end] == quote.text:
        return Match(Span(start, end), Likeness.EXACT, first, last)
    inner = _inside(quote, source, at)
    edges = _edges(quote, source, first, last)
    if inner is None or edges is None:
        return None
    span, outer = edges
    return Match(span, max(inner, outer), first, last)


def _inside(quote: FoldedText, source: FoldedText, at: int) -> Likeness | None:
    worst = Likeness.FOLDED
    for i in range(len(quote) - 1):
        ours, theirs = quote.gap(i), source.gap(at + i)
        if ours == theirs:
            continue
        found = compare_gaps(plain_gap(theirs), plain_gap(ours), quote.letters[i], quote.letters[i + 1])
        if found == "split":
            found = "loose" if _split_is_harmless(quote, source, i, at) else None
        if found is None:
            return None
        if found == "loose":
            worst = Likeness.LOOSE
    return worst


@lru_cache(maxsize=65_536)
def compare_gaps(theirs: str, ours: str, left: str, right: str) -> str | None:
    """`same` | `loose` (punctuation differs) | `split` (a space or hyphen inside a word) | None (another thing is said)."""
    if theirs == ours:
        return "same"
    if left.isalpha() and right.isalpha() and {theirs, ours} <= JOINED:
        return "same" if "- " in {theirs, ours} else "split"
    if {theirs, ours} == {"", " "}:
        return _spacing(left, right)
    if _changes_a_number(theirs, ours, left, right):
        return None
    if theirs.translate(NO_SPACE) == ours.translate(NO_SPACE):
        return "same"
    return "loose" if " " in theirs and " " in ours else _without_a_space(theirs, ours, left, right)


def _spacing(left: str, right: str) -> str | None:
    """A space on one side only: harmless beside a sign and between a letter and a digit, never between digits."""
    if left.isdigit() and right.isdigit():
        return None
    return "split" if left.isalpha() and right.isalpha() else "same"


def _changes_a_number(theirs: str, ours: str, left: str, right: str) -> bool:
    """Do two different gaps beside a digit make it another number: 1,000 and 1 000, -5 and 5, 5' and 5"?"""
    if left.isdigit() and right.isdigit():
        if theirs.translate(NO_SPACE) != ours.translate(NO_SPACE):
            return not (" " in theirs and " " in ours)
        return theirs.strip() in {".", ",", ":", "'", '"'}
    if right.isdigit() and theirs[-1:] != ours[-1:] and {theirs[-1:], ours[-1:]} & {"-", "."}:
        return True
    return left.isdigit() and theirs[:1] != ours[:1] and bool({theirs[:1], ours[:1]} & {"'", '"'})


def _without_a_space(theirs: str, ours: str, left: str, right: str) -> str | None:
    """Punctuation against none, with no space on one side: "clients" is not "client's", but "and/or" may be "and or"."""
    if not (left.isalnum() and right.isalnum()):
        return "loose"
    return None if "" in {theirs, ours} else "loose"


def _split_is_harmless(quote: FoldedText, source: FoldedText, i: int, at: int) -> bool:
    """ "Sup plier" is "Supplier", but "not able" is not "notable" and "un able" is not "able"."""
    for text in (quote.text, source.text):
        folded, index = (quote, i) if text is quote.text else (source, at + i)
        cut = folded.end_of(index)
        left = words_of(text[max(0, cut - NEAR_CHARS) : cut])
        right = words_of(text[folded.places[index + 1] : folded.places[index + 1] + NEAR_CHARS])
        near = {*left[-1:], *right[:1]}
        if near & (NEGATIONS | MODALS | NEGATING_PREFIXES | {"a", "an", "any", "re"}):
            return False
    return True


def _edges(quote: FoldedText, source: FoldedText, first: int, last: int) -> tuple[Span, Likeness] | None:
    """The span with the punctuation that the quote has at its ends, where the text has it too."""
    lead, trail = (
        plain_gap(quote.text[: quote.places[0]]).strip(),
        plain_gap(quote.text[quote.end_of(len(quote) - 1) :]).strip(),
    )
    start, end = source.places[first], source.end_of(last)
    likeness = Likeness.FOLDED
    if lead and (found := _leading(source.before(first), lead)) is not None:
        start -= found
    elif lead.strip("'\""):
        if quote.letters[0].isdigit() and lead[-1] in "-.":
            return None
        likeness = Likeness.LOOSE
    if trail and (found := _trailing(source.after(last), trail)) is not None:
        end += found
    elif trail.strip("'\""):
        likeness = Likeness.LOOSE
    return Span(start, end), likeness


def _leading(gap: str, wanted: str) -> int | None:
    """How many characters at the end of `gap` are `wanted`; a rule of dashes is taken whole."""
    ends = (n for n in range(min(len(gap), EDGE_CHARS), 0, -1) if not gap[-n].isspace())
    return next((n for n in ends if plain_gap(gap[-n:]).strip() == wanted), None)


def _trailing(gap: str, wanted: str) -> int | None:
    ends = (n for n in range(min(len(gap), EDGE_CHARS), 0, -1) if not gap[n - 1].isspace())
    return next((n for n in ends if plain_gap(gap[:n]).strip() == wanted), None)


def _begins_well(quote: FoldedText, source: FoldedText, first: int) -> bool:
    if first == 0:
        return True
    raw, left, right = source.before(first), source.letters[first - 1], source.letters[first]
    gap = plain_gap(raw)
    if _cuts(raw, gap, left, right) or (right.isdigit() and _has_a_sign(gap, left, quote)):
        return False
    if gap.strip("- '\","):
        return True
    before = source.text[max(0, source.places[first] - NEAR_CHARS) : source.places[first]]
    previous = words_of(before)[-1:]
    if "\n" in raw and previous and previous[0] in HEADINGS and source.text[source.places[first]].isupper():
        return True
    if set(previous) & NEGATIONS or CONTRACTED_NOT.search(" ".join(before.split()[-1:])):
        return False
    return not (set(previous) & NUMBER_WORDS and set(words_of(quote.text)[:1]) & (NUMBER_WORDS | SCALES))


def _has_a_sign(gap: str, left: str, quote: FoldedText) -> bool:
    """Does the number before which the match begins carry a sign or a comparison that the quote leaves out?"""
    lead = plain_gap(quote.text[: quote.places[0]])
    signed = gap[-1:] in {"-", "."} and gap[-2:-1] in {" ", "("} and lead[-1:] != gap[-1:]
    return signed or (left in COMPARISONS and not gap.strip())


def _ends_well(quote: FoldedText, source: FoldedText, last: int) -> bool:
    if last + 1 >= len(source):
        return True
    raw, left, right = source.after(last), source.letters[last], source.letters[last + 1]
    gap = plain_gap(raw)
    if _cuts(raw, gap, left, right):
        return False
    following = words_of(source.text[source.places[last + 1] : source.places[last + 1] + NEAR_CHARS])[:1]
    if not gap.strip() and set(following) & POSTPOSED:
        return False
    if left.isdigit() or set(words_of(quote.text)[-1:]) & NUMBER_WORDS:
        measured = right in AFTER_A_NUMBER and not gap.strip()
        return not measured and not (gap.strip() in {"", ")"} and set(following) & SCALES)
    return True


def _cuts(raw: str, gap: str, left: str, right: str) -> bool:
    """Does a match that ends or begins here cut a word, a compound or a number in two?"""
    if not (left.isalnum() and right.isalnum()) or UNSPACED_SCRIPTS.match(left) or UNSPACED_SCRIPTS.match(right):
        return False
    if left.isdigit() and right.isdigit() and gap in {".", ",", ":", "/", "-", "'"}:
        return True
    if gap == "-" or (gap == "- " and left.isalpha() and right.isalpha()):
        return not any(dash in raw for dash in DASHES)
    return gap == ""
