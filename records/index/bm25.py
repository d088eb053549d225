"""Words to BM25-weighted sparse vectors (records, pure): tokens, stop words, English stems, weights.

The weight of a word within its chunk is settled here; how rare the word is (IDF) is applied by the index at query
time, over the chunks of the workspace that asks. The mean length is a stated constant, so that a chunk's vector does
not depend on what else is stored. Parameters and word lists are those of the measured recipe (k1 1.2, b 0.75).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from snowballstemmer.english_stemmer import EnglishStemmer

K1 = 1.2
B = 0.75
AVERAGE_TOKENS = 54.0
"""Mean of 2,558 clause chunks of 43 CUAD contracts (588 characters each), stop words left out."""
QUERY_WEIGHT_CAP = 2

WORD = re.compile(r"[^\W_]+")
POSSESSIVE = re.compile(r"['’]s\b")
SOFT_HYPHEN = "\u00ad"

STOP_WORDS = """
a an and are as at be been but by can could did do does for from had has have how i if in into is it its may not of on
or our shall should so such than that the their them then there these they this those to under up was we were what when
where which who whom why will with would you your any all about please tell me
"""
GENERIC_WORDS = """
consider contract contracts agreement agreements document documents clause clauses provision provisions include includes
included including mention mentions state states specify specifies specified provided section
"""
STOP = frozenset(STOP_WORDS.split())
GENERIC = frozenset(GENERIC_WORDS.split())
"""Words by which a question points at contracts as such; in a question they say nothing about which clause is meant."""

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: token ids in ascending order, and their weights."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


def words(text: str) -> list[str]:
    """The words of `text` in lower case, ligatures and full-width letters resolved, stop words left out."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).replace(SOFT_HYPHEN, "")
    plain = plain.lower()
    return [word for word in WORD.findall(POSSESSIVE.sub("", plain)) if word not in STOP]


@lru_cache(maxsize=65_536)
def token_id(word: str) -> int:
    """A 32-bit number for the stem of `word`, the same in every process and on every machine."""
    return int.from_bytes(blake2b(_stemmer().stemWord(word).encode(), digest_size=4).digest(), "little")


def document_vector(text: str) -> Sparse:
    """The sparse vector of a chunk: saturated term frequencies, normalised by length."""
    counts = Counter(map(token_id, words(text)))
    norm = K1 * (1 - B + B * counts.total() / AVERAGE_TOKENS)
    return _sparse((token, count * (K1 + 1) / (count + norm)) for token, count in counts.items())


def query_vector(text: str) -> Sparse:
    """The sparse vector of a question; generic words count only when there is nothing else to go by."""
    said = words(text)
    telling = [word for word in said if word not in GENERIC] or said
    counts = Counter(map(token_id, telling))
    return _sparse((token, float(min(count, QUERY_WEIGHT_CAP))) for token, count in counts.items())


def _stemmer() -> EnglishStemmer:
    """One stemmer for each thread: it keeps the word it works on in itself."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = EnglishStemmer()
    return _local.stemmer


def _sparse(weights: Iterable[tuple[int, float]]) -> Sparse:
    ordered = sorted(weights)
    return Sparse(tuple(token for token, _ in ordered), tuple(weight for _, weight in ordered))
