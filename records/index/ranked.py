"""What both engines make of rankings in the same way (records): `ranked` runs some and returns the points of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from proviso.types.search import DocumentHit, DocumentQuery, SparseVector
from records.index.points import Ranking, asks_nothing, best_ranking, document_rankings, unscored
from records.index.schema import Scored, document_hits

Ranked = Callable[[Sequence[Ranking]], Awaitable[list[list[Scored]]]]


async def best_by_words(ranked: Ranked, workspace: str, words: SparseVector) -> float:
    """The best BM25 that the words reach in the workspace; 0 for none."""
    found = await ranked([best_ranking(workspace, words)]) if words.tokens else []
    return max((score for points in found for _, score, _ in points), default=0.0)


async def nearest_documents(ranked: Ranked, query: DocumentQuery) -> list[DocumentHit]:
    """The documents nearest by names and by opening, each with both scores."""
    if asks_nothing(query):
        return []
    found = await ranked(document_rankings(query))
    if again := unscored(query, found):
        found = await ranked(document_rankings(again))
    return document_hits(*found)
