"""Hybrid search of a scope (floor 4): question to documents it names, to vector and words, to candidates, to one order.

A hit counts only when it belongs to a live version of the scope. Growing hits to passages and reading texts happen elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.retrieval.feedback import Asked
from analysis.retrieval.fusion import Ranked, dense_share, fuse
from analysis.retrieval.naming import Named, named, namesakes
from analysis.retrieval.questions import Questions
from analysis.retrieval.recipe import RECIPE, Recipe
from analysis.retrieval.rerank import Reranking
from analysis.retrieval.residue import residue
from analysis.retrieval.rewriting import Rewriting
from proviso.ports import Embedder, VectorIndex
from proviso.text import Span
from proviso.types.search import (
    DocumentHit,
    DocumentQuery,
    IndexHit,
    IndexQuery,
    ReadableDocument,
    ResolvedScope,
    Within,
)
from records.index.bm25 import query_vector


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the document it belongs to, its fused score in 0..1, and how surely the question names the document."""

    hit: IndexHit
    document: ReadableDocument
    score: float
    named: float | None = None

    @property
    def span(self) -> Span:
        return Span(self.hit.start, self.hit.end)


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, best first, no two overlapping; `named` are the documents it kept to, because the question names them."""

    found: list[Found]
    named: tuple[Named, ...] = ()
    reranked: bool = False
    not_reranked: str | None = None
    """Why a reranker that is set was not followed."""
    rewritten: bool = False
    not_rewritten: str | None = None
    """Why a model that is to put questions in other words did not."""


NOTHING = Results([])


@dataclass(frozen=True, slots=True)
class Naming:
    """The documents that a question names, best first, and the others that the best one's name fits as well."""

    named: tuple[Named, ...] = ()
    namesakes: tuple[Named, ...] = ()


class Search:
    """Finds chunks. Raises IndexUnavailable and EmbedderUnavailable."""

    def __init__(
        self,
        index: VectorIndex,
        embedder: Embedder,
        recipe: Recipe = RECIPE,
        reranking: Reranking | None = None,
        rewriting: Rewriting | None = None,
    ) -> None:
        self._index = index
        self._reranking = reranking or Reranking()
        self._recipe = recipe
        self._questions = Questions(index, embedder, recipe, rewriting)

    async def find(self, question: str, scope: ResolvedScope, limit: int) -> Results:
        """The best chunks of the scope for a question, at most `limit`."""
        if not scope.documents or not question.strip() or limit < 1:
            return NOTHING
        live = {document.version_id: document for document in scope.documents}
        everything = scope.within or Within(tuple(live))
        meant = await self._named(question, scope.workspace, live, everything)
        chosen = {each.version_id: live[each.version_id] for each in meant} or live
        within = Within(tuple(chosen)) if meant else everything
        text = residue(question, frozenset[int]().union(*(each.words for each in meant)))
        languages = frozenset(document.language for document in chosen.values())
        ready = await self._questions.ready(scope.workspace, text, languages, documents=len(chosen))
        wanted = self._reranking.wanted(limit)
        hits = await self._hits(ready.asked, scope.workspace, within, wanted)
        ranked = fuse(
            [hit for hit in hits if hit.version_id in chosen], dense_share(ready.coverage, self._recipe.fusion)
        )
        ordered = await self._reranking.order(text, _apart(self._with_priors(ranked, chosen, meant), wanted))
        kept_to = tuple(meant) if len(live) > 1 else ()
        rewritten = ready.rewritten
        return Results(
            ordered.found[:limit],
            kept_to,
            ordered.reranked,
            ordered.reason,
            bool(rewritten.wordings),
            rewritten.reason,
        )

    async def named(self, question: str, scope: ResolvedScope) -> Naming:
        """The documents of the scope that a question names, and others that it may mean by the same name; nothing else is looked for."""
        live = {document.version_id: document for document in scope.documents}
        hits = await self._called(question, scope.workspace, live, scope.within or Within(tuple(live)))
        weights = self._recipe.naming
        if weights is None:
            return Naming()
        found = named(question, hits, weights)
        return Naming(tuple(found), tuple(namesakes(question, hits, found, weights)))

    async def _hits(self, asked: Asked, workspace: str, within: Within, limit: int) -> list[IndexHit]:
        recipe = self._recipe
        wanted = max(recipe.least_candidates, recipe.candidates_per_result * limit)
        query = IndexQuery(workspace, within, asked.dense, asked.words, wanted)
        return await self._index.search(query)

    async def _named(
        self, question: str, workspace: str, live: dict[str, ReadableDocument], within: Within
    ) -> list[Named]:
        """The documents of the scope that the question names."""
        weights = self._recipe.naming
        return named(question, await self._called(question, workspace, live, within), weights) if weights else []

    async def _called(
        self, question: str, workspace: str, live: dict[str, ReadableDocument], within: Within
    ) -> list[DocumentHit]:
        """Documents of the scope by what they are called, nearest to the question."""
        words = query_vector(question, tuple({document.language for document in live.values()}))
        if self._recipe.naming is None or not words.tokens:
            return []
        query = DocumentQuery(workspace, within, words, self._recipe.named_candidates)
        return [hit for hit in await self._index.documents(query) if hit.version_id in live]

    def _with_priors(
        self, ranked: Sequence[Ranked], chosen: dict[str, ReadableDocument], meant: Sequence[Named]
    ) -> Iterable[Found]:
        """Where several documents are meant, the more surely named one comes first among equals."""
        sure = {each.version_id: each.score / meant[0].score for each in meant}
        weight = self._recipe.named_prior if len(meant) > 1 else 0.0
        found = (
            Found(
                hit,
                chosen[hit.version_id],
                (score + weight * sure.get(hit.version_id, 0.0)) / (1 + weight),
                sure.get(hit.version_id),
            )
            for hit, score in ranked
        )
        # Without a prior they are in order, and of hundreds only the first few are looked at.
        return sorted(found, key=lambda each: (-each.score, each.hit.id)) if weight else found


def _apart(found: Iterable[Found], limit: int) -> list[Found]:
    """The first `limit` of `found` that overlap none before them."""
    out: list[Found] = []
    taken: dict[str, list[Span]] = {}
    for each in found:
        spans = taken.setdefault(each.hit.version_id, [])
        if not any(each.span.overlaps(span) for span in spans):
            out.append(each)
            spans.append(each.span)
            if len(out) == limit:
                break
    return out
