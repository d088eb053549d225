"""What every vector index does: the embedded one, qdrant-client's local one (query shape), a live server when there is."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from proviso.errors import IndexUnavailable
from proviso.ids import point_id
from proviso.ports import VectorIndex
from proviso.types.search import SparseVector
from records.index.bm25 import document_vector, query_vector
from tests.contracts.indexes import (
    CLAUSES,
    DIMENSIONS,
    HALF_PRECISION,
    KINDS,
    a_document,
    a_point,
    a_query,
    hash_of,
    opened,
    points_of,
    require_alike,
    unit_vector,
)

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


@pytest.fixture(params=KINDS)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VectorIndex]:
    async with opened(request.param, tmp_path) as opened_index:
        yield opened_index


async def test_a_new_index_is_empty(index: VectorIndex) -> None:
    assert await index.counts() == {}
    assert (await index.state()).points == 0
    assert await index.search(a_query()) == []


async def test_a_hit_carries_everything_about_its_chunk_but_the_words(index: VectorIndex) -> None:
    point = replace(a_point(3, heading="Résiliation — §12 “für Zweckmäßigkeit”"), page_start=None, page_end=7)
    await index.upsert([point])
    (hit,) = await index.search(a_query(dense=point.dense))
    stored = asdict(hit)
    assert {key: stored[key] for key in stored if key not in ("dense", "sparse")} == {
        key: value for key, value in asdict(point).items() if key not in ("workspace", "dense", "text", "language")
    }


async def test_the_dense_score_is_the_cosine_whatever_the_length_of_the_vector(index: VectorIndex) -> None:
    first, second = unit_vector(1), unit_vector(2)
    await index.upsert([a_point(0, dense=[3 * value for value in first]), a_point(1, dense=second)])
    hits = await index.search(a_query(dense=first))
    assert [hit.chunk for hit in hits] == [0, 1]
    assert hits[0].dense == pytest.approx(1.0, abs=HALF_PRECISION)
    cosine = sum(a * b for a, b in zip(first, second, strict=True))
    assert hits[1].dense == pytest.approx(cosine, abs=HALF_PRECISION)


async def test_the_sparse_score_is_bm25_over_the_workspace(index: VectorIndex) -> None:
    points = points_of("ver_1", 8)
    await index.upsert(points)
    question = "thirty days notice of termination"
    asked = query_vector(question)
    vectors = [dict(zip(*astuple(document_vector(point.text)), strict=True)) for point in points]

    def idf(token: int) -> float:
        having = sum(token in vector for vector in vectors)
        return math.log(1 + (len(points) - having + 0.5) / (having + 0.5))

    expected = {
        point.chunk: score
        for point, vector in zip(points, vectors, strict=True)
        if (score := sum(w * idf(t) * vector[t] for t, w in zip(*astuple(asked), strict=True) if t in vector))
    }
    found = {hit.chunk: hit.sparse for hit in await index.search(a_query(question)) if hit.sparse is not None}
    assert found == pytest.approx(expected, rel=1e-4)
    assert max(found, key=lambda chunk: found[chunk]) == 0


async def test_both_lists_are_united_and_a_score_that_a_list_did_not_give_is_none(index: VectorIndex) -> None:
    await index.upsert(
        [
            a_point(0, CLAUSES[2], dense=unit_vector(1)),
            a_point(1, CLAUSES[0], dense=[-value for value in unit_vector(1)]),
            a_point(2, CLAUSES[1], dense=unit_vector(50)),
        ]
    )
    hits = await index.search(a_query("terminate for convenience", dense=unit_vector(1), limit=1))
    assert [(hit.chunk, hit.dense is None, hit.sparse is None) for hit in hits] == [(0, False, True), (1, True, False)]


async def test_a_question_without_telling_words_is_answered_by_vectors_alone(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 4))
    hits = await index.search(a_query("what is it?"))
    assert len(hits) == 4
    assert all(hit.sparse is None for hit in hits)


async def test_a_chunk_without_words_is_stored_and_found_by_its_vector(index: VectorIndex) -> None:
    await index.upsert([a_point(0, "— § —", dense=unit_vector(5))])
    (hit,) = await index.search(a_query(dense=unit_vector(5)))
    assert hit.sparse is None


async def test_a_point_written_again_replaces_itself(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 5))
    await index.upsert(points_of("ver_1", 5))
    await index.upsert([a_point(2, CLAUSES[2], heading="Governing Law")])
    assert await index.counts() == {"ver_1": 5}
    hits = await index.search(a_query("laws of Delaware"))
    assert {hit.chunk: hit.heading for hit in hits}[2] == "Governing Law"


async def test_more_points_than_one_batch_are_all_there(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 700))
    assert await index.counts() == {"ver_1": 700}
    assert (await index.state()).points == 700
    assert len(await index.search(a_query(limit=700))) == 700


async def test_nothing_to_write_or_delete_is_no_fault(index: VectorIndex) -> None:
    await index.upsert([])
    await index.delete("acme", [])
    await index.delete("acme", ["ver_unknown"])
    assert await index.counts() == {}


async def test_a_search_reads_only_the_versions_it_names(index: VectorIndex) -> None:
    for version in ("ver_1", "ver_2", "ver_3"):
        await index.upsert(points_of(version, 6))
    hits = await index.search(a_query(versions=("ver_1", "ver_3"), limit=50))
    assert {hit.version_id for hit in hits} == {"ver_1", "ver_3"}
    assert await index.search(a_query(versions=())) == []


async def test_a_search_of_the_workspace_reads_all_its_versions_but_those_without(index: VectorIndex) -> None:
    for version in ("ver_1", "ver_2", "ver_3"):
        await index.upsert(points_of(version, 6))
    await index.upsert(points_of("ver_4", 6, workspace="rival"))
    for without, read in ([], ["ver_1", "ver_2", "ver_3"]), (["ver_2", "ver_9"], ["ver_1", "ver_3"]):
        hits = await index.search(a_query(versions=None, without=without, limit=50))
        assert sorted({hit.version_id for hit in hits}) == read
        assert len(hits) == 6 * len(read)
    hits = await index.search(a_query(versions=("ver_1", "ver_2"), without=("ver_2",), limit=50))
    assert {hit.version_id for hit in hits} == {"ver_1"}
    assert await index.search(a_query(versions=("ver_1",), without=("ver_1", "ver_2"))) == []


@pytest.mark.parametrize("limit", [1, 7, 60])
async def test_what_is_left_out_makes_no_room_for_less(limit: int, index: VectorIndex) -> None:
    """However many of the best chunks are left out, the best of the others are found, each with the score it has anyway."""
    for number in range(6):
        points = enumerate(points_of(f"ver_{number}", 40))
        await index.upsert([replace(point, text=CLAUSES[0] + " more" * (6 * at + number)) for at, point in points])
    near = unit_vector(hash_of("ver_0"))
    others = await index.search(a_query(CLAUSES[0], ["ver_4", "ver_5"], dense=near, limit=limit))
    thousands = [f"ver_x{number}" for number in range(2_500)]
    for query in (
        a_query(CLAUSES[0], None, without=["ver_0", "ver_1", "ver_2", "ver_3"], dense=near, limit=limit),
        a_query(CLAUSES[0], None, without=["ver_0", "ver_1", "ver_2", "ver_3", *thousands], dense=near, limit=limit),
        a_query(CLAUSES[0], ["ver_4", "ver_5", *thousands], dense=near, limit=limit),
    ):
        require_alike(await index.search(query), others)


async def test_a_search_never_reads_another_workspace(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 6, workspace="acme"))
    await index.upsert(points_of("ver_2", 6, workspace="rival"))
    hits = await index.search(a_query(versions=("ver_1", "ver_2"), limit=50))
    assert {hit.version_id for hit in hits} == {"ver_1"}


async def test_the_texts_of_another_workspace_do_not_weigh_in_the_scores(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 8, workspace="acme"))
    before = await index.search(a_query("termination notice"))
    await index.upsert([replace(point, text=CLAUSES[0]) for point in points_of("ver_9", 40, workspace="rival")])
    after = await index.search(a_query("termination notice"))
    assert [hit.id for hit in after] == [hit.id for hit in before]
    assert [hit.sparse or 0 for hit in after] == pytest.approx([hit.sparse or 0 for hit in before], rel=1e-5)


async def test_delete_takes_the_named_versions_of_the_named_workspace_and_nothing_else(index: VectorIndex) -> None:
    for version in ("ver_1", "ver_2"):
        await index.upsert(points_of(version, 6))
    await index.upsert(points_of("ver_3", 6, workspace="rival"))
    await index.delete("acme", ["ver_1", "ver_3"])
    assert await index.counts() == {"ver_2": 6, "ver_3": 6}
    assert await index.search(a_query(versions=("ver_1",))) == []


async def test_orphans_are_deleted_in_whatever_workspace_they_are(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 6, workspace="acme"))
    await index.upsert(points_of("ver_2", 6, workspace="rival"))
    await index.upsert(points_of("ver_3", 6, workspace="rival"))
    await index.delete(None, ["ver_1", "ver_2"])
    assert await index.counts() == {"ver_3": 6}


async def test_counts_name_every_version_of_every_workspace(index: VectorIndex) -> None:
    expected = {f"ver_{number}": number % 3 + 1 for number in range(40)}
    for version, count in expected.items():
        await index.upsert(points_of(version, count, workspace=f"ws_{count}"))
    assert await index.counts() == expected


async def test_the_points_of_one_version_are_counted_alone(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 6, workspace="acme"))
    await index.upsert(points_of("ver_2", 3, workspace="rival"))
    assert [await index.count(version) for version in ("ver_1", "ver_2", "ver_3")] == [6, 3, 0]


async def test_a_vector_of_another_length_is_refused_with_a_sentence(index: VectorIndex) -> None:
    with pytest.raises(IndexUnavailable, match=f"{DIMENSIONS} dimensions; this one has 3"):
        await index.upsert([a_point(0, dense=[1.0, 0.0, 0.0])])
    with pytest.raises(IndexUnavailable, match="this one has 3"):
        await index.search(a_query(dense=[1.0, 0.0, 0.0]))
    assert await index.counts() == {}


async def test_words_weigh_as_much_as_the_query_says(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 8))
    query = a_query("insurance indemnify")
    plain = {hit.chunk: hit.sparse for hit in await index.search(query)}
    insurance = query_vector("insurance").tokens[0]
    weights = tuple(3.5 if token == insurance else 0.0 for token in query.words.tokens)
    weighted = replace(query, words=SparseVector(query.words.tokens, weights))
    found = {hit.chunk: hit.sparse for hit in await index.search(weighted)}
    assert found[5] == pytest.approx(3.5 * (plain[5] or 0), rel=1e-4)
    assert not found[1]


async def test_a_chunk_is_found_by_another_form_of_a_word_of_its_language(index: VectorIndex) -> None:
    text = "Die Kündigungsfristen der Verträge betragen drei Monate zum Quartalsende."
    await index.upsert([a_point(0, text, language="de-DE"), a_point(1, CLAUSES[0])])
    for question, language, chunk in ("Kündigungsfrist", "de", 0), ("terminating", "en", 1):
        asked = replace(a_query(), words=query_vector(question, [language]))
        assert [hit.chunk for hit in await index.search(asked) if hit.sparse] == [chunk]
    both = replace(a_query(), words=query_vector("Vertrag terminating", ["en", "de"]))
    assert {hit.chunk for hit in await index.search(both) if hit.sparse} == {0, 1}


async def test_the_vectors_of_chunks_are_given_back(index: VectorIndex) -> None:
    points = [replace(point, dense=[2 * value for value in point.dense]) for point in points_of("ver_1", 3)]
    await index.upsert([*points, a_point(3, "— § —"), *points_of("ver_2", 1, workspace="rival")])
    stored = await index.vectors("acme", [point_id("ver_1", number) for number in (0, 2, 3, 9)])
    assert set(stored) == {point_id("ver_1", number) for number in (0, 2, 3)}
    for number in (0, 2):
        vectors, words = stored[points[number].id], document_vector(points[number].text)
        assert list(vectors.dense) == pytest.approx([value / 2 for value in points[number].dense], abs=HALF_PRECISION)
        assert vectors.words.tokens == words.tokens
        assert vectors.words.weights == pytest.approx(words.weights, rel=1e-6)
    assert stored[point_id("ver_1", 3)].words == SparseVector((), ())
    assert await index.vectors("acme", [point_id("ver_2", 0)]) == {}
    assert await index.vectors("acme", []) == {}


@pytest.mark.parametrize("other", [kind for kind in KINDS if kind != "edge"])
async def test_the_engines_find_the_same_hits_in_the_same_order(other: str, tmp_path: Path) -> None:
    points = [point for number in range(6) for point in points_of(f"ver_{number}", 50)]
    versions = tuple(f"ver_{number}" for number in range(6))
    async with opened("edge", tmp_path) as edge, opened(other, tmp_path) as server:
        for index in (edge, server):
            await index.upsert(points)
        for seed, text in enumerate(CLAUSES):
            query = a_query(text, versions[: seed % 6 + 1], dense=unit_vector(1000 + seed), limit=400)
            require_alike(await edge.search(query), await server.search(query))


def astuple(vector: SparseVector) -> tuple[tuple[int, ...], tuple[float, ...]]:
    return vector.tokens, vector.weights


async def test_the_best_score_by_words_is_that_of_the_best_hit_of_the_workspace(index: VectorIndex) -> None:
    await index.upsert([*points_of("ver_1", 8), *points_of("ver_2", 8), *points_of("ver_3", 8, workspace="other")])
    asked = a_query("insurance of the supplier", None)
    best = max(hit.sparse or 0.0 for hit in await index.search(asked))
    assert await index.best_by_words("acme", asked.words) == pytest.approx(best)
    assert best > 0
    assert await index.best_by_words("acme", query_vector("zeppelin")) == 0.0
    assert await index.best_by_words("acme", query_vector("")) == 0.0
    assert await index.best_by_words("nobody", asked.words) == 0.0


async def test_some_chunks_of_a_workspace_are_the_same_each_time_and_none_of_another(index: VectorIndex) -> None:
    await index.upsert([*points_of("ver_1", 6), *points_of("ver_2", 6), *points_of("ver_3", 4, workspace="other")])
    await index.upsert_documents([a_document("ver_1")])
    ids = sorted(point.id for version in ("ver_1", "ver_2") for point in points_of(version, 6))
    assert await index.some("acme", 5) == ids[:5]
    assert await index.some("acme", 50) == ids
    assert await index.some("nobody", 5) == []
