"""Doubles of the ports that search works with, and points for the real index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.embedding.local import LocalEmbedder
from proviso.ids import point_id
from proviso.ports import Embedder, Vector
from proviso.types.search import (
    DocumentHit,
    DocumentPoint,
    DocumentQuery,
    IndexHit,
    IndexPoint,
    IndexQuery,
    IndexState,
    ReadableDocument,
    SparseVector,
    StoredVectors,
)


class ConstantEmbedder:
    """Every text has the same vector, at no cost."""

    name, dimensions, max_tokens = "constant", 4, 256
    languages: frozenset[str] | None = None

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return [(1.0, 0.0, 0.0, 0.0) for _ in texts]

    async def embed_query(self, text: str) -> Vector:
        return (1.0, 0.0, 0.0, 0.0)


class CountingEmbedder:
    """The packaged embedder, or another, remembering the questions it is asked."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder: Embedder = embedder or LocalEmbedder()
        self.name, self.dimensions = self._embedder.name, self._embedder.dimensions
        self.max_tokens, self.languages = self._embedder.max_tokens, self._embedder.languages
        self.questions: list[str] = []

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return await self._embedder.embed(texts)

    async def embed_query(self, text: str) -> Vector:
        self.questions.append(text)
        return await self._embedder.embed_query(text)


class ListIndex:
    """An index that holds what it is given and remembers how it was asked."""

    def __init__(self, hits: Sequence[IndexHit], named: Sequence[DocumentHit] = ()) -> None:
        self.hits = list(hits)
        self.covered: list[SparseVector] = []
        self.named = list(named)
        self.queries: list[IndexQuery] = []
        self.named_queries: list[DocumentQuery] = []

    @property
    def scoped(self) -> list[IndexQuery]:
        """The queries that were not for all of the workspace."""
        return [query for query in self.queries if query.within.only is not None]

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        self.queries.append(query)
        return self.hits

    async def best_by_words(self, workspace: str, words: SparseVector) -> float:
        self.covered.append(words)
        return max((hit.sparse or 0.0 for hit in self.hits), default=0.0)

    async def documents(self, query: DocumentQuery) -> list[DocumentHit]:
        self.named_queries.append(query)
        return self.named

    async def vectors(self, workspace: str, ids: Sequence[str]) -> dict[str, StoredVectors]:
        return {}

    async def some(self, workspace: str, limit: int) -> list[str]:
        return []

    async def upsert(self, points: Sequence[IndexPoint]) -> None:
        raise AssertionError("search writes nothing")

    async def upsert_documents(self, points: Sequence[DocumentPoint]) -> None:
        raise AssertionError("search writes nothing")

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        raise AssertionError("search deletes nothing")

    async def count(self, version_id: str) -> int:
        return 0

    async def counts(self) -> dict[str, int]:
        return {}

    async def state(self) -> IndexState:
        raise AssertionError("search asks for no state")

    async def close(self) -> None: ...


def clause_points(document: ReadableDocument, clauses: Sequence[str], embedder: LocalEmbedder) -> list[IndexPoint]:
    """A document of short clauses, each a chunk."""
    first = IndexPoint(
        "", "local", document.document_id, document.version_id, 0, 0, 0, "", "", None, None, (), "", language="en"
    )
    return [
        replace(
            first,
            id=point_id(document.version_id, n),
            chunk=n,
            start=100 * n,
            end=100 * n + 90,
            dense=vector,
            text=clause,
        )
        for n, (clause, vector) in enumerate(zip(clauses, embedder.embed_now(list(clauses)), strict=True))
    ]
