"""What a point looks like in either engine (records, pure): names, payload, hits, and whom an index was built for.

Chunks and documents lie in one collection. A document's point has no dense vector and names its workspace and version
by keys of its own, so that nothing that is asked about chunks (search, rarity of words, counts) ever meets it. The words
of neither are stored: they stand in the canonical text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proviso.errors import IndexUnavailable
from proviso.types.search import DocumentHit, DocumentPoint, IndexHit, IndexPoint, Within

DENSE = "dense"
BM25 = "bm25"
NAMES = "names"
OPENING = "opening"
SPARSE = (BM25, NAMES, OPENING)

WORKSPACE = "workspace"
VERSION_ID = "version_id"
DOCUMENT_WORKSPACE = "document_workspace"
DOCUMENT_VERSION = "document_version"
TENANTS = (WORKSPACE, DOCUMENT_WORKSPACE)
VERSIONS = (VERSION_ID, DOCUMENT_VERSION)
"""The payload keys that are indexed."""
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
SCHEMA = 2
"""Raised when points written before can no longer be read or compared: payload keys, token ids, weights."""

REINDEX = "rebuild the index from the stored texts with `proviso reindex`"
"""What to do about an index that was built for another embedder or with another layout."""

BATCH_POINTS = 256
"""Points in one write to an engine; a search waits for one such write at most."""

Scored = tuple[str, float, Mapping[str, Any]]
"""An engine's result: point id, raw score, payload."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Points by payload: under every key of `having` one of its values, under none of `lacking` any of its, and no key of `absent`."""

    having: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()
    absent: tuple[str, ...] = ()


ALL = Within(None)
ALL_CHUNKS = Chosen(absent=(DOCUMENT_WORKSPACE,))


def chunks_of(workspace: str | None, within: Within = ALL) -> Chosen:
    """The chunk points of these versions, in one workspace or, with None, wherever they are."""
    return _chosen((WORKSPACE, workspace), VERSION_ID, within)


def documents_of(workspace: str | None, within: Within = ALL) -> Chosen:
    """The document points of these versions, in one workspace or, with None, wherever they are."""
    return _chosen((DOCUMENT_WORKSPACE, workspace), DOCUMENT_VERSION, within)


def collection_name(dimensions: int, generation: int = 0) -> str:
    """The first collection has a plain name; one that was built beside another has its number too."""
    return f"{COLLECTION_PREFIX}{dimensions}" + (f"_{generation}" if generation else "")


def payload_of(point: IndexPoint | DocumentPoint) -> dict[str, Any]:
    """What is stored beside the vectors of `point`."""
    if isinstance(point, IndexPoint):
        return {key: getattr(point, key) for key in PAYLOAD_KEYS}
    return {
        DOCUMENT_WORKSPACE: point.workspace,
        "document_id": point.document_id,
        DOCUMENT_VERSION: point.version_id,
        "aliases": list(point.aliases),
    }


def hits_of(dense: Iterable[Scored], sparse: Iterable[Scored] = ()) -> list[IndexHit]:
    """The union of both lists: the dense ones best first, then those that only words found. Ties are in order of id."""
    by_vector, by_words = _ranked(dense), _ranked(sparse)
    vector_scores = {found[0]: found[1] for found in by_vector}
    word_scores = {found[0]: found[1] for found in by_words}
    payloads = {found[0]: found[2] for found in (*by_vector, *by_words)}
    return [
        _hit(point_id, payload, vector_scores.get(point_id), word_scores.get(point_id))
        for point_id, payload in payloads.items()
    ]


def document_hits(names: Iterable[Scored], openings: Iterable[Scored]) -> list[DocumentHit]:
    """The union of both lists, the best sum of scores first; ties are in order of version."""
    by_names, by_opening = list(names), list(openings)
    name_scores = {found[0]: found[1] for found in by_names}
    opening_scores = {found[0]: found[1] for found in by_opening}
    hits = [
        DocumentHit(
            document_id=payload["document_id"],
            version_id=payload[DOCUMENT_VERSION],
            aliases=tuple(payload["aliases"]),
            names=name_scores.get(point_id, 0.0),
            opening=opening_scores.get(point_id, 0.0),
        )
        for point_id, payload in {found[0]: found[2] for found in (*by_names, *by_opening)}.items()
    ]
    return sorted(hits, key=lambda hit: (-hit.names - hit.opening, hit.version_id))


def identity(dimensions: int, embedder: str) -> dict[str, Any]:
    """Whom an index is built for; stored with it when it is created."""
    return {"schema": SCHEMA, "dimensions": dimensions, "embedder": embedder}


def is_same(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the vectors and words of an index can be compared with ours."""
    return all(stored.get(key) == value for key, value in wanted.items())


def require_same(stored: Mapping[str, Any], wanted: Mapping[str, Any], place: str, remedy: str = REINDEX) -> None:
    """Refuse an index built for another embedder: its vectors cannot be compared with ours."""
    if stored.get("schema") != wanted["schema"]:
        raise IndexUnavailable(
            f"The index at {place} has layout {stored.get('schema')}, this version of Proviso writes layout "
            f"{wanted['schema']}: {remedy}, or use the version of Proviso that wrote it."
        )
    if not is_same(stored, wanted):
        raise IndexUnavailable(
            f"The index at {place} was built with the embedder {stored.get('embedder')} "
            f"({stored.get('dimensions')} dimensions), and the embedder now set is {wanted['embedder']} "
            f"({wanted['dimensions']} dimensions): set PROVISO_EMBEDDER back, or {remedy}."
        )


def require_dimensions(vectors: Iterable[Sequence[float]], dimensions: int) -> None:
    """Refuse a vector of another length before any engine sees it."""
    for vector in vectors:
        if len(vector) != dimensions:
            raise IndexUnavailable(f"The index holds vectors of {dimensions} dimensions; this one has {len(vector)}.")


def _chosen(tenant: tuple[str, str | None], version_key: str, within: Within) -> Chosen:
    key, workspace = tenant
    having: list[tuple[str, tuple[str, ...]]] = [] if workspace is None else [(key, (workspace,))]
    if within.only is not None:
        having.append((version_key, within.only))
    return Chosen(tuple(having), ((version_key, within.without),) if within.without else ())


def _ranked(found: Iterable[Scored]) -> list[Scored]:
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _hit(point_id: str, payload: Mapping[str, Any], dense: float | None, sparse: float | None) -> IndexHit:
    """Each field by name: half the time of a loop over them, and hundreds of hits a search."""
    return IndexHit(
        id=point_id,
        document_id=payload["document_id"],
        version_id=payload[VERSION_ID],
        chunk=payload["chunk"],
        start=payload["start"],
        end=payload["end"],
        section=payload["section"],
        heading=payload["heading"],
        page_start=payload["page_start"],
        page_end=payload["page_end"],
        dense=dense,
        sparse=sparse,
    )
