"""Points, queries and openers for the contract suite of the vector index."""

from __future__ import annotations

import math
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from proviso.ids import point_id
from proviso.ports import VectorIndex
from proviso.types.search import IndexPoint, IndexQuery
from records.index.client import EdgeIndex
from records.index.schema import collection_name
from records.index.server import ServerIndex

DIMENSIONS = 8
EMBEDDER = "test-embedder"
KINDS = ("edge", "memory", pytest.param("live", marks=pytest.mark.qdrant))
CLAUSES = (
    "Either party may terminate this Agreement for convenience upon thirty days written notice.",
    "The Supplier shall indemnify the Customer against all claims of infringement.",
    "This Agreement is governed by the laws of the State of Delaware.",
    "Neither party shall assign its rights without the prior written consent of the other.",
    "The liability of the Supplier is limited to the fees paid in the preceding twelve months.",
    "The Supplier shall maintain insurance of not less than one million dollars per occurrence.",
    "Confidential information shall be returned or destroyed upon termination.",
    "The term renews for successive periods of one year unless notice is given.",
)


def unit_vector(seed: int, dimensions: int = DIMENSIONS) -> list[float]:
    """A direction that depends on the seed only."""
    source = random.Random(seed)
    raw = [source.gauss(0, 1) for _ in range(dimensions)]
    length = math.sqrt(sum(value * value for value in raw))
    return [value / length for value in raw]


def a_point(
    chunk: int = 0,
    text: str = CLAUSES[0],
    *,
    workspace: str = "acme",
    version: str = "ver_1",
    dense: Sequence[float] | None = None,
    heading: str = "Termination",
) -> IndexPoint:
    return IndexPoint(
        id=point_id(version, chunk),
        workspace=workspace,
        document_id=version.replace("ver", "doc"),
        version_id=version,
        chunk=chunk,
        start=chunk * 100,
        end=chunk * 100 + len(text),
        section="12.3(b)",
        heading=heading,
        page_start=chunk + 1,
        page_end=None,
        dense=unit_vector(chunk) if dense is None else dense,
        text=text,
    )


def points_of(version: str, count: int, *, workspace: str = "acme") -> list[IndexPoint]:
    """Chunks of one version: the clauses in turn, each with a number of its own, and vectors of their own."""
    return [
        a_point(
            chunk,
            f"{CLAUSES[chunk % len(CLAUSES)]} Item {chunk}.",
            workspace=workspace,
            version=version,
            dense=unit_vector(hash_of(version) + chunk),
        )
        for chunk in range(count)
    ]


def hash_of(version: str) -> int:
    return sum(version.encode()) * 1_000_003


def a_query(
    text: str = "termination for convenience",
    versions: Sequence[str] = ("ver_1",),
    *,
    workspace: str = "acme",
    dense: Sequence[float] | None = None,
    limit: int = 10,
) -> IndexQuery:
    return IndexQuery(workspace, tuple(versions), unit_vector(0) if dense is None else dense, text, limit)


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[VectorIndex]:
    """An empty index of that kind."""
    if kind == "live":
        await _empty_server(_live_url())
    index = await open_index(kind, folder)
    try:
        yield index
    finally:
        await index.close()


async def open_index(kind: str, folder: Path) -> VectorIndex:
    if kind == "edge":
        return await EdgeIndex.open(folder / "index", DIMENSIONS, EMBEDDER)
    place = ":memory:" if kind == "memory" else _live_url()
    return await ServerIndex.open(place, dimensions=DIMENSIONS, embedder=EMBEDDER)


def _live_url() -> str:
    url = os.environ.get("QDRANT_URL")
    if not url:
        pytest.skip("no Qdrant server: set QDRANT_URL to one whose collections may be deleted")
    return url


async def _empty_server(url: str) -> None:
    client = AsyncQdrantClient(url=url)
    await client.delete_collection(collection_name(DIMENSIONS))
    await client.close()
