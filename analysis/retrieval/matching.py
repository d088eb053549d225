"""Which words of a question are names of one document (floor 4, pure), and how much they say together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from proviso.names import Alias, AliasKind, Word, squeezed


@dataclass(frozen=True, slots=True)
class NamingWeights:
    """How much each kind of name says. Set by hand, looking at the names in the labelled questions of CUAD and ContractNLI and at the tune
    half of those that name nothing; no weight depends on what is asked."""

    party: float = 4.0
    part: float = 3.0
    short: float = 2.0
    coined: float = 2.0
    word: float = 1.5
    title: float = 0.7
    title_word: float = 0.4
    """For each word of the title: "Supply Agreement" says 1.5, a long title more than a party."""
    file: float = 3.0
    file_char: float = 0.25
    quoted: float = 12.0
    """For a file name that stands in quotation marks, by itself."""
    nearness: float = 2.0
    """For the document whose names and opening are nearest to the question by BM25, less for others in proportion."""
    least: float = 1.5
    margin: float = 0.15
    """Documents whose evidence is this much weaker than the best are not meant."""
    most: int = 3
    """A name that fits more documents than this means none of them, however near one of them is."""
    least_besides: float = 2.0
    """For a further document, by words that the first does not take, where the question does not say that it compares."""
    most_compared: int = 12

    @property
    def of_kind(self) -> dict[AliasKind, float]:
        """Of the kinds whose names weigh the same however long they are."""
        kinds: tuple[AliasKind, ...] = ("party", "part", "short", "coined", "word")
        return {kind: float(getattr(self, kind)) for kind in kinds}


NAMING = NamingWeights()
_QUOTED = re.compile(r"[\"“”«„‘'`]([^\"“”»“’'`]{2,160})[\"”»“’'`]")
REASONS: dict[AliasKind, str] = {
    "file": "file_name",
    "quoted": "file_name",
    "part": "file_name",
    "party": "party",
    "short": "party",
    "title": "title",
    "coined": "words",
    "word": "words",
}
_STRENGTH: dict[AliasKind, int] = {
    "quoted": 0,
    "file": 0,
    "party": 1,
    "part": 2,
    "title": 3,
    "short": 4,
    "coined": 5,
    "word": 6,
}


@dataclass(slots=True)
class Match:
    """What of a question names one document."""

    score: float = 0.0
    names: int = 0
    written: bool = False
    """As a name is: with a capital, together with another name, as a file name, or a word that is nothing but a name."""
    reason: str = ""
    words: set[int] = field(default_factory=set)

    def add(self, kind: AliasKind, score: float, places: set[int]) -> None:
        self.reason = self.reason or REASONS[kind]
        self.score += score
        self.names += 1
        self.words |= places


def matched(
    question: str, words: Sequence[Word], aliases: Iterable[str], weights: NamingWeights, taken: frozenset[int]
) -> Match:
    """Strong names first; a name counts for the words that no stronger one has taken."""
    found = Match()
    said = [word.text for word in words]
    known = set(said)
    read = [alias for alias in map(Alias.decoded, aliases) if alias and _may_stand(alias, known)]
    for alias in sorted(read, key=lambda alias: (_STRENGTH[alias.kind], -len(alias.words))):
        quoted = _quoted_places(question, words, alias.words[0]) if alias.kind in ("file", "quoted") else set()
        places = quoted or _places_of(alias, said)
        fresh = places - found.words - taken
        found.written |= alias.kind in ("file", "quoted", "coined") and bool(places)
        if fresh and 2 * len(fresh) >= len(alias.words):
            found.add(alias.kind, weights.quoted if quoted else _weight(alias, weights), fresh)
    found.written |= found.names > 1 or any(question[words[place].start].isupper() for place in found.words)
    return found


def _may_stand(alias: Alias, said: set[str]) -> bool:
    """Cheaply: a name one of whose words is not there cannot be there. File names are squeezed and need a look."""
    return alias.kind in ("file", "quoted") or said.issuperset(alias.words)


def _weight(alias: Alias, weights: NamingWeights) -> float:
    if alias.kind == "title":
        return weights.title + weights.title_word * len(alias.words)
    if alias.kind == "file":
        return weights.file + weights.file_char * len(alias.words[0])
    return weights.of_kind[alias.kind]


def _places_of(alias: Alias, said: Sequence[str]) -> set[int]:
    if alias.kind == "quoted":
        return set()
    return _squeezed_places(said, alias.words[0]) if alias.kind == "file" else _places(said, alias.words)


def _quoted_places(question: str, words: Sequence[Word], name: str) -> set[int]:
    """The words inside quotation marks that are nothing but `name`, squeezed; its extension may follow."""
    found: set[int] = set()
    for quotation in _QUOTED.finditer(question):
        inside = [
            place for place, word in enumerate(words) if quotation.start() <= word.start and word.end <= quotation.end()
        ]
        said = [words[place].text for place in inside]
        if name in (squeezed(said), squeezed(said[:-1])):
            found.update(inside)
    return found


def _places(said: Sequence[str], name: Sequence[str]) -> set[int]:
    """Where the words of `name` stand in a row, every time."""
    size = len(name)
    starts = (
        at for at in range(len(said) - size + 1) if said[at] == name[0] and tuple(said[at : at + size]) == tuple(name)
    )
    return {at + offset for at in starts for offset in range(size)}


def _squeezed_places(said: Sequence[str], name: str) -> set[int]:
    """The words over which `name` stands when nothing is left between words. It begins and ends with a word."""
    starts = list(accumulate(map(len, said), initial=0))
    edges, whole = set(starts), squeezed(said)
    found: set[int] = set()
    at = whole.find(name)
    while at >= 0:
        end = at + len(name)
        if at in edges and end in edges:
            found |= {place for place, start in enumerate(starts[:-1]) if at <= start < end}
        at = whole.find(name, at + 1)
    return found
