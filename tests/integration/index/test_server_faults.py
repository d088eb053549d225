"""A Qdrant server that refuses, stalls or breaks off: asked again while that may help, then one clear sentence."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from proviso.errors import IndexUnavailable
from records.index.layout import ServerLayout
from records.index.schema import identity
from records.index.server import Patience, ServerIndex
from tests.contracts.indexes import DIMENSIONS, EMBEDDER, a_query, points_of
from tests.integration.index.qdrant_stub import QdrantStub, a_qdrant_stub

PATIENCE = Patience(timeout_s=1, attempts=3, first_wait_s=0.01, longest_wait_s=0.3)
COLLECTION = f"proviso_{DIMENSIONS}"


async def connected(stub: QdrantStub) -> ServerIndex:
    return await ServerIndex.open(stub.url, dimensions=DIMENSIONS, embedder=EMBEDDER, patience=PATIENCE)


@pytest.fixture
async def stub() -> AsyncIterator[QdrantStub]:
    async with a_qdrant_stub() as running:
        yield running


@pytest.fixture
async def index(stub: QdrantStub) -> AsyncIterator[ServerIndex]:
    opened = await connected(stub)
    stub.asked.clear()
    yield opened
    await opened.close()


async def test_opening_makes_the_collection_and_its_indexes_once(stub: QdrantStub) -> None:
    await (await connected(stub)).close()
    created = next(one for one in stub.asked if one.method == "PUT" and one.path == f"/collections/{COLLECTION}")
    assert created.body["vectors"] == {"dense": {"size": DIMENSIONS, "distance": "Cosine", "datatype": "float16"}}
    assert not {"shard_number", "replication_factor", "quantization_config"}.intersection(created.body)
    assert created.body["sparse_vectors"] == {name: {"modifier": "idf"} for name in ("bm25", "names", "opening")}
    assert stub.collections == {COLLECTION: identity(DIMENSIONS, EMBEDDER)}
    indexes = [one.body for one in stub.asked if one.path.endswith("/index")]
    assert indexes == [
        {"field_name": name, "field_schema": {"type": "keyword", "is_tenant": name.endswith("workspace")}}
        for name in ("workspace", "document_workspace", "version_id", "document_version")
    ]
    stub.asked.clear()
    await (await connected(stub)).close()
    assert f"PUT /collections/{COLLECTION}" not in stub.paths()


async def test_a_collection_is_laid_out_and_searched_as_told(stub: QdrantStub) -> None:
    layout = ServerLayout(shards=6, replicas=3, quantized=True, search_ef=512)
    index = await ServerIndex.open(stub.url, dimensions=DIMENSIONS, embedder=EMBEDDER, layout=layout, patience=PATIENCE)
    created = next(one for one in stub.asked if one.method == "PUT" and one.path == f"/collections/{COLLECTION}").body
    assert [created[key] for key in ("shard_number", "replication_factor", "write_consistency_factor")] == [6, 3, 2]
    quantized = {"scalar": {"type": "int8", "quantile": 0.99, "always_ram": True}}
    assert created["vectors"]["dense"]["quantization_config"] == quantized
    await index.search(a_query())
    dense, sparse = stub.asked[-1].body["searches"]
    assert dense["params"] == {"hnsw_ef": 512, "quantization": {"rescore": True, "oversampling": 2.0}}
    assert list(sparse["params"]) == ["idf"]
    await index.close()


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({COLLECTION: identity(DIMENSIONS, "another")}, "built with the embedder another"),
        ({"proviso_384": identity(384, "minilm")}, "holds the collection proviso_384"),
    ],
)
async def test_a_server_with_the_index_of_another_embedder_is_refused(
    there: dict[str, dict[str, object]], words: str, stub: QdrantStub
) -> None:
    stub.collections = there
    with pytest.raises(IndexUnavailable, match=words):
        await connected(stub)
    assert not any(one.method in ("PUT", "PATCH") for one in stub.asked)


async def test_a_collection_that_does_not_say_its_embedder_is_taken_and_told(stub: QdrantStub) -> None:
    stub.collections = {COLLECTION: {}, "somebody_else": {}}
    await (await connected(stub)).close()
    assert stub.collections[COLLECTION] == identity(DIMENSIONS, EMBEDDER)


async def test_writes_wait_until_they_are_applied(stub: QdrantStub, index: ServerIndex) -> None:
    await index.upsert(points_of("ver_1", 300))
    await index.delete("acme", ["ver_1"])
    assert [(one.path.rsplit("/", 1)[1], one.query) for one in stub.asked] == [
        ("points", "wait=true"),
        ("points", "wait=true"),
        ("delete", "wait=true"),
        ("delete", "wait=true"),
    ]
    assert [len(one.body["points"]) for one in stub.asked[:2]] == [256, 44]
    stub.write_status = "acknowledged"
    with pytest.raises(IndexUnavailable, match="has not applied the write"):
        await index.upsert(points_of("ver_1", 1))


async def test_one_search_is_one_request_with_both_halves_bound_to_the_workspace(
    stub: QdrantStub, index: ServerIndex
) -> None:
    await index.search(a_query(versions=["ver_1", "ver_2"], limit=7))
    (asked,) = stub.asked
    dense, sparse = asked.body["searches"]
    tenant = {"key": "workspace", "match": {"value": "acme"}}
    scope = {"must": [tenant, {"key": "version_id", "match": {"any": ["ver_1", "ver_2"]}}]}
    assert [half["filter"] for half in (dense, sparse)] == [scope, scope]
    assert [(half["using"], half["limit"]) for half in (dense, sparse)] == [("dense", 7), ("bm25", 7)]
    assert sparse["params"]["idf"] == {"corpus": {"must": [tenant]}}


@pytest.mark.parametrize("fault", ["500", "502", "503", "504", "429", "429-1", "429-later", "reset", "hang", "garbage"])
async def test_a_fault_that_passes_is_asked_over(fault: str, stub: QdrantStub, index: ServerIndex) -> None:
    stub.faults = [fault]
    assert await index.search(a_query()) == []
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("503", "answered with status 503: .*told to fail"),
        ("429-1", r"over its limit \(told to fail\)"),
        ("429-later", "over its limit"),
        ("reset", "cannot be reached"),
        ("hang", r"cannot be reached \(ReadTimeout"),
        ("garbage", "cannot be reached"),
    ],
)
async def test_a_fault_that_stays_is_index_unavailable_after_bounded_attempts(
    fault: str, words: str, stub: QdrantStub, index: ServerIndex
) -> None:
    stub.faults = [fault] * 10
    start = time.monotonic()
    with pytest.raises(IndexUnavailable, match=words) as refused:
        await index.upsert(points_of("ver_1", 1))
    assert refused.value.detail.startswith(f"The Qdrant server at {stub.url}")
    assert len(stub.asked) == PATIENCE.attempts
    assert time.monotonic() - start < 6


@pytest.mark.parametrize(("fault", "words"), [("401", "PROVISO_QDRANT_API_KEY"), ("403", "API key"), ("404", "404")])
async def test_a_refusal_is_not_asked_over(fault: str, words: str, stub: QdrantStub, index: ServerIndex) -> None:
    stub.faults = [fault]
    with pytest.raises(IndexUnavailable, match=words):
        await index.counts()
    assert len(stub.asked) == 1


async def test_a_collection_that_another_process_makes_first_is_used(stub: QdrantStub) -> None:
    stub.faults = ["", "409-race"]
    await (await connected(stub)).close()
    assert stub.collections == {COLLECTION: identity(DIMENSIONS, EMBEDDER)}


async def test_a_server_that_is_not_there_is_index_unavailable() -> None:
    async with a_qdrant_stub() as stub:
        url = stub.url
    with pytest.raises(IndexUnavailable, match="cannot be reached"):
        await ServerIndex.open(url, dimensions=DIMENSIONS, embedder=EMBEDDER, patience=PATIENCE)


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
async def test_the_api_key_travels_and_is_in_no_sentence(stub: QdrantStub) -> None:
    index = await ServerIndex.open(
        stub.url, api_key="secret-key", dimensions=DIMENSIONS, embedder=EMBEDDER, patience=PATIENCE
    )
    assert {one.headers["api-key"] for one in stub.asked} == {"secret-key"}
    stub.faults = ["401"]
    with pytest.raises(IndexUnavailable) as refused:
        await index.counts()
    assert "secret" not in refused.value.detail
    assert "secret" not in (await index.state()).place
    await index.close()
