"""Questions made ready to be searched (floor 4): vector and words, in other words where their own are not found, and, for few documents,
with feedback from the rest of the workspace.

Kept for a while: a batch extraction asks each of its questions of hundreds of documents, and what is made here is the same for all.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, replace

from analysis.retrieval.feedback import Asked, expanded, spokesmen, turned
from analysis.retrieval.fusion import covered_share, dense_share
from analysis.retrieval.plainly import translated
from analysis.retrieval.rarity import Rarity
from analysis.retrieval.recipe import FeedbackWeights, Recipe
from proviso.ports import Embedder, VectorIndex
from proviso.types.search import IndexHit, IndexQuery, SparseVector, StoredVectors, Within
from records.index.bm25 import CHUNKS, query_vector, sparse

REMEMBERED = 512
"""Questions; a vector of 384 numbers and some 30 words each."""
FRESH_S = 300.0
"""Documents come and go; nobody is worse off for five minutes of older wording."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A question as it is searched, and how well the workspace covers its own words (0 to 1)."""

    asked: Asked
    coverage: float


@dataclass(frozen=True, slots=True)
class Learning:
    """How feedback is taken: the share of the cosine, which words are rare, and the weights."""

    dense: float
    rarity: Rarity
    weights: FeedbackWeights


@dataclass(frozen=True, slots=True)
class _Key:
    workspace: str
    text: str
    languages: frozenset[str | None]
    few: bool


class Questions:
    """Makes questions ready. Raises IndexUnavailable and EmbedderUnavailable."""

    def __init__(self, index: VectorIndex, embedder: Embedder, recipe: Recipe) -> None:
        self._index = index
        self._embedder = embedder
        self._recipe = recipe
        self._rarities: dict[str, tuple[Rarity, float]] = {}
        self._kept: OrderedDict[_Key, tuple[Ready, float]] = OrderedDict()

    async def ready(self, workspace: str, text: str, languages: frozenset[str | None], *, documents: int) -> Ready:
        """The question as it is searched in so many documents: in few, with feedback from all of the workspace."""
        feedback = self._recipe.feedback
        key = _Key(workspace, text, languages, feedback is not None and documents <= feedback.asked_of)
        ready, until = self._kept.get(key, (None, 0.0))
        if ready is None or until < time.monotonic():
            ready = await self._made(key)
            self._kept[key] = ready, time.monotonic() + FRESH_S
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return ready

    async def _made(self, key: _Key) -> Ready:
        own = query_vector(key.text, tuple(key.languages))
        plain = Asked(await self._embedder.embed_query(key.text), own)
        rarity = await self._rarity(key.workspace)
        coverage = _coverage(own, await self._index.best_by_words(key.workspace, own), rarity)
        better = await self._in_other_words(key.text, plain, coverage, rarity)
        if key.few and self._recipe.feedback:
            share = dense_share(coverage, replace(self._recipe.fusion, dense_most=self._recipe.feedback.dense_most))
            better = await self._learnt(key.workspace, better, Learning(share, rarity, self._recipe.feedback))
        return Ready(better, coverage)

    async def _in_other_words(self, text: str, plain: Asked, coverage: float, rarity: Rarity) -> Asked:
        """With what contracts say for plain words, as far as the question's own are not found."""
        weights, uncovered = self._recipe.plain, 1 - covered_share(coverage, self._recipe.fusion)
        if weights is None or uncovered <= 0:
            return plain
        translation = translated(text)
        if not translation.phrases:
            return plain
        words = dict(zip(plain.words.tokens, plain.words.weights, strict=True))
        for token, weight in translation.words(weights.words * uncovered, rarity.of).items():
            words[token] = words.get(token, 0.0) + weight
        vector = await self._embedder.embed_query(translation.text(text))
        return Asked(turned(plain.dense, vector, weights.vector * uncovered), sparse(words.items()))

    async def _learnt(self, workspace: str, asked: Asked, learning: Learning) -> Asked:
        learnt = asked
        for _ in range(learning.weights.rounds):
            found = await self._looked(workspace, learnt)
            points = spokesmen(found, learning.dense, learning.weights)
            passages = await self._passages(workspace, points)
            if not passages:
                break
            learnt = expanded(asked, passages, learning.rarity.of, learning.weights)
        return learnt

    async def _looked(self, workspace: str, asked: Asked) -> list[IndexHit]:
        limit = self._recipe.workspace_candidates
        return await self._index.search(IndexQuery(workspace, Within(None), asked.dense, asked.words, limit))

    async def _passages(self, workspace: str, points: list[str]) -> list[StoredVectors]:
        """What the index holds of chunks; one may have gone meanwhile."""
        stored = await self._index.vectors(workspace, points) if points else {}
        return [stored[point] for point in points if point in stored]

    async def _rarity(self, workspace: str) -> Rarity:
        rarity, until = self._rarities.get(workspace, (None, 0.0))
        if rarity is None or until < time.monotonic():
            stored = await self._index.vectors(workspace, await self._index.some(workspace, self._recipe.rarity_chunks))
            rarity = await asyncio.to_thread(Rarity.among, [chunk.words for chunk in stored.values()])
            self._rarities[workspace] = rarity, time.monotonic() + FRESH_S
        return rarity


def _coverage(words: SparseVector, best: float, rarity: Rarity) -> float:
    """The best BM25 as a share of what a chunk with every word of the question, often, could reach."""
    weighted = zip(words.tokens, words.weights, strict=True)
    most = (CHUNKS.k1 + 1) * sum(weight * rarity.of(token) for token, weight in weighted)
    return best / most if most else 0.0
