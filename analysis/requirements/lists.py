"""Lists and what leads them in (floor 4, pure): "The system shall: (a) …; and (b) …", "by one of the following: …".

Splitting a list of alternatives into rows is as wrong as losing its items: whether all items bind, one of them, any, or whether
they are examples is read from the lead-in and the items' last words, and is "unsaid" where neither tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.requirements.requirement import Keyword, Logic
from analysis.requirements.sentences import Sentence

TAIL_CHARS = 200
FEW_WORDS = 5
MOST_BETWEEN = 40
MOST_SENTENCES = 500
DEEPEST = 6
"""Lists may be hostile: an end to what is read as one, and to lists inside lists."""

NUMBERED = re.compile(r"(?P<before>\(?)(?:(?P<digits>\d{1,3})|(?P<letter>[a-z]))(?P<after>[.)])")
EXAMPLES = re.compile(
    r"\b(?:includ(?:e|es|ing)|such\s+as|for\s+example|examples?|e\.g\.|for\s+instance)\b", re.IGNORECASE
)
ONE = re.compile(
    r"\b(?:(?:exactly\s+|only\s+)?one\s+of|either(?:\s+of)?|one\s+or\s+the\s+other|a\s+choice\s+of|one\s[^:]{1,120}\bfrom\s+the\s+following)\b",
    re.IGNORECASE,
)
ANY = re.compile(r"\b(?:any|at\s+least\s+one|one\s+or\s+more)\b", re.IGNORECASE)
ALL = re.compile(
    r"\b(?:all|each|every|both|steps?|algorithm|as\s+follows"
    r"|following\s+(?:\w+\s+)?(?:requirements|conditions|rules|actions|information|properties|characteristics|criteria|functions|constraints))\b",
    re.IGNORECASE,
)
FOLLOWING = re.compile(r"\b(?:following|follows|below|these)\b", re.IGNORECASE)
OR = re.compile(r"(?:\bor|;\s*or|,\s*or)\s*$", re.IGNORECASE)
AND = re.compile(r"(?:\band|;\s*and|,\s*and)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """A lead-in and the items of its list, each as its sentences; by their place among all sentences."""

    lead_in: int
    items: tuple[tuple[int, ...], ...]


def listings(text: str, found: Sequence[Sentence]) -> list[Listing]:
    """The lists that a sentence ending in ":" leads in. A list inside an item belongs to that item and to no other."""
    out: list[Listing] = []
    for at, sentence in enumerate(found):
        if (
            sentence.row is None
            and sentence.span.of(text).rstrip("*_ ").endswith(":")
            and (items := _items(text, found, at))
        ):
            out.append(Listing(at, tuple(map(tuple, items))))
    return out


def logic_of(text: str, found: Sequence[Sentence], listing: Listing, start: int, keywords: Sequence[Keyword]) -> Logic:
    """How the items of a list belong together. What leads them in begins at `start`, and `keywords` are its key words."""
    lead_in = found[listing.lead_in].span
    tail = text[max(start, lead_in.end - TAIL_CHARS) : lead_in.end]
    for pattern, logic in _SAID:
        if pattern.search(tail):
            return logic
    if joined := _joined_by(text, found, listing):
        return joined
    if keywords and keywords[-1].strength == "may":
        return "any"
    last = keywords[-1].span.end if keywords else lead_in.start
    broken_off = not FOLLOWING.search(tail) and len(text[last : lead_in.end].split()) <= FEW_WORDS
    return "all" if ALL.search(tail) or (keywords and broken_off) else "unsaid"


_SAID: tuple[tuple[re.Pattern[str], Logic], ...] = ((EXAMPLES, "examples"), (ONE, "one"), (ANY, "any"))


def _joined_by(text: str, found: Sequence[Sentence], listing: Listing) -> Logic | None:
    """What the last word of an item says: "; or" or "; and"."""
    for item in listing.items[:-1]:
        words = found[item[-1]].span.of(text)
        if OR.search(words):
            return "one"
        if AND.search(words):
            return "all"
    return None


def _items(text: str, found: Sequence[Sentence], lead_in: int) -> list[list[int]]:
    """The items below a lead-in: while markers go on, up to the marker of a list around it. What stands between two items belongs
    to the one before: a list of its own, numbered anew or not, and paragraphs, when a later marker says that the list goes on."""
    around = found[lead_in].marker
    items: list[list[int]] = []
    open_: list[str] = []
    until = 0
    for at in range(lead_in + 1, min(len(found), lead_in + 1 + MOST_SENTENCES)):
        marker = found[at].marker
        if marker and not open_:
            if _kind(marker) == _kind(around) and not _is_first(marker):
                break
            open_ = [marker]
            items.append([at])
        elif marker and around and marker == _after(around):
            break
        elif marker and _kind(marker) == _kind(open_[0]) and _opened(open_, marker):
            items.append([at])
        elif items and (_belongs(found, at) or at < until or (until := _goes_on_at(text, found, at, open_[0]))):
            items[-1].append(at)
        else:
            break
    return items


def _opened(open_: list[str], marker: str) -> bool:
    """Whether a marker of the list's kind is one of its own items; "1." below "3." opens a list inside that item, which "4." or
    the number after its own last goes on with. `open_` holds the last marker of each list that is open, the outermost first."""
    if len(open_) < DEEPEST and _is_first(marker) and _after(open_[-1]) != marker and _after(marker) is not None:
        open_.append(marker)
        return False
    for depth in range(len(open_) - 1, -1, -1):
        if _after(open_[depth]) == marker:
            open_[depth:] = [marker]
            return depth == 0
    open_[:] = [marker]
    return True


def _belongs(found: Sequence[Sentence], at: int) -> bool:
    """Whether a sentence plainly belongs to the item above it: an item of another kind, or further words on its line."""
    return found[at].row is None and (found[at].item or found[at].line == found[at - 1].line)


def _goes_on_at(text: str, found: Sequence[Sentence], at: int, last: str) -> int:
    """Where the marker stands that comes after `last`: with no heading, no row of a table and no new lead-in before it; else 0."""
    following = _after(last)
    for each in range(at, min(len(found), at + MOST_BETWEEN) if following else at):
        if found[each].marker == following:
            return each
        begins = _is_first(found[each].marker) and not found[each - 1].item
        new = begins and len(found[each - 1].span.of(text).split()) > FEW_WORDS
        if new or found[each].row is not None or found[each].line > found[each - 1].line + 1:
            return 0
    return 0


@lru_cache(maxsize=4096)
def _after(marker: str) -> str | None:
    """The marker that follows: "(b)" after "(a)"; None where there is no order."""
    number = NUMBERED.fullmatch(marker)
    if number is None or number["letter"] == "z":
        return None
    name = str(int(number["digits"]) + 1) if number["digits"] else chr(ord(number["letter"]) + 1)
    return f"{number['before']}{name}{number['after']}"


@lru_cache(maxsize=4096)
def _is_first(marker: str) -> bool:
    return marker.strip("().").lower() in ("1", "a", "i")


@lru_cache(maxsize=4096)
def _kind(marker: str) -> str:
    """What the markers of one list have in common: "(a)" and "(b)", "1." and "2."."""
    if not marker:
        return ""
    bare = re.sub(r"\d+", "1", marker)
    if bare.strip("().").lower() in ROMAN_AFTER_ONE:
        return re.sub(r"[A-Za-z]+", "i", bare)
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+", "A", bare))


ROMAN_AFTER_ONE = ("i", "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii")
