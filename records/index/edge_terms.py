"""Our rows and rankings in the terms of Qdrant Edge, and its answers in ours (records, pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import qdrant_edge as edge

from proviso.types.search import SparseVector, StoredVectors
from records.index.bm25 import sparse
from records.index.points import Ranking, Row
from records.index.schema import BM25, DENSE, Chosen, Scored

EVERYTHING = Chosen()


def request_of(ranking: Ranking, payload: bool | Sequence[str] = True) -> edge.QueryRequest:
    """`payload`: all of it, none, or what stands under these keys."""
    vector = ranking.vector
    wanted = _sparse(vector) if isinstance(vector, SparseVector) else list(vector)
    idf = None if ranking.corpus is None else edge.IdfParams(corpus=filter_of(ranking.corpus))
    return edge.QueryRequest(
        limit=ranking.limit,
        query=edge.Query.Nearest(wanted, using=ranking.using),
        filter=None if ranking.chosen == EVERYTHING else filter_of(ranking.chosen),
        params=edge.SearchParams(idf=idf),
        with_payload=payload if isinstance(payload, bool) else list(payload),
    )


def filter_of(chosen: Chosen) -> edge.Filter:
    absent = [edge.IsEmptyCondition(key) for key in chosen.absent]
    return edge.Filter(
        must=[*(_matches(key, values) for key, values in chosen.having), *absent],
        must_not=[_matches(key, values) for key, values in chosen.lacking],
    )


def _matches(key: str, values: Sequence[str]) -> edge.FieldCondition:
    match = edge.MatchValue(values[0]) if len(values) == 1 else edge.MatchAny(list(values))
    return edge.FieldCondition(key, match=match)


def vectors_of(row: Row) -> dict[str, Any]:
    dense = {} if row.dense is None else {DENSE: row.dense}
    return dense | {name: _sparse(vector) for name, vector in row.sparse.items()}


def _sparse(vector: SparseVector) -> edge.SparseVector:
    return edge.SparseVector(list(vector.tokens), list(vector.weights))


def stored_of(vector: dict[str, Any]) -> StoredVectors:
    words = vector.get(BM25)
    return StoredVectors(
        tuple(vector[DENSE]),
        SparseVector((), ()) if words is None else sparse(zip(words.indices, words.values, strict=True)),
    )


def scored_of(point: edge.ScoredPoint) -> Scored:
    return str(point.id), point.score, point.payload or {}
