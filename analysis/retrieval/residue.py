"""What a question asks apart from the names in it (floor 4, pure): clauses that only name a document go, and names inside others.

"In our deal with Vericel, who pays for recalls?" is searched as "who pays for recalls?". Where nothing would be left, nothing goes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from proviso.names import Word, words_of

_LITTLE = """
a an the and of by between among with in on under for from my our their its this that to at per re i we mean is it not inc llc ltd corp co
consider regarding concerning looking about agreement contract document file
"""
_GLUE = frozenset(_LITTLE.split())
"""Words that a clause may hold besides a name and still ask nothing."""
_OPENS = re.compile(
    r"\s*(?:consider|regarding|concerning|re|in|under|for|from|per|with|looking|according|about|take|given|on|i mean|this is)\b",
    re.IGNORECASE,
)
_ASKING = r"what|is|are|does|do|did|can|could|may|must|shall|will|would|how|who|whom|whose|when|where|which|why|if"
_CUT = re.compile(rf"(?<=[;:])\s+|(?<=[!?])\s+|(?<=[a-z]\.)\s+(?=[A-Z\"“])|(?<=,)\s+(?=(?i:{_ASKING})\b)|\s+[-–—]+\s+")
_FORMS = frozenset(
    "inc incorporated llc ltd limited corp corporation co company plc gmbh agreement contract pdf docx txt html md".split()
)
"""What follows a name and belongs to it."""
_JOINS = frozenset("and of by between among with the".split()) | _FORMS
_LEADS = frozenset("the our my their its between and with in of under for from by this".split())


def residue(question: str, naming: frozenset[int]) -> str:
    """`question` without the words at the places `naming` (of `words_of`), and without what only leads to them or joins them."""
    words = words_of(question)
    names = [words[place] for place in sorted(naming)]
    if not names:
        return question
    kept = [_without(question, part, names) for part in _parts(question) if not _only_names(question, part, names)]
    rest = " ".join(" ".join(kept).split())
    return rest if any(word.text not in _GLUE for word in words_of(rest)) else question


def _parts(question: str) -> list[tuple[int, int]]:
    """The clauses of a question."""
    cuts = [0, *(found.end() for found in _CUT.finditer(question)), len(question)]
    return [(start, end) for start, end in itertools.pairwise(cuts) if question[start:end].strip()]


def _only_names(question: str, part: tuple[int, int], names: Sequence[Word]) -> bool:
    """Whether a clause does nothing but name a document."""
    inside = [word for word in names if part[0] <= word.start and word.end <= part[1]]
    text = question[slice(*part)]
    if not inside or "?" in text:
        return False
    rest = sum(word.text not in _GLUE for word in words_of(text))
    left = rest - sum(word.text not in _GLUE for word in inside)
    return bool(_OPENS.match(text)) or left <= len(inside)


def _without(question: str, part: tuple[int, int], names: Sequence[Word]) -> str:
    """A clause without its names, and without the little words before, between and after them."""
    text = question[slice(*part)]
    words = words_of(text)
    places = {word.start - part[0] for word in names}
    out = [word.start in places for word in words]
    for at in range(1, len(words)):
        if not out[at] and out[at - 1] and words[at].text in _JOINS:
            out[at] = words[at].text in _FORMS or _another(out, words, at)
    for at in range(len(words) - 2, -1, -1):
        out[at] = out[at] or (out[at + 1] and words[at].text in _LEADS)
    kept, last = [], 0
    for word, gone in zip(words, out, strict=True):
        if gone:
            kept.append(text[last : word.start])
            last = word.end
    return "".join([*kept, text[last:]])


def _another(out: Sequence[bool], words: Sequence[Word], at: int) -> bool:
    """Whether after joining words another name comes."""
    while at < len(words) and not out[at] and words[at].text in _JOINS:
        at += 1
    return at < len(words) and out[at]
