"""What crosses to the index process is read there as it was said."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from proviso.types.search import SparseVector, StoredVectors
from records.index.bm25 import sparse
from records.index.frames import Frame
from records.index.messages import (
    chosen_in,
    described,
    found_frame,
    found_in,
    rankings_in,
    rows_of,
    search_frame,
    stored_frame,
    stored_in,
    upsert_frame,
)
from records.index.points import Ranking, Row
from records.index.schema import BM25, DENSE, NAMES, OPENING, Chosen, Scored

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
DENSES = st.tuples(FLOATS, FLOATS, FLOATS)
SPARSES = st.dictionaries(st.integers(0, 2**32 - 1), FLOATS, max_size=4).map(lambda terms: sparse(terms.items()))
VALUES = st.lists(st.tuples(st.text(max_size=3), st.lists(st.text(max_size=3), max_size=3).map(tuple)), max_size=2)
CHOSEN = st.builds(Chosen, VALUES.map(tuple), VALUES.map(tuple), st.lists(st.text(max_size=3), max_size=2).map(tuple))
ROWS = st.builds(
    Row,
    st.uuids().map(str),
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.none(), max_size=2),
    st.none() | DENSES,
    st.dictionaries(st.sampled_from([BM25, NAMES, OPENING]), SPARSES, max_size=3),
)
FOUND = st.tuples(st.uuids().map(str), FLOATS, st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2))
RANKINGS = st.one_of(
    st.builds(Ranking, st.just(DENSE), DENSES, CHOSEN, st.integers(1, 500), st.none()),
    st.builds(Ranking, st.sampled_from([BM25, NAMES]), SPARSES, CHOSEN, st.integers(1, 500), st.none() | CHOSEN),
)


def sent(frame: Frame) -> Frame:
    """The frame as the other end reads it."""
    return Frame(json.loads(json.dumps(frame.header)), frame.body)


def listed(vector: SparseVector | Sequence[float] | None) -> object:
    return vector if vector is None or isinstance(vector, SparseVector) else tuple(vector)


@given(st.lists(ROWS, max_size=5), st.booleans())
def test_rows(rows: list[Row], sync: bool) -> None:
    request = sent(upsert_frame(rows, sync=sync))
    read = rows_of(request, 3)
    assert [(row.id, row.payload, row.sparse) for row in read] == [(row.id, row.payload, row.sparse) for row in rows]
    assert [listed(row.dense) for row in read] == [row.dense for row in rows]
    assert (request.header["op"], request.header["sync"]) == ("upsert", sync)


@given(st.lists(RANKINGS, max_size=4))
def test_rankings(rankings: list[Ranking]) -> None:
    read = rankings_in(sent(search_frame(rankings)), 3)
    assert [(one.using, listed(one.vector), one.chosen, one.limit, one.corpus) for one in read] == [
        (one.using, one.vector, one.chosen, one.limit, one.corpus) for one in rankings
    ]


@given(st.dictionaries(st.uuids().map(str), st.builds(StoredVectors, DENSES, SPARSES), max_size=4))
def test_stored_vectors(stored: dict[str, StoredVectors]) -> None:
    read = stored_in(sent(stored_frame(stored)), 3)
    assert {key: (listed(one.dense), one.words) for key, one in read.items()} == {
        key: (one.dense, one.words) for key, one in stored.items()
    }


@given(st.lists(st.lists(FOUND, max_size=3), max_size=3))
def test_what_was_found(found: list[list[Scored]]) -> None:
    assert found_in(sent(found_frame(found))) == found


@given(CHOSEN)
def test_what_is_chosen(chosen: Chosen) -> None:
    assert chosen_in(json.loads(json.dumps(described(chosen)))) == chosen
