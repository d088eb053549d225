"""The index on a Qdrant server or cluster (records): `ServerIndex`, the same port and the same points as `EdgeIndex`.

One collection for all workspaces; the workspace is a tenant index, and every query and deletion names it. Passing
faults (refused, reset, late, 408, 425, 429, 5xx) are asked again a few times, then they are IndexUnavailable.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from qdrant_client import AsyncQdrantClient, models

from proviso.errors import IndexUnavailable
from proviso.types.search import IndexHit, IndexPoint, IndexQuery, IndexState
from records.index.bm25 import Sparse, document_vector, query_vector
from records.index.faults import CLIENT_FAULTS, fault_of, is_conflict
from records.index.schema import (
    BATCH_POINTS,
    BM25,
    COLLECTION_PREFIX,
    DENSE,
    VERSION_ID,
    WORKSPACE,
    Scored,
    collection_name,
    hits_of,
    identity,
    payload_of,
    require_dimensions,
    require_same,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may take, how often it is made, and how long to wait in between (doubled each time)."""

    timeout_s: int = 30
    attempts: int = 4
    first_wait_s: float = 0.25
    longest_wait_s: float = 10.0


class ServerIndex:
    """The port `VectorIndex` over a Qdrant server. Writes are applied when they return."""

    def __init__(self, client: AsyncQdrantClient, place: str, dimensions: int, patience: Patience) -> None:
        self._client = client
        self._place = place
        self._dimensions = dimensions
        self._collection = collection_name(dimensions)
        self._patience = patience

    @classmethod
    async def open(
        cls,
        place: str | AsyncQdrantClient,
        *,
        api_key: str | None = None,
        dimensions: int,
        embedder: str,
        patience: Patience = Patience(),
    ) -> ServerIndex:
        """Connect to the server at `place` (or through that client); create the collection if it is not there."""
        client, name = _client(place, api_key, patience)
        index = cls(client, name, dimensions, patience)
        try:
            await index._prepare(identity(dimensions, embedder))
        except BaseException:
            await client.close()
            raise
        return index

    async def upsert(self, points: Sequence[IndexPoint]) -> None:
        require_dimensions((point.dense for point in points), self._dimensions)
        for at in range(0, len(points), BATCH_POINTS):
            rows = await asyncio.to_thread(_rows, points[at : at + BATCH_POINTS])
            await self._write(partial(self._client.upsert, self._collection, rows, wait=True))

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        require_dimensions([query.dense], self._dimensions)
        if not query.version_ids or query.limit < 1:
            return []
        requests = _requests(query, query_vector(query.text))
        replies = await self._ask(lambda: self._client.query_batch_points(self._collection, requests))
        found = [_scored(reply.points) for reply in replies]
        return hits_of(found[0], found[1] if len(found) > 1 else [])

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        if version_ids:
            chosen = models.FilterSelector(filter=_scope(workspace, version_ids))
            await self._write(partial(self._client.delete, self._collection, chosen, wait=True))

    async def count(self, version_id: str) -> int:
        scope = _scope(None, [version_id])
        return (await self._ask(lambda: self._client.count(self._collection, count_filter=scope, exact=True))).count

    async def counts(self) -> dict[str, int]:
        limit = max(1, await self._points())
        facet = await self._ask(lambda: self._client.facet(self._collection, VERSION_ID, limit=limit, exact=True))
        return {str(hit.value): hit.count for hit in facet.hits if hit.count}

    async def state(self) -> IndexState:
        return IndexState(kind="server", points=await self._points(), place=f"{self._place}/{self._collection}")

    async def close(self) -> None:
        await self._client.close()

    async def _points(self) -> int:
        return (await self._ask(lambda: self._client.count(self._collection, exact=True))).count

    async def _prepare(self, wanted: dict[str, Any]) -> None:
        """Make collection and payload indexes, or check that those there are ours. Safe to run in many processes."""
        names = [one.name for one in (await self._ask(self._client.get_collections)).collections]
        if self._collection not in names:
            self._refuse_other_dimensions(names)
            await self._ask(lambda: self._create(wanted))
        stored = (await self._ask(lambda: self._client.get_collection(self._collection))).config.metadata or {}
        if stored:
            require_same(stored, wanted, self._place)
        else:
            await self._ask(lambda: self._client.update_collection(self._collection, metadata=wanted))
        await self._ask(lambda: self._index_keyword(WORKSPACE, is_tenant=True))
        await self._ask(lambda: self._index_keyword(VERSION_ID, is_tenant=False))

    def _refuse_other_dimensions(self, names: Iterable[str]) -> None:
        others = [name for name in names if name.removeprefix(COLLECTION_PREFIX).isdigit()]
        if others:
            raise IndexUnavailable(
                f"The index at {self._place} holds the collection {others[0]}, and the embedder now set has "
                f"{self._dimensions} dimensions: set PROVISO_EMBEDDER back, or start with an empty index."
            )

    async def _create(self, wanted: dict[str, Any]) -> None:
        try:
            await self._client.create_collection(
                self._collection,
                vectors_config={DENSE: models.VectorParams(size=self._dimensions, distance=models.Distance.COSINE)},
                sparse_vectors_config={BM25: models.SparseVectorParams(modifier=models.Modifier.IDF)},
                metadata=wanted,
            )
        except CLIENT_FAULTS as raised:
            if not is_conflict(raised):
                raise

    async def _index_keyword(self, key: str, *, is_tenant: bool) -> None:
        schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=is_tenant)
        await self._client.create_payload_index(self._collection, key, schema, wait=True)

    async def _write(self, call: Callable[[], Awaitable[models.UpdateResult]]) -> None:
        """A write counts when it has been applied; a server under load may only have taken note of it."""
        status = (await self._ask(call)).status
        if status != models.UpdateStatus.COMPLETED:
            raise IndexUnavailable(f"The Qdrant server at {self._place} has not applied the write in time ({status}).")

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """The result of `call`, asked again while its fault may pass."""
        patience = self._patience
        attempt = 1
        while True:
            try:
                return await call()
            except CLIENT_FAULTS as raised:
                fault = fault_of(raised)
                if not fault.passing or attempt >= patience.attempts:
                    raise IndexUnavailable(f"The Qdrant server at {self._place}: {fault.sentence}.") from raised
            await asyncio.sleep(_wait_s(patience, attempt, fault.wait_s))
            attempt += 1


