"""Questions made ready to be searched (floor 4): vector and words, in other words where their own are not found, and, for few documents,
with feedback from the rest of the workspace, or from a shipped library where the workspace has too little to say.

Kept for a while: a batch extraction asks each of its questions of hundreds of documents, and what is made here is the same for all.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from analysis.retrieval.feedback import Asked, turned
from analysis.retrieval.fusion import covered_share, dense_share
from analysis.retrieval.learning import Learning, WorkspaceShelf, taught
from analysis.retrieval.plainly import translated
from analysis.retrieval.rarity import Rarity
from analysis.retrieval.recipe import FeedbackWeights, Recipe
from analysis.retrieval.reference import Pool, nearest
from analysis.retrieval.rewriting import REST_S, Rewriting, Rewritten, reworded
from proviso.ports import Embedder, VectorIndex
from proviso.types.search import SparseVector
from records.index.bm25 import CHUNKS, query_vector, sparse
from records.index.languages import ENGLISH, language_code

REMEMBERED = 512
"""Questions; a vector of 384 numbers and some 30 words each."""
FRESH_S = 300.0
"""Documents come and go; nobody is worse off for five minutes of older wording."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A question as it is searched, and how well its own words are covered (0 to 1): by the workspace, or by the library near to it."""

    asked: Asked
    coverage: float
    rewritten: Rewritten = field(default_factory=Rewritten)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a workspace tells about itself: which words are rare in it, and the shipped documents that speak as it does, if any do."""

    rarity: Rarity
    pool: Pool | None


@dataclass(frozen=True, slots=True)
class _Key:
    """`few` and `languages` decide whether others are asked, the library among them; so a question is kept apart with and without."""

    workspace: str
    text: str
    languages: frozenset[str | None]
    few: bool

    @property
    def english(self) -> bool:
        return all(language_code(language) == ENGLISH for language in self.languages)


class Questions:
    """Makes questions ready. Raises IndexUnavailable and EmbedderUnavailable."""

    def __init__(
        self, index: VectorIndex, embedder: Embedder, recipe: Recipe, rewriting: Rewriting | None = None
    ) -> None:
        self._rewriting = rewriting or Rewriting()
        self._index = index
        self._embedder = embedder
        self._recipe = recipe
        self._surroundings: dict[str, tuple[Surroundings, float]] = {}
        self._kept: OrderedDict[_Key, tuple[Ready, float]] = OrderedDict()

    async def ready(self, workspace: str, text: str, languages: frozenset[str | None], *, documents: int) -> Ready:
        """The question as it is searched in so many documents: in few, with feedback from all of the workspace."""
        feedback = self._recipe.feedback
        key = _Key(workspace, text, languages, feedback is not None and documents <= feedback.asked_of)
        ready, until = self._kept.get(key, (None, 0.0))
        if ready is None or until < time.monotonic():
            ready = await self._made(key)
            self._kept[key] = ready, time.monotonic() + (REST_S if ready.rewritten.reason else FRESH_S)
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return ready

    async def _made(self, key: _Key) -> Ready:
        own = query_vector(key.text, tuple(key.languages))
        dense, around, best = await asyncio.gather(
            self._embedder.embed_query(key.text),
            self._around(key.workspace),
            self._index.best_by_words(key.workspace, own),
        )
        plain, coverage = Asked(dense, own), _coverage(own, best, around.rarity)
        better = await self._in_other_words(key.text, plain, coverage, around.rarity)
        better, rewritten = await self._rewritten(key, better, coverage, around.rarity)
        feedback = self._recipe.feedback
        if not key.few or feedback is None:
            return Ready(better, coverage, rewritten)
        learning = self._learning(coverage, around.rarity, feedback)
        heard = await taught(WorkspaceShelf(self._index, key.workspace), better, learning)
        if heard.documents >= feedback.least_documents or not key.english:
            return Ready(heard.asked, coverage, rewritten)
        asked = better if rewritten.wordings else plain
        referred = await self._referred(key.text, Ready(asked, coverage), around, feedback)
        return replace(Ready(better, coverage) if referred.asked is asked else referred, rewritten=rewritten)

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

    async def _rewritten(self, key: _Key, asked: Asked, coverage: float, rarity: Rarity) -> tuple[Asked, Rewritten]:
        """With the model's wordings of the clause, where one is asked for them and the question's own words are not found."""
        weights, uncovered = self._recipe.rewrite, 1 - covered_share(coverage, self._recipe.fusion)
        if weights is None or uncovered <= 0:
            return asked, Rewritten()
        made = await self._rewriting.wordings(key.workspace, key.text)
        if not made.wordings:
            return asked, made
        languages = tuple(key.languages)
        wordings = [(await self._embedder.embed_query(each), query_vector(each, languages)) for each in made.wordings]
        return reworded(asked, wordings, rarity.of, weights, uncovered), made

    async def _referred(self, text: str, own: Ready, around: Surroundings, feedback: FeedbackWeights) -> Ready:
        """In the words of the shipped documents, which say how well it is covered and which words are rare among them; `own` where they
        have nothing to say, or the question speaks as the workspace does, of what they do not know."""
        pool, words = around.pool, own.asked.words
        if pool is None:
            return own
        coverage = _coverage(words, pool.best_by_words(words), pool.rarity)
        if coverage < own.coverage:
            return own
        better = await self._in_other_words(text, own.asked, coverage, around.rarity)
        learning = self._learning(coverage, pool.rarity, feedback)
        heard = await taught(pool, better, learning if pool.vectors is not None else replace(learning, dense=0.0))
        return own if heard.asked is better else Ready(heard.asked, coverage)

    def _learning(self, coverage: float, rarity: Rarity, feedback: FeedbackWeights) -> Learning:
        share = dense_share(coverage, replace(self._recipe.fusion, dense_most=feedback.dense_most))
        return Learning(share, rarity, feedback, self._recipe.workspace_candidates)

    async def _around(self, workspace: str) -> Surroundings:
        around, until = self._surroundings.get(workspace, (None, 0.0))
        if around is None or until < time.monotonic():
            stored = await self._index.vectors(workspace, await self._index.some(workspace, self._recipe.rarity_chunks))
            around = await asyncio.to_thread(self._told, [chunk.words for chunk in stored.values()])
            self._surroundings[workspace] = around, time.monotonic() + FRESH_S
        return around

    def _told(self, chunks: list[SparseVector]) -> Surroundings:
        rarity, weights = Rarity.among(chunks), self._recipe.reference
        asks = weights is not None and self._recipe.feedback is not None
        return Surroundings(rarity, nearest(rarity, self._embedder.name, weights.near) if asks and weights else None)


def _coverage(words: SparseVector, best: float, rarity: Rarity) -> float:
    """The best BM25 as a share of what a chunk with every word of the question, often, could reach."""
    weighted = zip(words.tokens, words.weights, strict=True)
    most = (CHUNKS.k1 + 1) * sum(weight * rarity.of(token) for token, weight in weighted)
    return best / most if most else 0.0
