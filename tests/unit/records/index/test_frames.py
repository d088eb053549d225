"""Frames arrive as they were sent, whole or not at all."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proviso.types.search import SparseVector
from records.index.frames import LENGTHS, Frame, pack_vectors, read_frame, unpack_vectors

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
TERMS = st.dictionaries(st.integers(0, 2**32 - 1), FLOATS, max_size=5)


def a_reader(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


@given(st.lists(st.tuples(st.lists(FLOATS, min_size=3, max_size=3), TERMS), max_size=6))
def test_vectors_come_out_as_they_went_in(rows: list[tuple[list[float], dict[int, float]]]) -> None:
    sparse = [SparseVector(tuple(sorted(terms)), tuple(terms[key] for key in sorted(terms))) for _, terms in rows]
    body = pack_vectors([dense for dense, _ in rows], sparse)
    dense_back, sparse_back = unpack_vectors(body, 3, len(rows), [len(one.tokens) for one in sparse])
    assert [list(vector) for vector in dense_back] == [dense for dense, _ in rows]
    assert sparse_back == sparse


async def test_frames_follow_each_other_on_one_connection() -> None:
    frames = [Frame({"op": "counts"}), Frame({"heading": "“Term” — é"}, b"\0\1\2"), Frame({})]
    reader = a_reader(b"".join(frame.encoded() for frame in frames))
    assert [await read_frame(reader) for _ in frames] == frames
    assert await read_frame(reader) is None


@pytest.mark.parametrize("kept", [3, 9, 20])
async def test_a_frame_that_is_cut_is_not_a_frame(kept: int) -> None:
    data = Frame({"op": "upsert"}, b"0123456789").encoded()
    with pytest.raises(asyncio.IncompleteReadError):
        await read_frame(a_reader(data[:kept]))


async def test_a_frame_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(ConnectionError, match="beyond the limit"):
        await read_frame(a_reader(LENGTHS.pack(2**31, 2**31)))
