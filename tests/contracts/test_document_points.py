"""What every vector index knows of whole documents: found by name and opening, apart from the chunks, gone with them."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proviso.ports import VectorIndex
from proviso.types.search import DocumentPoint
from records.index.bm25 import NAMES, OPENINGS, Weighting, document_vector, query_vector
from tests.contracts.indexes import KINDS, a_document, a_document_query, a_query, opened, points_of, require_alike

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

LIBRARY = [
    a_document(
        "ver_1", "centrack web-site-hosting.pdf", "WEB SITE HOSTING AGREEMENT between Centrack International and i-on"
    ),
    a_document(
        "ver_2", "nyliac-service.pdf Service Agreement", "This agreement of New York Life Insurance covers service"
    ),
    a_document("ver_3", "visium-distributor.pdf Distributor Agreement", "Distributor Agreement of Visium Technologies"),
    a_document(
        "ver_4", "xacct-support.pdf Support and Maintenance", "XACCT Technologies gives support for its software"
    ),
    a_document("ver_5", "mfa-joint-filing.pdf Joint Filing", "The undersigned agree to joint filing of Schedule 13D"),
]


@pytest.fixture(params=KINDS)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VectorIndex]:
    async with opened(request.param, tmp_path) as opened_index:
        yield opened_index


def bm25(question: str, texts: dict[str, str], weighting: Weighting) -> dict[str, float]:
    """Scores by version, from the formula."""
    vectors = {version: document_vector(text, "en", weighting) for version, text in texts.items()}
    stored = {version: dict(zip(vector.tokens, vector.weights, strict=True)) for version, vector in vectors.items()}
    asked = query_vector(question)

    def idf(token: int) -> float:
        having = sum(token in vector for vector in stored.values())
        return math.log(1 + (len(stored) - having + 0.5) / (having + 0.5))

    return {
        version: sum(w * idf(t) * vector.get(t, 0.0) for t, w in zip(asked.tokens, asked.weights, strict=True))
        for version, vector in stored.items()
    }


async def found_by(index: VectorIndex, question: str, **how: object) -> list[str]:
    return [hit.version_id for hit in await index.documents(a_document_query(question, **how))]  # type: ignore[arg-type]


async def test_a_document_is_found_by_its_names_and_by_its_opening(index: VectorIndex) -> None:
    await index.upsert_documents(LIBRARY)
    assert await found_by(index, "the Visium distributor agreement") == ["ver_3"]
    assert await found_by(index, "what did New York Life promise?") == ["ver_2"]
    assert await found_by(index, "zebra") == await found_by(index, "what is it?") == []
    (hit,) = await index.documents(a_document_query("centrack"))
    assert (hit.document_id, hit.aliases) == ("doc_1", LIBRARY[0].aliases)


async def test_both_scores_of_a_document_are_bm25_over_the_documents_of_the_workspace(index: VectorIndex) -> None:
    await index.upsert_documents(LIBRARY)
    await index.upsert_documents([a_document("ver_9", "service support filing", workspace="rival")])
    await index.upsert(points_of("ver_1", 20))
    question = "joint service, support and software of Technologies"
    names = bm25(question, {point.version_id: point.names for point in LIBRARY}, NAMES)
    openings = bm25(question, {point.version_id: point.opening for point in LIBRARY}, OPENINGS)
    expected = {version: (names[version], openings[version]) for version in names if names[version] + openings[version]}
    hits = await index.documents(a_document_query(question))
    assert [hit.version_id for hit in hits] == sorted(expected, key=lambda version: -sum(expected[version]))
    for hit in hits:
        assert (hit.names, hit.opening) == pytest.approx(expected[hit.version_id], rel=1e-4)


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_a_document_that_one_list_has_cut_off_has_its_score_all_the_same(limit: int, index: VectorIndex) -> None:
    await index.upsert_documents(LIBRARY)
    question = "joint service, support and software of Technologies"
    whole = {hit.version_id: hit for hit in await index.documents(a_document_query(question))}
    few = await index.documents(a_document_query(question, limit=limit))
    assert limit <= len(few) <= 2 * limit
    for hit in few:
        same = whole[hit.version_id]
        assert (hit.names, hit.opening) == pytest.approx((same.names, same.opening), rel=1e-5)
    for best in (max(whole.values(), key=lambda hit: hit.names), max(whole.values(), key=lambda hit: hit.opening)):
        assert best.version_id in {hit.version_id for hit in few}


async def test_only_documents_within_the_query_are_found(index: VectorIndex) -> None:
    await index.upsert_documents(LIBRARY)
    question = "support Technologies distributor"
    assert await found_by(index, question) == ["ver_3", "ver_4"]
    assert await found_by(index, question, versions=["ver_3", "ver_5"]) == ["ver_3"]
    assert await found_by(index, question, without=["ver_3", "ver_5"]) == ["ver_4"]
    assert await found_by(index, question, versions=[]) == await found_by(index, question, limit=0) == []
    assert await found_by(index, question, workspace="rival") == []


async def test_documents_are_neither_found_nor_counted_among_chunks(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 8))
    before = await index.search(a_query("termination notice", None, limit=50))
    await index.upsert_documents([a_document("ver_1", "termination notice", "termination notice"), *LIBRARY[1:]])
    require_alike(await index.search(a_query("termination notice", None, limit=50)), before)
    assert (await index.state()).points == await index.count("ver_1") == 8
    assert await index.vectors("acme", [LIBRARY[0].id]) == {}


async def test_a_document_without_chunks_is_counted_as_none_so_that_it_can_be_found_and_deleted(
    index: VectorIndex,
) -> None:
    await index.upsert(points_of("ver_1", 8))
    await index.upsert_documents(LIBRARY[:2])
    assert await index.counts() == {"ver_1": 8, "ver_2": 0}
    await index.delete(None, ["ver_2"])
    assert await index.counts() == {"ver_1": 8}


async def test_a_deletion_takes_the_document_with_its_chunks_in_the_named_workspace(index: VectorIndex) -> None:
    await index.upsert(points_of("ver_1", 3))
    await index.upsert_documents([*LIBRARY, a_document("ver_8", workspace="rival")])
    await index.delete("acme", ["ver_1", "ver_8"])
    assert await index.counts() == {"ver_2": 0, "ver_3": 0, "ver_4": 0, "ver_5": 0, "ver_8": 0}
    assert await found_by(index, "centrack") == []
    assert await found_by(index, "hosting", workspace="rival") == ["ver_8"]


async def test_a_document_written_again_replaces_itself(index: VectorIndex) -> None:
    await index.upsert_documents([])
    await index.upsert_documents(LIBRARY)
    await index.upsert_documents([a_document("ver_1", "renamed.pdf", "Now about zebras", aliases=["renamed"])])
    assert await found_by(index, "centrack") == []
    (hit,) = await index.documents(a_document_query("zebra"))
    assert (hit.version_id, hit.aliases) == ("ver_1", ("renamed",))


async def test_a_document_without_words_is_stored_and_never_found(index: VectorIndex) -> None:
    await index.upsert_documents([a_document("ver_1", "—", "§"), a_document("ver_2", "—", "zebra")])
    assert await index.counts() == {"ver_1": 0, "ver_2": 0}
    (hit,) = await index.documents(a_document_query("zebra"))
    assert (hit.version_id, hit.names) == ("ver_2", 0.0)


@pytest.mark.parametrize("other", [kind for kind in KINDS if kind != "edge"])
async def test_the_engines_find_the_same_documents_in_the_same_order(other: str, tmp_path: Path) -> None:
    questions = [word for point in LIBRARY for word in (point.names, point.opening)]
    async with opened("edge", tmp_path) as edge, opened(other, tmp_path) as server:
        for index in (edge, server):
            await index.upsert_documents(many(40))
        for question in questions:
            for limit in (3, 100):
                query = a_document_query(question, limit=limit)
                one, two = await edge.documents(query), await server.documents(query)
                assert [hit.version_id for hit in one] == [hit.version_id for hit in two]
                for first, second in zip(one, two, strict=True):
                    assert (first.names, first.opening) == pytest.approx((second.names, second.opening), rel=1e-4)


def many(count: int) -> list[DocumentPoint]:
    """The library over and over, each document with a length of its own, so that no two score alike."""
    return [
        a_document(
            f"ver_{number}",
            LIBRARY[number % 5].names + " form" * number,
            LIBRARY[number % 5].opening + " form" * number,
        )
        for number in range(count)
    ]
