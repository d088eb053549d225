"""Each true quote in twelve spoilt forms and twelve altered senses, and what verification says (evals).

Spoilt in form, a quote must verify at its true place: the span found and the true one share at least 95 % of what either covers.
Where the same words stand twice in the passage that the model read, nothing tells which it quoted: such a twin counts as true.
Altered in meaning it must not verify at all. A quote is resolved as in an answer, with a packed passage around its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from random import Random

from analysis.evidence.fold import FoldedText
from analysis.evidence.resolve import is_short, resolve
from evals.quotes.alterations import ALTERATIONS
from evals.quotes.forms import FORMS
from evals.quotes.truths import Source, Truth
from proviso.text import Span

FURNITURE = "page furniture"
KINDS = (*FORMS, FURNITURE)
SAME_PLACE = 0.95
PASSAGE_CHARS = 3_000
NEAR_CHARS = 40_000
WORD = re.compile(r"[^\W_]+")
CLAUSE_NUMBER = re.compile(r"(?<!\S)(?:\(\w{1,4}\)|\d+(?:\.\d+)+\.?|\d{1,2}\.|[a-z]\))(?=\s)")
ENUMERATOR = re.compile(r"\(?(?:\d+(?:\.\d+)*|\w{1,4})[.)]+|[\d.]+|\W+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One quote and what became of it. `wrong` is empty where all is well."""

    kind: str
    origin: str
    source: str
    quote: str
    state: str
    wrong: str
    true: str
    found: str = ""


def spoilt(truths: Sequence[Truth], number: int, seed: int) -> list[Verdict]:
    """`number` true quotes, evenly over the kinds; those across a page break of a PDF are of the kind `page furniture`."""
    rng, out, used = Random(seed), list[Verdict](), set[int]()
    natural = [at for at, truth in enumerate(truths) if truth.origin == "pdf page break"]
    for kind, share in _shares(KINDS, number):
        order = [*natural, *range(len(truths))] if kind == FURNITURE else range(len(truths))
        for at in _unused(order, used, set(natural) if kind != FURNITURE else set(), share):
            made = _furnished(truths[at], rng) if kind == FURNITURE else _formed(FORMS[kind], truths[at], rng)
            if made is None:
                continue
            used.add(at)
            out.append(_judged(kind, *made))
            if sum(each.kind == kind for each in out) == share:
                break
    return out


def altered(truths: Sequence[Truth], number: int, seed: int) -> list[Verdict]:
    """`number` quotes that say what their document does not say, evenly over the kinds."""
    rng, out = Random(seed), list[Verdict]()
    plain = [truth for truth in truths if truth.origin != "pdf page break"]
    others: dict[str, list[Truth]] = {}
    for truth in plain:
        others.setdefault(truth.source.name, []).append(truth)
    for kind, share in _shares(list(ALTERATIONS), number):
        rng.shuffle(plain)
        made, seen = 0, set[tuple[str, str]]()
        # A quote may be altered in several places; twice as many tries as quotes are enough for each kind.
        for truth in (*plain, *plain):
            other = rng.choice(others[truth.source.name])
            quote = ALTERATIONS[kind](truth.quote, other.quote if other is not truth else "", rng)
            if made == share:
                break
            if quote and (truth.source.name, quote) not in seen and _says_another_thing(quote, truth):
                made += 1
                seen.add((truth.source.name, quote))
                out.append(_refused(kind, quote, truth))
    return out


