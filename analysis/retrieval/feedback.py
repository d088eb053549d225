"""A question in the words of the documents (floor 4, pure): expanded by what the best passage of each of several documents says.

Asked "Can we walk away without a reason?", the best passages of fifteen contracts say "terminate", "convenience", "upon thirty days'
written notice"; with these the right clause of the sixteenth is found. Measured within a document: docs/benchmarks.md, ablation.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.retrieval.fusion import Ranked, fuse
from analysis.retrieval.recipe import FeedbackWeights
from proviso.ports import Vector
from proviso.types.search import IndexHit, SparseVector, StoredVectors


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is searched: unit vector and weighted words."""

    dense: Vector
    words: SparseVector


def spokesmen(hits: Sequence[IndexHit], dense: float, weights: FeedbackWeights) -> list[str]:
    """Point ids of the best passage of each of the best documents; none when the gate stays shut, or too few documents are there."""
    heard = _best_of_documents(fuse(hits, dense, least_cosine=0.0), weights.least_documents)
    if len(heard) < weights.least_documents or heard[-1][1] < weights.gate * heard[0][1]:
        return []
    return [point for point, _ in _best_of_documents(fuse(hits, dense), weights.documents)]


def _best_of_documents(ranked: Iterable[Ranked], most: int) -> list[tuple[str, float]]:
    """The best passage of each document, with its score, the best documents first."""
    best: dict[str, tuple[str, float]] = {}
    for hit, score in ranked:
        best.setdefault(hit.document_id, (hit.id, score))
        if len(best) == most:
            break
    return list(best.values())


def expanded(
    asked: Asked, passages: Sequence[StoredVectors], rarity: Callable[[int], float], weights: FeedbackWeights
) -> Asked:
    """`asked` with the telling terms of the passages and turned towards the mean of their vectors, where they have any. `rarity` is the IDF
    of a token."""
    own = _summing_to(1.0, dict(zip(asked.words.tokens, asked.words.weights, strict=True)))
    terms: dict[int, float] = defaultdict(float)
    for passage in passages:
        for token, weight in zip(passage.words.tokens, passage.words.weights, strict=True):
            terms[token] += weight * rarity(token) / len(passages)
    added = _summing_to(weights.terms_weight, dict(_best(terms, weights.terms)))
    words = sorted((token, own.get(token, 0.0) + added.get(token, 0.0)) for token in own.keys() | added.keys())
    return Asked(
        turned(asked.dense, _mean([passage.dense for passage in passages if passage.dense]), weights.vector_weight),
        SparseVector(tuple(token for token, _ in words), tuple(weight for _, weight in words)),
    )


def turned(vector: Vector, other: Vector, weight: float) -> Vector:
    """The unit vector between two, `weight` parts of the other to one of the first; the first where there is no other."""
    if not other:
        return vector
    return _unit([one + weight * two for one, two in zip(vector, other, strict=True)])


def _mean(vectors: Sequence[Vector]) -> Vector:
    return _unit([math.fsum(column) for column in zip(*vectors, strict=True)])


def _best(terms: Mapping[int, float], most: int) -> list[tuple[int, float]]:
    """Ties by token, so that both engines' questions grow alike."""
    return sorted(terms.items(), key=lambda term: (-term[1], term[0]))[:most]


def _summing_to(total: float, weights: dict[int, float]) -> dict[int, float]:
    whole = math.fsum(weights.values())
    return {token: total * weight / whole for token, weight in weights.items()} if whole else {}


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(math.fsum(number * number for number in vector))
    return [number / length for number in vector] if length else list(vector)