def _client(place: str | AsyncQdrantClient, api_key: str | None, patience: Patience) -> tuple[AsyncQdrantClient, str]:
    if not isinstance(place, str):
        return place, "a given client"
    if place == ":memory:":
        return AsyncQdrantClient(place), place
    client = AsyncQdrantClient(url=place, api_key=api_key, timeout=patience.timeout_s, check_compatibility=False)
    parts = urlsplit(place)
    return client, f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _wait_s(patience: Patience, attempt: int, asked_s: float | None) -> float:
    """Longer each time, with jitter so that many workers do not come back together; never shorter than asked for."""
    own_s = patience.first_wait_s * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.0)
    return min(max(own_s, asked_s or 0.0), patience.longest_wait_s)


def _rows(points: Sequence[IndexPoint]) -> list[models.PointStruct]:
    return [
        models.PointStruct(id=point.id, vector=_vectors(point, document_vector(point.text)), payload=payload_of(point))
        for point in points
    ]


def _vectors(point: IndexPoint, words: Sparse) -> dict[str, Any]:
    vectors: dict[str, Any] = {DENSE: [float(value) for value in point.dense]}
    if words.indices:
        vectors[BM25] = _sparse(words)
    return vectors


def _requests(query: IndexQuery, words: Sparse) -> list[models.QueryRequest]:
    """Both halves of the query. IDF is that of the asking workspace alone."""
    scope = _scope(query.workspace, query.version_ids)
    nearest = [float(value) for value in query.dense]
    by_vector = models.QueryRequest(query=nearest, using=DENSE, filter=scope, limit=query.limit, with_payload=True)
    if not words.indices:
        return [by_vector]
    corpus = models.Filter(must=[_matches(WORKSPACE, models.MatchValue(value=query.workspace))])
    by_words = models.QueryRequest(
        query=_sparse(words),
        using=BM25,
        filter=scope,
        params=models.SearchParams(idf=models.IdfCorpusParams(corpus=corpus)),
        limit=query.limit,
        with_payload=True,
    )
    return [by_vector, by_words]


def _scope(workspace: str | None, version_ids: Sequence[str]) -> models.Filter:
    """The points of these versions, in one workspace or, with None, wherever they are."""
    named = [] if workspace is None else [_matches(WORKSPACE, models.MatchValue(value=workspace))]
    return models.Filter(must=[*named, _matches(VERSION_ID, models.MatchAny(any=list(version_ids)))])


def _matches(key: str, match: models.MatchValue | models.MatchAny) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=match)


def _sparse(vector: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


def _scored(points: Iterable[models.ScoredPoint]) -> list[Scored]:
    return [(str(point.id), point.score, point.payload or {}) for point in points]
