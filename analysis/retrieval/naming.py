"""Which documents a question names (floor 4, pure).

"Consider the Supply Agreement between Acme and Bolt; who pays for recalls?" means one document of hundreds, and its clause about recalls
is found by "who pays for recalls?" alone: with the names left in, the first pages of every contract are nearer. A document is chosen only
when one of its names stands in the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analysis.retrieval.matching import NAMING, NamingWeights, matched
from proviso.names import Word, words_of
from proviso.types.search import DocumentHit

_COMPARES = re.compile(
    r"\b(?:compar\w*|differ\w*|versus|vs|both|than|respectively|agreements|contracts|documents|each)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Named:
    """A document that a question names: how surely, by what, and which words of the question do."""

    document_id: str
    version_id: str
    score: float
    reason: str
    words: frozenset[int] = field(repr=False)
    names: int = field(default=1, repr=False, compare=False)
    """How many names of its own stand in the question: a party and the title are two."""


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


def namesakes(
    question: str, hits: Sequence[DocumentHit], found: Sequence[Named], weights: NamingWeights = NAMING
) -> list[Named]:
    """Further documents of `hits` that the name of the best of `found` fits, if not as well: "the Cisco agreement" may mean any with that
    party. None where two names of the best, a party and the title say, tell it from others."""
    if not found or found[0].names > 1:
        return []
    known = {each.version_id for each in found}
    words, out = words_of(question), []
    for hit in hits:
        match = matched(question, words, hit.aliases, weights, frozenset())
        if hit.version_id not in known and match.words & found[0].words:
            named_by = frozenset(match.words)
            out.append(Named(hit.document_id, hit.version_id, match.score, match.reason, named_by, match.names))
    return out


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
        match = matched(question, words, hit.aliases, weights, taken)
        if match.written and match.score >= weights.least:
            near = weights.nearness * (hit.names + hit.opening) / best if best else 0.0
            score = match.score + near
            found.append(
                Named(hit.document_id, hit.version_id, score, match.reason, frozenset(match.words), match.names)
            )
            strengths.append(match.score)
    found.sort(key=lambda each: (-each.score, each.document_id))
    meant = [each for each in found if each.score >= (1 - weights.margin) * found[0].score]
    alike = sum(strength == max(strengths) for strength in strengths)
    return meant if alike <= weights.most else []
