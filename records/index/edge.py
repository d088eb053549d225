"""The embedded engine (records, synchronous): one Qdrant Edge shard in a folder, opened by one process.

Every call holds the GIL for as long as it takes, so this runs in the index process (`owner.py`) and nowhere else. The
dense vectors are scanned, not indexed: 20,000 chunks take about 4 ms, and `optimize()`, which would build a graph,
stops every thread of its process for many seconds.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from proviso.errors import IndexUnavailable, Locked
from records.index.bm25 import Sparse
from records.index.schema import BM25, DENSE, VERSION_ID, WORKSPACE, Scored, identity, require_same

IDENTITY_FILE = "index.json"
SHARD_FOLDER = "shard"
LOG_FOLDER = "wal"
HELD_BY_ANOTHER = "WouldBlock"
FLUSH_POINTS = 5_000
"""Writes after which the segments are flushed, which bounds what a killed process replays: about a second."""


@dataclass(frozen=True, slots=True)
class ShardPoint:
    """A point as the shard takes it."""

    id: str
    payload: dict[str, Any]
    dense: Sequence[float]
    sparse: Sparse


@dataclass(frozen=True, slots=True)
class ShardQuery:
    """Both halves of a hybrid query; `limit` is for each."""

    workspace: str
    version_ids: Sequence[str]
    dense: Sequence[float]
    sparse: Sparse
    limit: int


class Shard:
    """An open shard. Every write is in the write-ahead log when it returns, and on disk after `sync`."""

    def __init__(self, shard: edge.EdgeShard, path: Path) -> None:
        self._shard = shard
        self._path = path
        self._unflushed = 0

    @classmethod
    def open(cls, folder: Path, dimensions: int, embedder: str) -> Shard:
        """Open the shard in `folder`, or create it there; refuse one that was built for another embedder."""
        wanted = identity(dimensions, embedder)
        path = folder / SHARD_FOLDER
        if path.exists():
            require_same(_stored_identity(folder), wanted, str(folder))
        else:
            _create(folder, path, wanted)
        with _asked(f"The index at {folder} cannot be opened"):
            return cls(edge.EdgeShard.load(str(path)), path)

    def upsert(self, points: Sequence[ShardPoint]) -> None:
        with _asked("The index did not take the points"):
            rows = [edge.Point(point.id, _vectors(point), point.payload) for point in points]
            self._shard.update(edge.UpdateOperation.upsert_points(rows))
        self._unflushed += len(points)

    def search(self, query: ShardQuery) -> tuple[list[Scored], list[Scored]]:
        """The best by vector and the best by words, each with raw scores. IDF is that of the asking workspace alone."""
        tenant = _matches(WORKSPACE, edge.MatchValue(query.workspace))
        scope = edge.Filter(must=[tenant, _matches(VERSION_ID, edge.MatchAny(list(query.version_ids)))])
        nearest = edge.Query.Nearest(list(query.dense), using=DENSE)
        requests = [edge.QueryRequest(limit=query.limit, query=nearest, filter=scope, with_payload=True)]
        if query.sparse.indices:
            words = edge.Query.Nearest(_sparse(query.sparse), using=BM25)
            corpus = edge.SearchParams(idf=edge.IdfParams(corpus=edge.Filter(must=[tenant])))
            requests.append(
                edge.QueryRequest(limit=query.limit, query=words, filter=scope, params=corpus, with_payload=True)
            )
        with _asked("The index could not search"):
            results = self._shard.query_batch(edge.QueryBatchRequest(requests))
            found = [[_scored(point) for point in points] for points in results]
        return found[0], found[1] if len(found) > 1 else []

    def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        """Delete the points of versions, in one workspace or, with None, wherever they are."""
        named = [] if workspace is None else [_matches(WORKSPACE, edge.MatchValue(workspace))]
        scope = edge.Filter(must=[*named, _matches(VERSION_ID, edge.MatchAny(list(version_ids)))])
        with _asked("The index did not delete the points"):
            self._shard.update(edge.UpdateOperation.delete_points_by_filter(scope))

    def count(self, version_id: str) -> int:
        """Points of one version."""
        with _asked("The index could not count its points"):
            scope = edge.Filter(must=[_matches(VERSION_ID, edge.MatchValue(version_id))])
            return int(self._shard.count(edge.CountRequest(filter=scope, exact=True)))

    def counts(self) -> dict[str, int]:
        """Points per version id."""
        with _asked("The index could not count its points"):
            request = edge.FacetRequest(VERSION_ID, limit=max(1, self.points()), exact=True)
            return {str(hit.value): hit.count for hit in self._shard.facet(request).hits if hit.count}

    def points(self) -> int:
        with _asked("The index could not count its points"):
            return int(self._shard.count(edge.CountRequest(exact=True)))

    def sync(self) -> None:
        """Bring what was written to disk, so that it outlives the power. Edge itself leaves that to `flush`.

        Syncing the log takes about 3 ms and leaves the GIL alone; a flush takes 30 to 250 ms and holds it.
        """
        with _asked("The index could not write to disk"):
            if self._unflushed >= FLUSH_POINTS:
                self._shard.flush()
                self._unflushed = 0
                return
            log = self._path / LOG_FOLDER
            for path in (*log.iterdir(), log):
                _sync(path)

    def close(self) -> None:
        """Flush and let go of the folder."""
        with _asked("The index could not be closed"):
            self._shard.flush()
            self._shard.close()


@contextmanager
def _asked(what: str) -> Iterator[None]:
    """Qdrant Edge raises bare `Exception` for everything, its words are all there is to tell faults apart."""
    try:
        yield
    except (IndexUnavailable, Locked):
        raise
    except Exception as fault:
        if HELD_BY_ANOTHER in str(fault):
            raise Locked(f"{what}: another process holds it.") from fault
        raise IndexUnavailable(f"{what}: {fault}") from fault


def _create(folder: Path, path: Path, wanted: dict[str, Any]) -> None:
    """Make the shard aside and move it into place, so that a process killed here leaves nothing half made."""
    aside = folder / f"{SHARD_FOLDER}.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    dense = edge.EdgeVectorParams(size=wanted["dimensions"], distance=edge.Distance.Cosine)
    words = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
    config = edge.EdgeConfig(vectors={DENSE: dense}, sparse_vectors={BM25: words}, wal_enabled=True)
    with _asked(f"No index can be created at {folder}"):
        shard = edge.EdgeShard.create(str(aside), config)
        tenant = edge.KeywordIndexParams(is_tenant=True)
        shard.update(edge.UpdateOperation.create_field_index(WORKSPACE, tenant))
        shard.update(edge.UpdateOperation.create_field_index(VERSION_ID, edge.KeywordIndexParams()))
        shard.flush()
        shard.close()
    _write_durably(folder / IDENTITY_FILE, json.dumps(wanted))
    aside.rename(path)
    _sync(folder)


def _stored_identity(folder: Path) -> dict[str, Any]:
    try:
        stored = json.loads((folder / IDENTITY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise IndexUnavailable(
            f"The index at {folder} does not say which embedder it was built with ({IDENTITY_FILE} cannot be read): "
            "restore that file, or remove the folder and let the index be rebuilt."
        ) from fault
    return stored if isinstance(stored, dict) else {}


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _matches(key: str, match: edge.MatchValue | edge.MatchAny) -> edge.FieldCondition:
    return edge.FieldCondition(key, match=match)


def _vectors(point: ShardPoint) -> dict[str, Any]:
    vectors: dict[str, Any] = {DENSE: point.dense}
    if point.sparse.indices:
        vectors[BM25] = _sparse(point.sparse)
    return vectors


def _sparse(vector: Sparse) -> edge.SparseVector:
    return edge.SparseVector(list(vector.indices), list(vector.values))


def _scored(point: edge.ScoredPoint) -> Scored:
    return str(point.id), point.score, point.payload or {}
