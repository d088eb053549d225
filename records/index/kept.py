"""What a service keeps of the chunks that its index process has told it of (records): places and headings, by point id.

A search gives hundreds of candidates, and to read, send and decode what is stored beside each takes as long as to find them. It is sent
once, and then kept until the point is written again. Points that are deleted are not found any more; what is kept of them goes in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from sys import intern
from typing import Any, cast

from proviso.types.search import IndexHit
from records.index.messages import Brief

MOST = 100_000
"""Chunks; about 450 bytes each, and 100,000 are some 1,000 contracts."""
AT_ONCE = 1_000
"""How many go when there are too many, those first that have been here longest."""
Stored = tuple[str, str, int, int, int, str, str, int | None, int | None]
"""What is stored of a chunk, in the order of the fields of `IndexHit`."""


class KeptChunks:
    """Chunks by point id. What was asked for before a write is not kept after it, because nobody knows which of the two came first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._chunks: dict[str, Stored] = {}
        self.writes = 0
        """How often points were written or are about to be."""

    def of(self, ids: Iterable[str]) -> dict[str, Stored]:
        """Those of the points that are kept."""
        chunks = self._chunks
        return {point_id: chunks[point_id] for point_id in ids if point_id in chunks}

    def keep(self, rows: Mapping[str, Sequence[Any]], writes: int) -> dict[str, Stored]:
        """`rows` by point id, values in the order of `PAYLOAD_KEYS`, as they were asked for when `writes` was what it says. Kept, and
        given back as they are kept."""
        fresh = {point_id: _stored(row) for point_id, row in rows.items()}
        if writes == self.writes:
            self._chunks |= fresh
            if len(self._chunks) > self._most:
                for point_id in list(islice(self._chunks, len(self._chunks) - self._most + AT_ONCE)):
                    del self._chunks[point_id]
        return fresh

    def drop(self, ids: Iterable[str]) -> None:
        """These points are about to be written, or were."""
        self.writes += 1
        for point_id in ids:
            self._chunks.pop(point_id, None)


def hits_with(stored: Mapping[str, Stored], dense: Sequence[Brief], sparse: Sequence[Brief] = ()) -> list[IndexHit]:
    """As `schema.hits_of`: the union of both lists, the dense ones best first, then those that only words found. A point of which nothing
    is stored has gone meanwhile."""
    vector_scores, word_scores = dict(dense), dict(sparse)
    order = dict.fromkeys(point_id for found in (dense, sparse) for point_id, _ in sorted(found, key=_rank))
    return [
        IndexHit(point_id, *stored[point_id], vector_scores.get(point_id), word_scores.get(point_id))
        for point_id in order
        if point_id in stored
    ]


def _rank(found: Brief) -> tuple[float, str]:
    return -found[1], found[0]


def _stored(row: Sequence[Any]) -> Stored:
    """Without the workspace; the ids of document and version once in memory for all their chunks."""
    _, document_id, version_id, *places = row
    return cast(Stored, (intern(document_id), intern(version_id), *places))
