"""Frames between a service and its index process (records): a JSON header, then numbers as they lie in memory.

Both ends run on one machine as one user, so numbers travel in native byte order. Nothing here is ever unpickled.
"""

from __future__ import annotations

import asyncio
import json
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from proviso.types.search import SparseVector

LENGTHS = struct.Struct("=II")
LIMIT_BYTES = 256 * 1024 * 1024
FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """One request or reply."""

    header: dict[str, Any]
    body: bytes = b""

    def encoded(self) -> bytes:
        header = json.dumps(self.header, separators=(",", ":")).encode()
        return LENGTHS.pack(len(header), len(self.body)) + header + self.body


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame, None when the other end has closed. A frame that is cut raises `IncompleteReadError`."""
    try:
        lengths = await reader.readexactly(LENGTHS.size)
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise
        return None
    header_bytes, body_bytes = LENGTHS.unpack(lengths)
    if header_bytes + body_bytes > LIMIT_BYTES:
        raise ConnectionError(f"a frame of {header_bytes + body_bytes} bytes is beyond the limit of {LIMIT_BYTES}")
    header = json.loads(await reader.readexactly(header_bytes))
    return Frame(header, await reader.readexactly(body_bytes))


def pack_vectors(dense: Iterable[Sequence[float]], sparse: Sequence[SparseVector]) -> bytes:
    """All dense vectors, then all token ids, then all their weights, four bytes each."""
    floats, tokens, weights = array("f"), array("I"), array("f")
    for vector in dense:
        floats.extend(vector)
    for one in sparse:
        tokens.extend(one.tokens)
        weights.extend(one.weights)
    return floats.tobytes() + tokens.tobytes() + weights.tobytes()


def unpack_vectors(
    body: bytes, dimensions: int, count: int, terms: Sequence[int]
) -> tuple[list[Sequence[float]], list[SparseVector]]:
    """The vectors of `pack_vectors`: `count` dense ones, which are views of `body`, and sparse ones of so many `terms`."""
    whole = memoryview(body)
    start = count * dimensions * FLOAT_BYTES
    middle = start + sum(terms) * FLOAT_BYTES
    floats = whole[:start].cast("f")
    tokens, weights = whole[start:middle].cast("I").tolist(), whole[middle:].cast("f").tolist()
    dense: list[Sequence[float]] = [floats[at * dimensions : (at + 1) * dimensions] for at in range(count)]
    sparse, at = [], 0
    for length in terms:
        sparse.append(SparseVector(tuple(tokens[at : at + length]), tuple(weights[at : at + length])))
        at += length
    return dense, sparse
