"""Words to BM25-weighted sparse vectors (records, pure): tokens and their weights.

The weight of a word within its text is settled here; how rare the word is (IDF) is applied by the index at query time,
over the texts of the workspace that asks. The mean length is a stated constant, so that a vector does not depend on
what else is stored. Parameters and English word lists are those of the measured recipe (`knowledge/retrieval.md` §3).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from proviso.types.search import SparseVector
from records.index.languages import ENGLISH, STOP_WORDS, WITHOUT_SPACES, language_code, stem

QUERY_WEIGHT_CAP = 2

WORD = re.compile(r"[^\W_]+")
POSSESSIVE = re.compile(r"['’]s\b")
SOFT_HYPHEN = "\u00ad"

GENERIC_WORDS = """
consider contract contracts agreement agreements document documents clause clauses provision provisions include includes
included including mention mentions state states specify specifies specified provided section
"""
GENERIC = frozenset(GENERIC_WORDS.split())
"""Words by which a question points at contracts as such; in a question they say nothing about which clause is meant."""
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighting:
    """BM25's parameters: how soon repetition stops to count (`k1`), how much length counts (`b`), and the mean length in words."""

    k1: float
    b: float
    mean_words: float

    def of(self, count: int, words: int) -> float:
        """The weight of a word that stands `count` times in a text of `words` words, stop words left out."""
        norm = self.k1 * (1 - self.b + self.b * words / self.mean_words)
        return count * (self.k1 + 1) / (count + norm)


CHUNKS = Weighting(k1=1.2, b=0.75, mean_words=54.0)
"""Mean of 2,558 clause chunks of 43 CUAD contracts (588 characters each)."""
NAMES = Weighting(k1=0.5, b=0.1, mean_words=14.0)
OPENINGS = Weighting(k1=0.5, b=0.1, mean_words=150.0)
"""Means of file name and title, and of the first 1,500 characters, of 255 CUAD contracts."""


def words(text: str, language: str | None = ENGLISH) -> list[str]:
    """The words of `text` in lower case, ligatures and full-width letters resolved, stop words left out."""
    code = language_code(language)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).replace(SOFT_HYPHEN, "")
    found: Iterable[str] = WORD.findall(POSSESSIVE.sub("", plain.lower()))
    if code in WITHOUT_SPACES:
        found = (part for word in found for part in _parts(word))
    stop = STOP_WORDS.get(code, NONE)
    return [word for word in found if word not in stop]


@lru_cache(maxsize=65_536)
def token_id(word: str, language: str = ENGLISH) -> int:
    """A 32-bit number for the stem of `word`, the same in every process and on every machine. `language` is a code."""
    return int.from_bytes(blake2b(stem(word, language).encode(), digest_size=4).digest(), "little")


def document_vector(text: str, language: str | None = ENGLISH, weighting: Weighting = CHUNKS) -> SparseVector:
    """The sparse vector of a text that is searched: saturated term frequencies, normalised by length."""
    code = language_code(language)
    counts = Counter(token_id(word, code) for word in words(text, code))
    length = counts.total()
    return sparse((token, weighting.of(count, length)) for token, count in counts.items())


def query_vector(text: str, languages: Sequence[str | None] = (ENGLISH,)) -> SparseVector:
    """The sparse vector of a question to documents in `languages` (none named: English): its words as each of them stems them.

    Generic words count only when there is nothing else to go by. A token that several languages give counts once.
    """
    weights: dict[int, float] = {}
    for code in sorted({language_code(language) for language in languages or (ENGLISH,)}):
        said = words(text, code)
        telling = [word for word in said if code != ENGLISH or word not in GENERIC] or said
        for token, count in Counter(token_id(word, code) for word in telling).items():
            weights[token] = max(weights.get(token, 0.0), float(min(count, QUERY_WEIGHT_CAP)))
    return sparse(weights.items())


def sparse(weights: Iterable[tuple[int, float]]) -> SparseVector:
    """The vector of these tokens and weights, in the order of the tokens, each given once."""
    ordered = sorted(weights)
    return SparseVector(tuple(token for token, _ in ordered), tuple(weight for _, weight in ordered))


def _parts(word: str) -> list[str]:
    """Pairs of neighbouring letters of a run without spaces; Latin words and figures within such a text stay whole."""
    if word.isascii() or len(word) == 1:
        return [word]
    return [one + two for one, two in pairwise(word)]
