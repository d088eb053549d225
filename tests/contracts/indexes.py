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

from proviso.ids import document_point_id, point_id
from proviso.ports import VectorIndex
from proviso.types.search import DocumentPoint, DocumentQuery, IndexHit, IndexPoint, IndexQuery, Within
from records.index.bm25 import query_vector
from records.index.client import EdgeIndex
from records.index.layout import ServerLayout
from records.index.schema import collection_name
from records.index.server import ServerIndex

DIMENSIONS = 8
EMBEDDER = "test-embedder"
KINDS = ("edge", "memory", pytest.param("live", marks=pytest.mark.qdrant))
HALF_PRECISION = 1e-3
"""Edge and server keep vectors in 16-bit floats, qdrant-client's local mode in 32-bit ones; cosines differ by less than this."""
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
    language: str | None = "en",
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
        language=language,
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
    versions: Sequence[str] | None = ("ver_1",),
    *,
    without: Sequence[str] = (),
    workspace: str = "acme",
    dense: Sequence[float] | None = None,
    limit: int = 10,
) -> IndexQuery:
    within = Within(None if versions is None else tuple(versions), tuple(without))
    return IndexQuery(workspace, within, unit_vector(0) if dense is None else dense, query_vector(text), limit)


def a_document(
    version: str = "ver_1",
    names: str = "acme-hosting.pdf Web Site Hosting Agreement",
    opening: str = "This Agreement is made between Centrack and Acme Corporation.",
    *,
    workspace: str = "acme",
    aliases: Sequence[str] = ("acme-hosting", "Acme Corporation"),
    language: str | None = "en",
) -> DocumentPoint:
    document_id = version.replace("ver", "doc")
    return DocumentPoint(
        document_point_id(version), workspace, document_id, version, names, opening, tuple(aliases), language
    )


def a_document_query(
    text: str = "the hosting agreement of Acme",
    versions: Sequence[str] | None = None,
    *,
    without: Sequence[str] = (),
    workspace: str = "acme",
    limit: int = 10,
) -> DocumentQuery:
    within = Within(None if versions is None else tuple(versions), tuple(without))
    return DocumentQuery(workspace, within, query_vector(text), limit)


def require_alike(one: Sequence[IndexHit], two: Sequence[IndexHit]) -> None:
    """The same hits with the same scores, in the same order but where scores are as good as equal."""
    scores = {hit.id: hit for hit in two}
    assert sorted(hit.id for hit in one) == sorted(scores)
    for hit, there in zip(one, two, strict=True):
        same = scores[hit.id]
        assert (hit.dense is None, hit.sparse is None) == (same.dense is None, same.sparse is None)
        assert (hit.dense or 0) == pytest.approx(same.dense or 0, abs=HALF_PRECISION)
        assert (hit.sparse or 0) == pytest.approx(same.sparse or 0, rel=1e-4)
        assert hit.id == there.id or _close(hit, there), f"{hit} stands where {there} does"


def require_same_best(one: Sequence[IndexHit], two: Sequence[IndexHit], count: int) -> None:
    """The same `count` best by vector, and by words; a hit may be another one only where both are as good as the last."""
    for kind, near in ("dense", HALF_PRECISION), ("sparse", 1e-3):
        first, second = _best(one, kind, count), _best(two, kind, count)
        assert [score for score, _ in first] == pytest.approx([score for score, _ in second], abs=near)
        last = first[-1][0] if first else 0.0
        strangers = {hit_id for _, hit_id in first} ^ {hit_id for _, hit_id in second}
        scores = {hit_id: score for score, hit_id in (*first, *second)}
        assert all(abs(scores[hit_id] - last) < 2 * near for hit_id in strangers), strangers


def _best(hits: Sequence[IndexHit], kind: str, count: int) -> list[tuple[float, str]]:
    scored = [(getattr(hit, kind), hit.id) for hit in hits if getattr(hit, kind) is not None]
    return sorted(scored, key=lambda one: -one[0])[:count]


def _close(one: IndexHit, two: IndexHit) -> bool:
    if one.dense is not None and two.dense is not None:
        return abs(one.dense - two.dense) < HALF_PRECISION
    return one.dense is two.dense is None and (one.sparse or 0) == pytest.approx(two.sparse or 0, rel=1e-4)


@asynccontextmanager
async def opened(kind: str, folder: Path, dimensions: int = DIMENSIONS) -> AsyncIterator[VectorIndex]:
    """An empty index of that kind."""
    if kind == "live":
        await _empty_server(_live_url(), dimensions)
    index = await open_index(kind, folder, dimensions)
    try:
        yield index
    finally:
        await index.close()


async def open_index(kind: str, folder: Path, dimensions: int = DIMENSIONS) -> VectorIndex:
    if kind == "edge":
        return await EdgeIndex.open(folder / "index", dimensions, EMBEDDER)
    if kind == "memory":  # qdrant-client's local mode looks at everything, and warns of settings for a graph
        layout = ServerLayout(search_ef=None)
        return await ServerIndex.open(":memory:", dimensions=dimensions, embedder=EMBEDDER, layout=layout)
    return await ServerIndex.open(_live_url(), dimensions=dimensions, embedder=EMBEDDER)


def _live_url() -> str:
    url = os.environ.get("QDRANT_URL")
    if not url:
        pytest.skip("no Qdrant server: set QDRANT_URL to one whose collections may be deleted")
    return url


async def _empty_server(url: str, dimensions: int) -> None:
    client = AsyncQdrantClient(url=url)
    await client.delete_collection(collection_name(dimensions))
    await client.close()
