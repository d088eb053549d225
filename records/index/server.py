"""The index on a Qdrant server or cluster (records): `ServerIndex`, the same port and the same points as `EdgeIndex`.

One collection for all workspaces; the workspace is a tenant index, and every query and deletion names it. A collection
that was built beside another has its number in its name, and the alias `proviso` says which is in use. Passing
faults (refused, reset, late, 408, 425, 429, 5xx) are asked again a few times, then they are IndexUnavailable.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from qdrant_client import AsyncQdrantClient, models

from proviso.errors import IndexUnavailable
from proviso.types.search import (
    DocumentHit,
    DocumentPoint,
    DocumentQuery,
    IndexHit,
    IndexPoint,
    IndexQuery,
    IndexState,
    SparseVector,
    StoredVectors,
    Within,
)
from records.index.faults import CLIENT_FAULTS, fault_of, is_conflict
from records.index.layout import USUAL, ServerLayout
from records.index.points import Ranking, asks_nothing, rankings_of
from records.index.ranked import best_by_words, nearest_documents
from records.index.schema import (
    ALL_CHUNKS,
    BATCH_POINTS,
    BM25,
    COLLECTION_PREFIX,
    DENSE,
    REINDEX,
    TENANTS,
    VERSIONS,
    WORKSPACE,
    Chosen,
    Scored,
    chunks_of,
    collection_name,
    documents_of,
    hits_of,
    identity,
    is_same,
    require_dimensions,
    require_same,
)
from records.index.server_terms import collection_of, filter_of, request_of, stored_of, structs_of

ALIAS = "proviso"
OURS = re.compile(rf"{COLLECTION_PREFIX}\d+(_\d+)?")
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

    def __init__(
        self,
        client: AsyncQdrantClient,
        place: str,
        dimensions: int,
        layout: ServerLayout,
        patience: Patience,
    ) -> None:
        self._client = client
        self._place = place
        self._dimensions = dimensions
        self._collection = collection_name(dimensions, layout.generation)
        self._layout = layout
        self._patience = patience

    @classmethod
    async def open(
        cls,
        place: str | AsyncQdrantClient,
        *,
        api_key: str | None = None,
        dimensions: int,
        embedder: str,
        layout: ServerLayout = USUAL,
        patience: Patience = Patience(),
    ) -> ServerIndex:
        """Connect to the server at `place` (or through that client); create the collection if it is not there."""
        client, name = _client(place, api_key, patience)
        index = cls(client, name, dimensions, layout, patience)
        try:
            await index._prepare(identity(dimensions, embedder))
        except BaseException:
            await client.close()
            raise
        return index

    async def upsert(self, points: Sequence[IndexPoint]) -> None:
        require_dimensions((point.dense for point in points), self._dimensions)
        await self._store(points)

    async def upsert_documents(self, points: Sequence[DocumentPoint]) -> None:
        await self._store(points)

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        require_dimensions([query.dense], self._dimensions)
        if asks_nothing(query):
            return []
        return hits_of(*await self._ranked(rankings_of(query)))

    async def best_by_words(self, workspace: str, words: SparseVector) -> float:
        return await best_by_words(self._ranked, workspace, words)

    async def documents(self, query: DocumentQuery) -> list[DocumentHit]:
        return await nearest_documents(self._ranked, query)

    async def vectors(self, workspace: str, ids: Sequence[str]) -> dict[str, StoredVectors]:
        if not ids:
            return {}
        wanted = partial(self._client.retrieve, self._collection, with_payload=[WORKSPACE], with_vectors=[DENSE, BM25])
        records = await self._ask(lambda: wanted(list(ids)))
        return {
            str(record.id): stored_of(cast(dict[str, Any], record.vector))
            for record in records
            if (record.payload or {}).get(WORKSPACE) == workspace
        }

    async def some(self, workspace: str, limit: int) -> list[str]:
        chosen = filter_of(chunks_of(workspace, Within(None)))
        scroll = partial(self._client.scroll, self._collection, chosen, limit, with_payload=False, with_vectors=False)
        records, _ = await self._ask(scroll)
        return [str(record.id) for record in records]

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        if version_ids:
            within = Within(tuple(version_ids))
            for kind in (chunks_of, documents_of):
                chosen = models.FilterSelector(filter=filter_of(kind(workspace, within)))
                await self._write(partial(self._client.delete, self._collection, chosen, wait=True))

    async def count(self, version_id: str) -> int:
        return await self._count(chunks_of(None, Within((version_id,))))

    async def counts(self) -> dict[str, int]:
        limit = max(1, await self._count(Chosen()))
        chunks, documents = [
            await self._ask(partial(self._client.facet, self._collection, key, limit=limit, exact=True))
            for key in VERSIONS
        ]
        named = {str(hit.value): 0 for hit in documents.hits if hit.count}
        return named | {str(hit.value): hit.count for hit in chunks.hits if hit.count}

    async def state(self) -> IndexState:
        place = f"{self._place}/{self._collection}"
        return IndexState(kind="server", points=await self._count(ALL_CHUNKS), place=place)

    async def take_alias(self) -> None:
        """The alias `proviso` is this collection from here on, for who looks at the server from outside."""
        known = (await self._ask(self._client.get_aliases)).aliases
        there = any(each.alias_name == ALIAS for each in known)
        drop = [models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=ALIAS))] if there else []
        make = models.CreateAlias(collection_name=self._collection, alias_name=ALIAS)
        changes: list[models.DeleteAliasOperation | models.CreateAliasOperation] = [
            *drop,
            models.CreateAliasOperation(create_alias=make),
        ]
        await self._ask(lambda: self._client.update_collection_aliases(changes))

    async def drop_others(self) -> list[str]:
        """Delete every other collection of ours, in use before or never finished; returns their names."""
        names = [one.name for one in (await self._ask(self._client.get_collections)).collections]
        others = sorted(name for name in names if OURS.fullmatch(name) and name != self._collection)
        for name in others:
            await self._ask(partial(self._client.delete_collection, name))
        return others

    async def close(self) -> None:
        await self._client.close()

    async def _store(self, points: Sequence[IndexPoint | DocumentPoint]) -> None:
        for at in range(0, len(points), BATCH_POINTS):
            rows = await asyncio.to_thread(structs_of, points[at : at + BATCH_POINTS])
            await self._write(partial(self._client.upsert, self._collection, rows, wait=True))

    async def _ranked(self, rankings: Sequence[Ranking]) -> list[list[Scored]]:
        requests = [request_of(one, self._layout) for one in rankings]
        replies = await self._ask(lambda: self._client.query_batch_points(self._collection, requests))
        return [[(str(point.id), point.score, point.payload or {}) for point in reply.points] for reply in replies]

    async def _count(self, chosen: Chosen) -> int:
        counting = partial(self._client.count, self._collection, count_filter=filter_of(chosen), exact=True)
        return (await self._ask(counting)).count

    async def _prepare(self, wanted: dict[str, Any]) -> None:
        """Make collection and payload indexes, or check that those there are ours. Safe to run in many processes."""
        names = [one.name for one in (await self._ask(self._client.get_collections)).collections]
        if self._collection not in names:
            if not self._layout.generation:
                self._refuse_other_dimensions(names)
            await self._ask(lambda: self._create(wanted))
        stored = await self._stored()
        if self._layout.afresh and not is_same(stored, wanted):
            await self._ask(partial(self._client.delete_collection, self._collection))
            await self._ask(lambda: self._create(wanted))
            stored = await self._stored()
        if stored:
            require_same(stored, wanted, self._place)
        else:
            await self._ask(lambda: self._client.update_collection(self._collection, metadata=wanted))
        for key in (*TENANTS, *VERSIONS):
            await self._ask(partial(self._index_keyword, key, is_tenant=key in TENANTS))

    async def _stored(self) -> dict[str, Any]:
        """Whom the collection was made for."""
        return (await self._ask(lambda: self._client.get_collection(self._collection))).config.metadata or {}

    def _refuse_other_dimensions(self, names: Iterable[str]) -> None:
        others = [name for name in names if name.removeprefix(COLLECTION_PREFIX).isdigit()]
        if others:
            raise IndexUnavailable(
                f"The index at {self._place} holds the collection {others[0]}, and the embedder now set has "
                f"{self._dimensions} dimensions: set PROVISO_EMBEDDER back, or {REINDEX}."
            )

    async def _create(self, wanted: dict[str, Any]) -> None:
        try:
            await self._client.create_collection(
                self._collection, **collection_of(self._layout, self._dimensions, wanted)
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
