"""What is left out of a question to a shard of one workspace changes neither its results nor their scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import qdrant_edge as edge

from proviso.types.search import IndexPoint, Within
from records.index.edge import Shard
from records.index.edge_terms import request_of, scored_of
from records.index.points import Ranking, rankings_of, row_of
from records.index.schema import Scored, chunks_of
from records.index.sole import Sole
from tests.contracts.indexes import DIMENSIONS, EMBEDDER, a_document, a_point, a_query, points_of

QUERIES = (
    a_query("termination for convenience", None),
    a_query("the laws of Delaware, item 3", ("ver_1",)),
    a_query("insurance per occurrence", None, without=("ver_2",)),
    a_query("notice", None, workspace="other"),
)


@pytest.fixture
def shard(tmp_path: Path) -> Iterator[Shard]:
    opened = Shard.open(tmp_path, DIMENSIONS, EMBEDDER)
    yield opened
    opened.close()


def written(shard: Shard, points: list[IndexPoint]) -> None:
    shard.upsert([row_of(point) for point in points])


def asked_in_full(shard: Shard, ranking: Ranking) -> list[Scored]:
    """What the engine finds when it is told everything."""
    found = shard._shard.query_batch(edge.QueryBatchRequest([request_of(ranking)]))[0]
    return [scored_of(point) for point in found]


def require_the_same(shard: Shard) -> None:
    """The engine leaves the order of equal scores to chance; whoever reads its lists puts them in order of id."""
    for query in QUERIES:
        rankings = rankings_of(query)
        in_full = [in_order(asked_in_full(shard, ranking)) for ranking in rankings]
        assert [in_order(found) for found in shard.search(rankings)] == in_full
        brief = shard.search(rankings, brief=True)
        assert [[one[:2] for one in in_order(found)] for found in brief] == [
            [one[:2] for one in found] for found in in_full
        ]


def in_order(found: list[Scored]) -> list[Scored]:
    return sorted(found, key=lambda one: (-one[1], one[0]))


def eases(shard: Shard) -> tuple[bool, bool]:
    """Whether the filter and the corpus of a question by words are left out."""
    by_words = rankings_of(QUERIES[0])[1]
    eased = shard._sole.eased(by_words)
    return eased.chosen != by_words.chosen, eased.corpus is None


def test_an_empty_shard_finds_nothing(shard: Shard) -> None:
    require_the_same(shard)


def test_filter_and_corpus_are_left_out_of_a_shard_of_one_workspace(shard: Shard) -> None:
    written(shard, points_of("ver_1", 20) + points_of("ver_2", 20))
    shard.upsert([row_of(a_document())])
    assert eases(shard) == (True, True)
    require_the_same(shard)


def test_nothing_is_left_out_once_another_workspace_is_there(shard: Shard) -> None:
    written(shard, points_of("ver_1", 20))
    written(shard, points_of("ver_2", 20, workspace="other"))
    assert eases(shard) == (False, False)
    require_the_same(shard)


def test_words_are_counted_in_the_workspace_after_a_deletion_until_the_shard_is_opened_again(
    shard: Shard, tmp_path: Path
) -> None:
    written(shard, points_of("ver_1", 20) + points_of("ver_2", 20) + points_of("ver_3", 8))
    shard.delete(chunks_of("acme", Within(("ver_3",))))
    assert eases(shard) == (True, False)
    require_the_same(shard)
    shard.close()
    again = Shard.open(tmp_path, DIMENSIONS, EMBEDDER)
    assert eases(again) == (True, True)
    require_the_same(again)
    again.close()
    shard._shard = edge.EdgeShard.load(str(tmp_path / "shard"))  # for the fixture to close


def test_a_deletion_of_nothing_changes_nothing(shard: Shard) -> None:
    written(shard, points_of("ver_1", 20))
    shard.delete(chunks_of("acme", Within(("ver_9",))))
    assert eases(shard) == (True, True)


def test_chunks_written_again_with_other_words_are_counted_as_they_are(shard: Shard) -> None:
    points = points_of("ver_1", 20)
    written(shard, points)
    written(shard, [replace(point, text=points[at - 1].text + " notice") for at, point in enumerate(points[:9])])
    assert eases(shard) == (True, True)
    require_the_same(shard)


def test_a_chunk_without_words_counts_among_the_chunks(shard: Shard) -> None:
    written(shard, [*points_of("ver_1", 20), a_point(50, "—")])
    assert eases(shard) == (True, False)
    require_the_same(shard)
    assert Sole.of(shard._shard) == shard._sole


def test_a_shard_is_known_again_when_it_is_opened(shard: Shard) -> None:
    for points in (points_of("ver_1", 20), points_of("ver_2", 5, workspace="other")):
        written(shard, points)
        shard.upsert([row_of(a_document())])
        found = Sole.of(shard._shard)
        assert found.several == shard._sole.several
        if not found.several:
            assert found == shard._sole == Sole("acme")
