"""What a question asks apart from the names in it (floor 4, pure): clauses that only name a document go, and names inside others.

"In our deal with Vericel, who pays for recalls?" is searched as "who pays for recalls?". Where nothing would be left, nothing goes.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

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
_DASH = re.compile(r"\s+[-–—]+\s+")
_CUT = re.compile(
    rf"(?<=[;:])\s+|(?<=[!?])\s+|(?<=[a-z]\.)\s+(?=[A-Z\"“])|(?<=,)\s+(?=(?i:{_ASKING})\b)|{_DASH.pattern}"
)
_FORMS = frozenset(
    "inc incorporated llc ltd limited corp corporation co company plc gmbh agreement contract pdf docx txt html md".split()
)
"""What follows a name and belongs to it."""
_TRAILING = "_-"
_MARKS = {"(": ")", "[": "]", "{": "}", '"': '"', "“": "”", "„": "“”", "«": "»", "'": "'", "‘": "’", "`": "`'"}
"""What a name may stand in, with what may close it."""
_JOINS = frozenset("and of by between among with the".split()) | _FORMS
_LEADS = frozenset("the our my their its between and with in of under for from by this".split())


def residue(question: str, naming: frozenset[int]) -> str:
    """`question` without the words at the places `naming` (of `words_of`), and without what only leads to them or joins them."""
    words = words_of(question)
    names = [words[place] for place in sorted(naming)]
    if not names:
        return question
    parts = _parts(question, words, naming)
    asking = [part for part in parts if not _only_names(question, part, names)]
    rests = (" ".join(_without(question, part, names) for part in some) for some in (asking, parts))
    return next((" ".join(rest.split()) for rest in rests if _asks(rest)), question)


def _asks(text: str) -> bool:
    return any(word.text not in _GLUE for word in words_of(text))


def _parts(question: str, words: Sequence[Word], naming: frozenset[int]) -> list[tuple[int, int]]:
    """The clauses of a question. A dash inside a name, as file names have it, parts none."""
    ends = [word.end for word in words]
    cuts = [0]
    for found in _CUT.finditer(question):
        after = bisect_right(ends, found.start())
        if not (_DASH.fullmatch(found.group()) and {after - 1, after} <= naming):
            cuts.append(found.end())
    cuts.append(len(question))
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
    for start, end in _gone(text, words, out):
        kept.append(text[last:start])
        last = end
    return " ".join([*kept, text[last:]])


def _gone(text: str, words: Sequence[Word], out: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """What goes with the words that are `out`: whatever stands between two of them in a row, and the quotation marks, brackets and
    underscores around them."""
    for is_out, group in itertools.groupby(zip(words, out, strict=True), key=lambda each: each[1]):
        if is_out:
            run = [word for word, _ in group]
            yield _bared(text, run[0].start, run[-1].end)


def _bared(text: str, start: int, end: int) -> tuple[int, int]:
    """`[start, end)` with what belongs to a name on both sides of it."""
    while True:
        start = len(text[:start].rstrip(_TRAILING))
        end = len(text) - len(text[end:].lstrip(_TRAILING))
        before, after = text[start - 1 : start], text[end : end + 1]
        if after and any(after in closing and _is_open(text[start:end], mark) for mark, closing in _MARKS.items()):
            end += 1
        elif after and after in _MARKS.get(before, ""):
            start, end = start - 1, end + 1
        else:
            return start, end


def _is_open(inside: str, mark: str) -> bool:
    """Whether a quotation mark or bracket is opened inside and not closed."""
    closing = _MARKS[mark]
    if mark in closing:
        return inside.count(mark) % 2 == 1
    return inside.rfind(mark) > max(map(inside.rfind, closing))


def _another(out: Sequence[bool], words: Sequence[Word], at: int) -> bool:
    """Whether after joining words another name comes."""
    while at < len(words) and not out[at] and words[at].text in _JOINS:
        at += 1
    return at < len(words) and out[at]