def _shares(kinds: Sequence[str], number: int) -> list[tuple[str, int]]:
    return [(kind, number // len(kinds) + (at < number % len(kinds))) for at, kind in enumerate(kinds)]


def _unused(order: Sequence[int], used: set[int], kept: set[int], share: int) -> Iterator[int]:
    """Truths not used for another kind; when these run out, the others a second time."""
    yield from (at for at in order if at not in used and at not in kept)
    yield from (at for at in order if at not in kept)


def _formed(form: Callable[[str, Random], str | None], truth: Truth, rng: Random) -> tuple[Truth, str] | None:
    quote = form(truth.quote, rng)
    return (truth, quote) if quote is not None and quote != truth.quote else None


def _furnished(truth: Truth, rng: Random) -> tuple[Truth, str] | None:
    """A quote that goes on behind a page break; where the source has none, one is put into a copy of its surroundings."""
    if truth.origin == "pdf page break":
        return truth, truth.quote
    if truth.origin.startswith("pdf"):
        return None
    text, gaps = truth.source.text, [match.start() for match in re.finditer(r"(?<=[a-z,]) (?=[a-z])", truth.quote)]
    if not gaps:
        return None
    cut = truth.span.start + rng.choice(gaps)
    low, high = max(0, truth.span.start - NEAR_CHARS), truth.span.end + NEAR_CHARS
    page = rng.randint(2, 80)
    head = rng.choice(("", f"\nSource: ACME HOLDINGS, 10-Q, {page}/2/2010", "\nMaster Supply Agreement - Confidential"))
    foot = rng.choice((f"\n{page}", f"\nPage {page} of 90", f"\n- {page} -", f"\n\f{page}"))
    first, last = f"{head.strip()}\n\n{text[low:cut]}", f"{text[cut + 1 : high]}\n{head.strip()}\n"
    between = f"\n{foot}{head}\n\n"
    before = len(head.strip()) + 2
    folded = FoldedText(first + between + last, [0, len(first) + len(between)])
    start = truth.span.start - low + before
    span = Span(start, start + len(truth.quote) + len(between) - 1)
    return Truth(Source(truth.source.name, folded), span, truth.quote, truth.origin), truth.quote


def _judged(kind: str, truth: Truth, quote: str) -> Verdict:
    found = resolve(quote, truth.source.folded, prefer=[passage(truth)])
    wrong = "not verified" if found.span is None else ""
    text, packed = truth.source.text, passage(truth)
    if found.span is not None and _shared(found.span, truth.span) < SAME_PLACE:
        same = _words(found.span.of(text)) == _words(truth.span.of(text))
        wrong = "" if same and packed.contains(found.span) else "same words elsewhere" if same else "other place"
    shown = found.span.of(text) if found.span else ""
    return Verdict(kind, truth.origin, truth.source.name, quote, found.state, wrong, truth.span.of(text), shown)


def _refused(kind: str, quote: str, truth: Truth) -> Verdict:
    found = resolve(quote, truth.source.folded, prefer=[passage(truth)])
    wrong = "" if found.span is None else "verified"
    shown = found.span.of(truth.source.text) if found.span else ""
    return Verdict(kind, truth.origin, truth.source.name, quote, found.state, wrong, truth.quote, shown)


def passage(truth: Truth) -> Span:
    """The packed passage in which the model read the quote; its borders are not centred on the quote."""
    before = (truth.span.start * 7919) % PASSAGE_CHARS
    return Span(max(0, truth.span.start - before), truth.span.end + PASSAGE_CHARS - before)


def _shared(one: Span, other: Span) -> float:
    both = min(one.end, other.end) - max(one.start, other.start)
    return max(0, both) / (max(one.end, other.end) - min(one.start, other.start))


def _says_another_thing(quote: str, truth: Truth) -> bool:
    """Not by chance true elsewhere, not the same words, and not only without an enumerator; long enough to be judged."""
    ours, theirs = _words(quote), _words(truth.quote)
    if ours == theirs or is_short(FoldedText(quote)) or _stands_in(quote, truth.source.text):
        return False
    lost = list(quote.split())
    gone = [word for word in truth.quote.split() if word not in lost]
    added = [word for word in lost if word not in truth.quote.split()]
    return not (gone and not added and all(ENUMERATOR.fullmatch(word) for word in gone))


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _stands_in(quote: str, text: str) -> bool:
    forms = (_words(quote), _words(CLAUSE_NUMBER.sub(" ", quote)))
    return any(f" {' '.join(words)} " in _all_words(text) for words in forms)


@lru_cache(maxsize=64)
def _all_words(text: str) -> str:
    """The words of a text, with and without the numbers of its clauses."""
    return f" {' '.join(_words(text))} | {' '.join(_words(CLAUSE_NUMBER.sub(' ', text)))} "


def in_turn(truths: Sequence[Truth], number: int) -> Iterator[Truth]:
    """Truths over and over, for timing."""
    turns = cycle(truths)
    return (next(turns) for _ in range(number))
