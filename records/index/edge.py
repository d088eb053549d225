"""The embedded engine (records, synchronous): one Qdrant Edge shard in a folder, opened by one process.

Every call holds the GIL for as long as it takes, so this runs in the index process (`owner.py`) and nowhere else. The
dense vectors are scanned, not indexed: exact, and ready the moment they are written. `optimize()`, which would build a
graph, stops every thread of its process (28 s of CPU for 100,000 chunks).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import qdrant_edge as edge

from proviso.errors import IndexUnavailable, Locked
from proviso.types.search import StoredVectors
from records.durably import sync, write_durably
from records.index.edge_terms import filter_of, request_of, scored_of, stored_of, vectors_of
from records.index.place import (
    IDENTITY_FILE,
    SHARD_FOLDER,
    builds,
    shard_path,
    stored_identity,
    sweep,
)
from records.index.points import Ranking, Row, sieved, widened
from records.index.schema import (
    ALL_CHUNKS,
    BM25,
    DENSE,
    SPARSE,
    TENANTS,
    VERSIONS,
    WORKSPACE,
    Chosen,
    Scored,
    identity,
    require_same,
)
from records.index.sole import Sole

LOG_FOLDER = "wal"
HELD_BY_ANOTHER = "WouldBlock"
FLUSH_POINTS = 5_000
"""Writes after which the segments are flushed, which bounds what a killed process replays: about a second."""
SYNC_TRIES = 100

STORED_AS = edge.VectorStorageDatatype.Float16
"""Half-precision vectors: a hybrid query over 100,000 chunks of 384 numbers takes 17 ms of CPU, over 32-bit ones 24, and the best 64 are
the same. Turbo8 takes 10 ms and misses 0.2 % of them; scalar quantisation does nothing before `optimize()`; Uint8 is for other data."""


Payload = bool | Sequence[str]


class Shard:
    """An open shard. Every write is in the write-ahead log when it returns, and on disk after `sync`."""

    def __init__(self, shard: edge.EdgeShard, path: Path) -> None:
        self._shard = shard
        self._path = path
        self._unflushed = 0
        self._sole = Sole.of(shard)

    @classmethod
    def open(cls, folder: Path, dimensions: int, embedder: str) -> Shard:
        """Open the shard in `folder`, or create it there; refuse one that was built for another embedder."""
        wanted = identity(dimensions, embedder)
        path = shard_path(folder)
        if path.exists() or builds(folder):
            require_same(stored_identity(folder), wanted, str(folder))
        if path.exists():
            sweep(folder)
        else:
            path = folder / SHARD_FOLDER
            _create(folder, path, wanted)
        with _asked(f"The index at {folder} cannot be opened"):
            return cls(edge.EdgeShard.load(str(path)), path)

    def upsert(self, rows: Sequence[Row]) -> None:
        with _asked("The index did not take the points"):
            self._sole.take(rows)
            points = [edge.Point(row.id, vectors_of(row), row.payload) for row in rows]
            self._shard.update(edge.UpdateOperation.upsert_points(points))
        self._unflushed += len(rows)

    def search(self, rankings: Sequence[Ranking], *, brief: bool = False) -> list[list[Scored]]:
        """The best of each ranking, with raw scores. A filter that costs more than the search is first tried as a sieve. `brief`: without
        payloads, or with as much of them as the sieve needs."""
        found = self._query([widened(one) or one for one in rankings], _payloads(rankings) if brief else None)
        kept = [sieved(one, points) for one, points in zip(rankings, found, strict=True)]
        short = [at for at, points in enumerate(kept) if points is None]
        again = [rankings[at] for at in short]
        for at, points in zip(short, self._query(again, [False] * len(again) if brief else None), strict=True):
            kept[at] = points
        return [points or [] for points in kept]

    def payloads(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What is stored beside the vectors of those points that are there."""
        with _asked("The index could not read its points"):
            records = self._shard.retrieve(list(ids), with_payload=True, with_vector=False)
        return {str(record.id): record.payload or {} for record in records}

    def vectors(self, workspace: str, ids: Sequence[str]) -> dict[str, StoredVectors]:
        """The vectors of those points that are chunks of the workspace."""
        with _asked("The index could not read its points"):
            records = self._shard.retrieve(list(ids), with_payload=[WORKSPACE], with_vector=[DENSE, BM25])
        return {
            str(record.id): stored_of(cast(dict[str, Any], record.vector))
            for record in records
            if (record.payload or {}).get(WORKSPACE) == workspace
        }

    def some(self, chosen: Chosen, limit: int) -> list[str]:
        """The first points by id."""
        with _asked("The index could not read its points"):
            request = edge.ScrollRequest(limit=limit, filter=filter_of(chosen), with_payload=False, with_vector=False)
            records, _ = self._shard.scroll(request)
        return [str(record.id) for record in records]

    def delete(self, chosen: Chosen) -> None:
        with _asked("The index did not delete the points"):
            before = self._shard.info().points_count
            self._shard.update(edge.UpdateOperation.delete_points_by_filter(filter_of(chosen)))
            self._sole.whole &= self._shard.info().points_count == before

    def count(self, chosen: Chosen = ALL_CHUNKS) -> int:
        with _asked("The index could not count its points"):
            return int(self._shard.count(edge.CountRequest(filter=filter_of(chosen), exact=True)))

    def counts(self) -> dict[str, int]:
        """Chunk points per version id; 0 for a version of which there is a document point alone."""
        with _asked("The index could not count its points"):
            limit = max(1, int(self._shard.count(edge.CountRequest(exact=True))))
            chunks, documents = (self._shard.facet(edge.FacetRequest(key, limit=limit, exact=True)) for key in VERSIONS)
        named = {str(hit.value): 0 for hit in documents.hits if hit.count}
        return named | {str(hit.value): hit.count for hit in chunks.hits if hit.count}

    def _query(self, rankings: Sequence[Ranking], payloads: Sequence[Payload] | None) -> list[list[Scored]]:
        if not rankings:
            return []
        with _asked("The index could not search"):
            asked = list(map(request_of, map(self._sole.eased, rankings), payloads or [True] * len(rankings)))
            results = self._shard.query_batch(edge.QueryBatchRequest(asked))
            return [[scored_of(point) for point in points] for points in results]

    def copy_to(self, path: Path) -> None:
        """The shard as it is now, whole, at `path`, which is not there yet. Nothing is written or found meanwhile."""
        with _asked("The index could not be copied"):
            self._shard.flush()
            self._unflushed = 0
            shutil.copytree(self._path, path)

    def sync(self) -> None:
        """Bring what was written to disk, so that it outlives the power. Edge itself leaves that to `flush`.

        Syncing the log takes about 3 ms and leaves the GIL alone; a flush takes 30 to 250 ms and holds it.
        """
        with _asked("The index could not write to disk"):
            if self._unflushed >= FLUSH_POINTS:
                self._shard.flush()
                self._unflushed = 0
                return
            sync_folder(self._path / LOG_FOLDER)

    def close(self) -> None:
        """Flush and let go of the folder."""
        with _asked("The index could not be closed"):
            self._shard.flush()
            self._shard.close()


