"""Plain words and the words of contracts and specifications (floor 4, pure): to "walk away" is to "terminate for convenience".

The list (`plain_words.txt`) was written from general knowledge by a writer who had seen neither the questions nor the documents that
search is measured on. It helps only where the question's own words are not found: docs/benchmarks.md, ablation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from records.index.bm25 import token_id, words

TERMS_IN_TEXT = 3
Stems = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """What the plain phrases of a question may be called: the phrases' length in words, and the terms of each."""

    phrases: tuple[tuple[int, tuple[str, ...]], ...]

    def words(self, share: float, rarity: Callable[[int], float]) -> dict[int, float]:
        """Weighted tokens to add: `share` of a word's weight for each word that was translated, rare words more of it."""
        out: dict[int, float] = {}
        for length, terms in self.phrases:
            tokens = [token_id(word) for term in terms for word in words(term)]
            whole = sum(map(rarity, tokens))
            for token in tokens:
                out[token] = out.get(token, 0.0) + share * length * rarity(token) / whole
        return out

    def text(self, question: str) -> str:
        """The question with the first terms of each phrase behind it, for the embedder."""
        added = dict.fromkeys(term for _, terms in self.phrases for term in terms[:TERMS_IN_TEXT])
        return f"{question} {', '.join(added)}"


def translated(question: str) -> Translation:
    """The longest phrases of the question that the list knows, none overlapping; by stems, little words left out."""
    known = _known()
    longest = max(map(len, known))
    said = tuple(token_id(word) for word in words(question))
    found: list[tuple[int, tuple[str, ...]]] = []
    at = 0
    while at < len(said):
        size = next((n for n in range(min(longest, len(said) - at), 0, -1) if said[at : at + n] in known), 0)
        if size:
            found.append((size, known[said[at : at + size]]))
        at += size or 1
    return Translation(tuple(found))


@cache
def _known() -> dict[Stems, tuple[str, ...]]:
    out: dict[Stems, tuple[str, ...]] = {}
    for line in (files("analysis.retrieval") / "plain_words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            plain, _, formal = line.partition("=>")
            terms = _parts(formal, ";")
            for phrase in _parts(plain, "|"):
                stems = tuple(token_id(word) for word in words(phrase))
                if len(stems) < len(phrase.split()) and len(stems) < 2:
                    continue  # "not exclusive" and "how long" would be "exclusive" and "long"
                out[stems] = (*out.get(stems, ()), *terms)
    out.pop((), None)
    return out


def _parts(text: str, mark: str) -> Sequence[str]:
    return tuple(part.strip() for part in text.split(mark) if part.strip())
