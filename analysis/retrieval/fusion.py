"""Two candidate lists into one order (floor 4, pure): a convex sum of words and meaning.

Rank fusion (RRF) was measured beside it and finds less, R@1 45.8 % against 52.4 % on NDAs, because it forgets how far
the best word match is ahead. Nothing is fetched or filtered here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proviso.types.search import IndexHit


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the two scores, each first brought to 0..1 over the candidates.

    0.4 for the cosine is the measured recipe: on labelled questions, which use the contracts' words, equal shares
    find 79.7 % of the text in the best 8 chunks, words alone 74.7 %, cosine alone 69.1 %. Plainly worded questions
    gain 2 to 4 points from 0.6.
    """

    sparse: float = 0.6
    """BM25 divided by the best BM25: zero stays zero, so a candidate without the words gets nothing."""
    dense: float = 0.4
    """Cosine between the lowest (0) and the highest (1) of the candidates."""


MEASURED = Weights()


def fuse(hits: Sequence[IndexHit], weights: Weights = MEASURED) -> list[tuple[IndexHit, float]]:
    """`hits` with their fused score in 0..1, best first, ties by id. A hit that a list did not hold has that list's
    least score.
    """
    best = max((hit.sparse or 0.0 for hit in hits), default=0.0)
    cosines = [hit.dense for hit in hits if hit.dense is not None]
    low, high = min(cosines, default=0.0), max(cosines, default=0.0)
    scored = [
        (hit, weights.sparse * _share(hit.sparse, 0.0, best) + weights.dense * _share(hit.dense, low, high))
        for hit in hits
    ]
    return sorted(scored, key=lambda each: (-each[1], each[0].id))


def _share(score: float | None, low: float, high: float) -> float:
    """Where `score` stands between `low` and `high`; candidates that are all alike are all best."""
    if score is None or score < low:
        return 0.0
    if high > low:
        return (score - low) / (high - low)
    return 1.0 if high > 0.0 else 0.0
