"""Which documents a question names (floor 4, pure).

"Consider the Supply Agreement between Acme and Bolt; who pays for recalls?" means one document of hundreds, and its clause about recalls
is found by "who pays for recalls?" alone: with the names left in, the first pages of every contract are nearer. A document is chosen only
when one of its names stands in the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from proviso.names import Alias, AliasKind, Word, squeezed, words_of
from proviso.types.search import DocumentHit


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


NAMING = NamingWeights()
_COMPARES = re.compile(
    r"\b(?:compar\w*|differ\w*|versus|vs|both|than|respectively|agreements|contracts|documents|each)\b", re.IGNORECASE
)
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


@dataclass(frozen=True, slots=True)
class Named:
    """A document that a question names: how surely, by what, and which words of the question do."""

    document_id: str
    version_id: str
    score: float
    reason: str
    words: frozenset[int] = field(repr=False)


def named(question: str, hits: Sequence[DocumentHit], weights: NamingWeights = NAMING) -> list[Named]:
    """The documents of `hits` that the question names, best first; none without a name, or when it fits too many. It may name
    several, each by words of its own."""
    words = words_of(question)
    found = _meant(question, words, hits, weights, frozenset())
    more = found
    least = weights.least if _COMPARES.search(question) else weights.least_besides
    while more and len(found) < weights.most_compared:
        taken = frozenset[int]().union(*(each.words for each in found))
        known = {each.version_id for each in found}
        rest = [hit for hit in hits if hit.version_id not in known]
        more = _meant(question, words, rest, replace(weights, least=least), taken)
        found += more
    return found


def _meant(
    question: str,
    words: Sequence[Word],
    hits: Sequence[DocumentHit],
    weights: NamingWeights,
    taken: frozenset[int],
) -> list[Named]:
    """The best of `hits` by the words that are not `taken`, and those that are hardly worse."""
    best = max((hit.names + hit.opening for hit in hits), default=0.0)
    found: list[Named] = []
    strengths: list[float] = []
    for hit in hits:
        evidence = _evidence(question, words, hit.aliases, weights, taken)
        if evidence.written and evidence.score >= weights.least:
            near = weights.nearness * (hit.names + hit.opening) / best if best else 0.0
            score = evidence.score + near
            found.append(Named(hit.document_id, hit.version_id, score, evidence.reason, frozenset(evidence.words)))
            strengths.append(evidence.score)
    found.sort(key=lambda each: (-each.score, each.document_id))
    meant = [each for each in found if each.score >= (1 - weights.margin) * found[0].score]
    alike = sum(strength == max(strengths) for strength in strengths)
    return meant if alike <= weights.most else []


@dataclass(slots=True)
class _Evidence:
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


def _evidence(
    question: str, words: Sequence[Word], aliases: Iterable[str], weights: NamingWeights, taken: frozenset[int]
) -> _Evidence:
    """Strong names first; a name counts for the words that no stronger one has taken."""
    found = _Evidence()
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
    other = {
        "party": weights.party,
        "part": weights.part,
        "short": weights.short,
        "coined": weights.coined,
        "word": weights.word,
    }
    return other[alias.kind]


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
    ends: dict[int, int] = {}
    at = 0
    for place, word in enumerate(said):
        ends[at] = place
        at += len(word)
    whole = squeezed(said)
    starts = sorted(ends)
    found: set[int] = set()
    at = whole.find(name)
    while at >= 0:
        end = at + len(name)
        if at in ends and (end in ends or end == len(whole)):
            found |= {ends[start] for start in starts if at <= start < end}
        at = whole.find(name, at + 1)
    return found
