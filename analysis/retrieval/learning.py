"""How a question learns from other documents (floor 4): looked for on a shelf, heard one passage of each, looked for again.

A shelf is the workspace itself, or one of the pools of documents that are shipped (`analysis.retrieval.reference`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis.retrieval.feedback import Asked, expanded, spokesmen
from analysis.retrieval.rarity import Rarity
from analysis.retrieval.recipe import FeedbackWeights
from proviso.ports import VectorIndex
from proviso.types.search import IndexHit, IndexQuery, StoredVectors, Within


@dataclass(frozen=True, slots=True)
class Learning:
    """How feedback is taken: the share of the cosine, which words are rare, the weights, and the candidates of each list."""

    dense: float
    rarity: Rarity
    weights: FeedbackWeights
    candidates: int


class Shelf(Protocol):
    """Where other documents' passages are looked for: the workspace, or a shipped pool."""

    async def look(self, asked: Asked, limit: int) -> list[IndexHit]: ...

    async def passages(self, points: Sequence[str]) -> list[StoredVectors]: ...


@dataclass(frozen=True, slots=True)
class WorkspaceShelf:
    """The shelf that the user has filled; a passage may have gone meanwhile."""

    index: VectorIndex
    workspace: str

    async def look(self, asked: Asked, limit: int) -> list[IndexHit]:
        return await self.index.search(IndexQuery(self.workspace, Within(None), asked.dense, asked.words, limit))

    async def passages(self, points: Sequence[str]) -> list[StoredVectors]:
        stored = await self.index.vectors(self.workspace, points)
        return [stored[point] for point in points if point in stored]


@dataclass(frozen=True, slots=True)
class Heard:
    """A question in the words of a shelf's documents, itself where they have nothing to say to it; and how many it was asked of."""

    asked: Asked
    documents: int


async def taught(shelf: Shelf, asked: Asked, learning: Learning) -> Heard:
    """What the shelf makes of `asked`."""
    learnt, documents = asked, 0
    for _ in range(learning.weights.rounds):
        found = await shelf.look(learnt, learning.candidates)
        documents = documents or len({hit.document_id for hit in found})
        points = spokesmen(found, learning.dense, learning.weights)
        passages = await shelf.passages(points) if points else []
        if not passages:
            break
        learnt = expanded(asked, passages, learning.rarity.of, learning.weights)
    return Heard(learnt, documents)
