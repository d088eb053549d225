"""What a point looks like in either engine (records, pure): names, payload, hits, and whom an index was built for.

The words of a chunk are not stored: they stand in the canonical text, at the span that the payload names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from proviso.errors import IndexUnavailable
from proviso.types.search import IndexHit, IndexPoint

DENSE = "dense"
BM25 = "bm25"

WORKSPACE = "workspace"
VERSION_ID = "version_id"
PAYLOAD_KEYS = (
    WORKSPACE,
    "document_id",
    VERSION_ID,
    "chunk",
    "start",
    "end",
    "section",
    "heading",
    "page_start",
    "page_end",
)

COLLECTION_PREFIX = "proviso_"
SCHEMA = 1
"""Raised when points written before can no longer be read or compared: payload keys, token ids, weights."""

BATCH_POINTS = 256
"""Points in one write to an engine; a search waits for one such write at most."""

Scored = tuple[str, float, Mapping[str, Any]]
"""An engine's result: point id, raw score, payload."""


def collection_name(dimensions: int) -> str:
    return f"{COLLECTION_PREFIX}{dimensions}"


def payload_of(point: IndexPoint) -> dict[str, Any]:
    """What is stored beside the vectors of `point`."""
    return {key: getattr(point, key) for key in PAYLOAD_KEYS}


def hits_of(dense: Iterable[Scored], sparse: Iterable[Scored]) -> list[IndexHit]:
    """The union of both lists: the dense ones best first, then those that only words found. Ties are in order of id."""
    by_vector, by_words = _ranked(dense), _ranked(sparse)
    vector_scores = {found[0]: found[1] for found in by_vector}
    word_scores = {found[0]: found[1] for found in by_words}
    payloads = {found[0]: found[2] for found in (*by_vector, *by_words)}
    return [
        _hit(point_id, payload, vector_scores.get(point_id), word_scores.get(point_id))
        for point_id, payload in payloads.items()
    ]


def identity(dimensions: int, embedder: str) -> dict[str, Any]:
    """Whom an index is built for; stored with it when it is created."""
    return {"schema": SCHEMA, "dimensions": dimensions, "embedder": embedder}


def require_same(stored: Mapping[str, Any], wanted: Mapping[str, Any], place: str) -> None:
    """Refuse an index built for another embedder: its vectors cannot be compared with ours."""
    if stored.get("schema") != wanted["schema"]:
        raise IndexUnavailable(
            f"The index at {place} has layout {stored.get('schema')}, this version of Proviso writes layout "
            f"{wanted['schema']}: rebuild the index, or use the version of Proviso that wrote it."
        )
    if (stored.get("embedder"), stored.get("dimensions")) != (wanted["embedder"], wanted["dimensions"]):
        raise IndexUnavailable(
            f"The index at {place} was built with the embedder {stored.get('embedder')} "
            f"({stored.get('dimensions')} dimensions), and the embedder now set is {wanted['embedder']} "
            f"({wanted['dimensions']} dimensions): set PROVISO_EMBEDDER back, or start with an empty index."
        )


def require_dimensions(vectors: Iterable[Sequence[float]], dimensions: int) -> None:
    """Refuse a vector of another length before any engine sees it."""
    for vector in vectors:
        if len(vector) != dimensions:
            raise IndexUnavailable(f"The index holds vectors of {dimensions} dimensions; this one has {len(vector)}.")


def _ranked(found: Iterable[Scored]) -> list[Scored]:
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _hit(point_id: str, payload: Mapping[str, Any], dense: float | None, sparse: float | None) -> IndexHit:
    kept = {key: payload[key] for key in PAYLOAD_KEYS if key != WORKSPACE}
    return IndexHit(id=point_id, dense=dense, sparse=sparse, **kept)