def _payloads(rankings: Sequence[Ranking]) -> list[Payload]:
    """What of the payload each needs to be sieved."""
    return [[WORKSPACE, *VERSIONS] if widened(one) else False for one in rankings]


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
    dense = edge.EdgeVectorParams(wanted["dimensions"], edge.Distance.Cosine, datatype=STORED_AS)
    words = {name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf) for name in SPARSE}
    config = edge.EdgeConfig(vectors={DENSE: dense}, sparse_vectors=words, wal_enabled=True)
    with _asked(f"No index can be created at {folder}"):
        shard = edge.EdgeShard.create(str(aside), config)
        for key in (*TENANTS, *VERSIONS):
            params = edge.KeywordIndexParams(is_tenant=key in TENANTS)
            shard.update(edge.UpdateOperation.create_field_index(key, params))
        shard.flush()
        shard.close()
    write_durably(folder / IDENTITY_FILE, json.dumps(wanted).encode())
    aside.rename(path)
    sync(folder)


def sync_folder(folder: Path) -> None:
    """Bring a folder and the files in it to disk. The log makes its next file under another name and renames it, at any moment: a file
    that is gone is looked for again under the name it has now."""
    for _ in range(SYNC_TRIES):
        try:
            for path in (*folder.iterdir(), folder):
                sync(path)
        except FileNotFoundError:
            continue
        return
    raise FileNotFoundError(f"the files of {folder} change too fast to be synced")
