"""A costly filter may be tried as a sieve, and what it lets through is what the filter would have found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proviso.types.search import DocumentQuery, SparseVector, Within
from records.index.bm25 import query_vector
from records.index.points import (
    COSTLY_VALUES,
    SPARE,
    WIDER,
    Ranking,
    asks_nothing,
    document_rankings,
    row_of,
    sieved,
    unscored,
    widened,
)
from records.index.schema import DENSE, DOCUMENT_VERSION, VERSION_ID, Scored, chunks_of
from tests.contracts.indexes import a_document, a_document_query, a_point, a_query

MANY = tuple(f"ver_x{number}" for number in range(COSTLY_VALUES))


def ranking(within: Within, limit: int) -> Ranking:
    return Ranking(DENSE, (1.0, 0.0), chunks_of("acme", within), limit)


def engine(points: list[str], asked: Ranking) -> list[Scored]:
    """Points (versions in order of score) as an engine would rank them."""
    having, lacking = (
        {key: set(values) for key, values in part} for part in (asked.chosen.having, asked.chosen.lacking)
    )
    allowed = [
        (str(at), -float(at), {VERSION_ID: version, "workspace": "acme"})
        for at, version in enumerate(points)
        if version in having.get(VERSION_ID, {version}) and version not in lacking.get(VERSION_ID, ())
    ]
    return allowed[: asked.limit]


def test_a_cheap_filter_is_left_to_the_engine() -> None:
    for within in (Within(None), Within(("ver_1",)), Within(MANY[1:])):
        assert widened(ranking(within, 10)) is None


def test_a_costly_filter_is_dropped_and_more_candidates_asked_for() -> None:
    wide = widened(ranking(Within(None, ("ver_1",)), 10))
    assert wide is not None
    assert (wide.chosen, wide.limit) == (chunks_of("acme"), 10 + SPARE)
    wide = widened(ranking(Within(MANY), 10))
    assert wide is not None
    assert (wide.chosen, wide.limit) == (chunks_of("acme"), 10 * WIDER + SPARE)


@given(
    st.lists(st.sampled_from(["ver_1", "ver_2", "ver_3"]), max_size=300),
    st.sampled_from([Within(None, ("ver_2",)), Within(("ver_1", *MANY)), Within(MANY, ("ver_1",)), Within(("ver_1",))]),
    st.integers(1, 30),
)
def test_the_sieve_lets_through_what_the_filter_would_find_or_says_that_it_cannot_tell(
    points: list[str], within: Within, limit: int
) -> None:
    asked = ranking(within, limit)
    kept = sieved(asked, engine(points, widened(asked) or asked))
    assert kept in (None, engine(points, asked))
    if len(points) <= limit + SPARE:
        assert kept is not None


@pytest.mark.parametrize(
    "within", [Within(()), Within(("ver_1",), ("ver_1",)), Within(("ver_1", "ver_2"), ("ver_2", "ver_1", "ver_3"))]
)
def test_a_query_that_reads_no_version_asks_nothing(within: Within) -> None:
    assert within.nothing
    assert asks_nothing(DocumentQuery("acme", within, query_vector("law"), 5))


def test_a_query_without_words_asks_for_chunks_but_not_for_documents() -> None:
    assert not asks_nothing(a_query("what is it?"))
    assert asks_nothing(a_document_query("what is it?"))
    assert asks_nothing(a_query(limit=0))


def test_the_row_of_a_document_has_words_alone_and_names_its_workspace_by_a_key_of_its_own() -> None:
    row = row_of(a_document("ver_7", names="visium", opening="—"))
    assert row.dense is None
    assert list(row.sparse) == ["names"]
    assert set(row.payload) == {"document_workspace", "document_id", "document_version", "aliases"}
    assert not set(row.payload).intersection(row_of(a_point()).payload) - {"document_id"}


def test_documents_are_scored_again_only_when_a_list_may_have_been_cut() -> None:
    query = DocumentQuery("acme", Within(None), SparseVector((1,), (1.0,)), 2)
    one = [("a", 1.0, {DOCUMENT_VERSION: "ver_1"})]
    two = [("b", 2.0, {DOCUMENT_VERSION: "ver_2"}), *one]
    assert unscored(query, [one, one]) is None
    again = unscored(query, [one, two])
    assert again is not None
    assert (again.within, again.limit) == (Within(("ver_1", "ver_2")), 2)
    assert len(document_rankings(again)) == 2
