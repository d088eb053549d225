"""Rows, rankings and vectors as frames between a service and its index process (records, pure), written and read here."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from proviso.types.search import SparseVector, StoredVectors
from records.index.frames import FLOAT_BYTES, Frame, pack_vectors, unpack_vectors
from records.index.points import Ranking, Row
from records.index.schema import DENSE, PAYLOAD_KEYS, Chosen, Scored

Brief = tuple[str, float]
"""A point id and its raw score."""


def upsert_frame(rows: Sequence[Row], *, sync: bool) -> Frame:
    """`sync`: everything is to be on disk before the reply."""
    sparse = [vector for row in rows for vector in row.sparse.values()]
    header = {
        "op": "upsert",
        "rows": [(row.id, row.payload, row.dense is not None, list(row.sparse)) for row in rows],
        "terms": _terms(sparse),
        "sync": sync,
    }
    return Frame(header, pack_vectors((row.dense for row in rows if row.dense is not None), sparse))


def rows_of(request: Frame, dimensions: int) -> list[Row]:
    rows = request.header["rows"]
    count = sum(has_dense for _, _, has_dense, _ in rows)
    dense, sparse = _vectors_of(request, dimensions, count)
    return [
        Row(point_id, payload, next(dense) if has_dense else None, {name: next(sparse) for name in names})
        for point_id, payload, has_dense, names in rows
    ]


def search_frame(rankings: Sequence[Ranking], *, brief: bool = False) -> Frame:
    """`brief`: points by id and score alone are wanted, in a `brief_frame`."""
    dense: list[Sequence[float]] = []
    sparse: list[SparseVector] = []
    for ranking in rankings:
        if isinstance(ranking.vector, SparseVector):
            sparse.append(ranking.vector)
        else:
            dense.append(ranking.vector)
    header = {
        "op": "brief" if brief else "search",
        "rankings": [_described(one) for one in rankings],
        "terms": _terms(sparse),
    }
    return Frame(header, pack_vectors(dense, sparse))


def rankings_in(request: Frame, dimensions: int) -> list[Ranking]:
    rankings = request.header["rankings"]
    count = sum(one["using"] == DENSE for one in rankings)
    dense, sparse = _vectors_of(request, dimensions, count)
    return [
        Ranking(
            one["using"],
            next(dense) if one["using"] == DENSE else next(sparse),
            chosen_in(one["chosen"]),
            one["limit"],
            None if one["corpus"] is None else chosen_in(one["corpus"]),
        )
        for one in rankings
    ]


def found_frame(found: Sequence[Sequence[Scored]]) -> Frame:
    """The lists one after another in the body, so that reading the frame does not read them."""
    lists = [json.dumps(one, separators=(",", ":")).encode() for one in found]
    return Frame({"bytes": [len(one) for one in lists]}, b"".join(lists))


def found_in(reply: Frame) -> list[list[Scored]]:
    """The lists of a reply: about 5 µs a hit, some of it without letting go of the interpreter."""
    out, at = [], 0
    for length in reply.header["bytes"]:
        out.append(
            [(point_id, score, payload) for point_id, score, payload in json.loads(reply.body[at : at + length])]
        )
        at += length
    return out


def brief_frame(found: Sequence[Sequence[Scored]]) -> Frame:
    """Scores, four bytes each as the engine has them, and ids of all lists: payloads are nine tenths of a result and its time."""
    scores = array("f", (score for one in found for _, score, _ in one))
    ids = ",".join(point_id for one in found for point_id, _, _ in one)
    return Frame({"lengths": [len(one) for one in found]}, scores.tobytes() + ids.encode())


def brief_in(reply: Frame) -> list[list[Brief]]:
    """The lists of a `brief_frame`."""
    lengths = reply.header["lengths"]
    middle = sum(lengths) * FLOAT_BYTES
    scores, ids = memoryview(reply.body)[:middle].cast("f").tolist(), reply.body[middle:].decode().split(",")
    both = zip(ids, scores, strict=True) if scores else iter(())
    return [list(islice(both, length)) for length in lengths]


def payloads_frame(payloads: Mapping[str, Mapping[str, Any]]) -> Frame:
    """What is stored beside points, without the names of the keys, which are the same for all."""
    rows = {point_id: [payload.get(key) for key in PAYLOAD_KEYS] for point_id, payload in payloads.items()}
    return Frame({}, json.dumps(rows, separators=(",", ":")).encode())


def payloads_in(reply: Frame) -> dict[str, list[Any]]:
    """Values in the order of `PAYLOAD_KEYS` by point id."""
    rows: dict[str, list[Any]] = json.loads(reply.body)
    return rows


def stored_frame(stored: dict[str, StoredVectors]) -> Frame:
    words = [vectors.words for vectors in stored.values()]
    header = {"ids": list(stored), "terms": _terms(words)}
    return Frame(header, pack_vectors((vectors.dense for vectors in stored.values()), words))


def stored_in(reply: Frame, dimensions: int) -> dict[str, StoredVectors]:
    ids = reply.header["ids"]
    dense, words = unpack_vectors(reply.body, dimensions, len(ids), reply.header["terms"])
    return {point_id: StoredVectors(one, other) for point_id, one, other in zip(ids, dense, words, strict=True)}


def described(chosen: Chosen) -> dict[str, Any]:
    """`chosen` as JSON, read by `chosen_in`."""
    return {"having": chosen.having, "lacking": chosen.lacking, "absent": chosen.absent}


def chosen_in(said: dict[str, Any]) -> Chosen:
    return Chosen(_values(said["having"]), _values(said["lacking"]), tuple(said["absent"]))


def _vectors_of(
    request: Frame, dimensions: int, count: int
) -> tuple[Iterator[Sequence[float]], Iterator[SparseVector]]:
    dense, sparse = unpack_vectors(request.body, dimensions, count, request.header["terms"])
    return iter(dense), iter(sparse)


def _described(ranking: Ranking) -> dict[str, Any]:
    return {
        "using": ranking.using,
        "chosen": described(ranking.chosen),
        "limit": ranking.limit,
        "corpus": None if ranking.corpus is None else described(ranking.corpus),
    }


def _values(said: Iterable[tuple[str, list[str]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, tuple(values)) for key, values in said)


def _terms(vectors: Iterable[SparseVector]) -> list[int]:
    return [len(vector.tokens) for vector in vectors]
