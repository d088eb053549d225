"""Hybrid search of a scope (floor 4): question to vector, candidates from the index, one fused order.

A hit counts only when it belongs to a live version of the scope. Growing hits to passages and reading texts happen
elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.retrieval.fusion import fuse
from proviso.ports import Embedder, Vector, VectorIndex
from proviso.text import Span
from proviso.types.search import IndexHit, IndexQuery, ReadableDocument, ResolvedScope

LEAST_CANDIDATES = 64
CANDIDATES_PER_RESULT = 4
"""Each list gives this many candidates for every result wanted: what one list ranks low, the other may put on top."""

REMEMBERED_QUESTIONS = 256
"""Vectors kept of the last questions; embedding one takes 5 ms of a query's 10."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the document it belongs to and its fused score in 0..1."""

    hit: IndexHit
    document: ReadableDocument
    score: float

    @property
    def span(self) -> Span:
        return Span(self.hit.start, self.hit.end)


class Search:
    """Finds chunks. Raises IndexUnavailable and EmbedderUnavailable."""

    def __init__(self, index: VectorIndex, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder
        self._vectors: OrderedDict[str, Vector] = OrderedDict()

    async def find(self, question: str, scope: ResolvedScope, limit: int) -> list[Found]:
        """The best chunks of the scope for a question, at most `limit`, best first, no two overlapping."""
        if not scope.documents or not question.strip() or limit < 1:
            return []
        query = IndexQuery(
            workspace=scope.workspace,
            version_ids=tuple(document.version_id for document in scope.documents),
            dense=await self._vector(question),
            text=question,
            limit=max(LEAST_CANDIDATES, CANDIDATES_PER_RESULT * limit),
        )
        live = {document.version_id: document for document in scope.documents}
        candidates = [hit for hit in await self._index.search(query) if hit.version_id in live]
        return _apart((Found(hit, live[hit.version_id], score) for hit, score in fuse(candidates)), limit)

    async def _vector(self, question: str) -> Vector:
        vector = self._vectors.get(question)
        if vector is None:
            vector = await self._embedder.embed_query(question)
            self._vectors[question] = vector
            if len(self._vectors) > REMEMBERED_QUESTIONS:
                self._vectors.popitem(last=False)
        else:
            self._vectors.move_to_end(question)
        return vector


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
