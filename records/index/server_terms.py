"""Our rows and rankings in the terms of a Qdrant server, its answers in ours (records, pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qdrant_client import models

from proviso.types.search import DocumentPoint, IndexPoint, SparseVector, StoredVectors
from records.index.bm25 import sparse
from records.index.layout import ServerLayout
from records.index.points import Ranking, Row, row_of
from records.index.schema import BM25, DENSE, SPARSE, Chosen

OVERSAMPLING = 2.0
"""Times as many candidates by quantised vectors as are scored in full: the best 64 of 100,000 are all among them (without: 98.8 %)."""


def collection_of(layout: ServerLayout, dimensions: int, metadata: dict[str, Any]) -> dict[str, Any]:
    """The arguments by which the collection is created. A write counts when most replicas have it."""
    int8 = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
    dense = models.VectorParams(
        size=dimensions,
        distance=models.Distance.COSINE,
        datatype=models.Datatype.FLOAT16,
        quantization_config=models.ScalarQuantization(scalar=int8) if layout.quantized else None,
    )
    replicated = {"replication_factor": layout.replicas, "write_consistency_factor": layout.replicas // 2 + 1}
    return {
        "vectors_config": {DENSE: dense},
        "sparse_vectors_config": {name: models.SparseVectorParams(modifier=models.Modifier.IDF) for name in SPARSE},
        "metadata": metadata,
        **({} if layout.shards is None else {"shard_number": layout.shards}),
        **(replicated if layout.replicas > 1 else {}),
    }


def structs_of(points: Sequence[IndexPoint | DocumentPoint]) -> list[models.PointStruct]:
    return [models.PointStruct(id=row.id, vector=_vectors(row), payload=row.payload) for row in map(row_of, points)]


def _vectors(row: Row) -> dict[str, Any]:
    dense = {} if row.dense is None else {DENSE: [float(value) for value in row.dense]}
    return dense | {name: _sparse(vector) for name, vector in row.sparse.items()}


def request_of(ranking: Ranking, layout: ServerLayout) -> models.QueryRequest:
    vector = ranking.vector
    return models.QueryRequest(
        query=_sparse(vector) if isinstance(vector, SparseVector) else [float(value) for value in vector],
        using=ranking.using,
        filter=filter_of(ranking.chosen),
        params=_params(ranking, layout),
        limit=ranking.limit,
        with_payload=True,
    )


def _params(ranking: Ranking, layout: ServerLayout) -> models.SearchParams | None:
    if ranking.corpus is not None:
        return models.SearchParams(idf=models.IdfCorpusParams(corpus=filter_of(ranking.corpus)))
    if ranking.using != DENSE or layout.search_ef is None:
        return None
    rescored = models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
    return models.SearchParams(hnsw_ef=layout.search_ef, quantization=rescored if layout.quantized else None)


def filter_of(chosen: Chosen) -> models.Filter:
    absent = [models.IsEmptyCondition(is_empty=models.PayloadField(key=key)) for key in chosen.absent]
    return models.Filter(
        must=[*(_matches(key, values) for key, values in chosen.having), *absent] or None,
        must_not=[_matches(key, values) for key, values in chosen.lacking] or None,
    )


def _matches(key: str, values: Sequence[str]) -> models.FieldCondition:
    match = models.MatchValue(value=values[0]) if len(values) == 1 else models.MatchAny(any=list(values))
    return models.FieldCondition(key=key, match=match)


def _sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.tokens), values=list(vector.weights))


def stored_of(vector: dict[str, Any]) -> StoredVectors:
    words = vector.get(BM25)
    return StoredVectors(
        tuple(vector[DENSE]),
        SparseVector((), ()) if words is None else sparse(zip(words.indices, words.values, strict=True)),
    )
