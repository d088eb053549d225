"""The retriever against a running service: scopes, exact text, both ways of asking, and every fault by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_index.core.schema import MetadataMode, QueryBundle

from api.llamaindex.retriever import EVERYTHING, ProvisoRetriever, SearchScope
from api.llamaindex.service import Service, ServiceUnavailable
from proviso.errors import InvalidRequest, NotFound
from tests.instruments.rerankers import RerankServer
from tests.instruments.service import upload

QUESTION = "Who owns the inventions?"


@pytest.fixture(scope="module")
def documents(client: httpx.Client, samples: Path) -> dict[str, dict[str, Any]]:
    (agreement,) = upload(
        client, samples / "paxmedica-master-service.html", metadata='{"kind": "services", "year": 2020}'
    )
    (hosting,) = upload(client, samples / "centrack-web-site-hosting.pdf", collection="web")
    return {"agreement": agreement, "hosting": hosting}


@pytest.mark.parametrize("expand", ["none", "clause"])
def test_a_node_is_the_text_at_its_offsets(
    client: httpx.Client, service: Service, documents: dict[str, dict[str, Any]], expand: Any
) -> None:
    hits = ProvisoRetriever(service, EVERYTHING, limit=5, expand=expand).retrieve(QUESTION)
    assert hits
    for hit in hits:
        place = hit.node.metadata
        answer = client.get(
            f"/v1/documents/{place['document_id']}/text", params={"start": place["start"], "end": place["end"]}
        )
        assert answer.json()["text"] == hit.text
        assert place["version"] == 1
    scores = [hit.get_score() for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.node_id for hit in hits}) == len(hits)


def test_a_node_of_a_document_with_pages_names_its_page_and_document(
    service: Service, documents: dict[str, dict[str, Any]]
) -> None:
    hit, *_ = ProvisoRetriever(service, SearchScope("web"), limit=1).retrieve("What does hosting cost?")
    place, document = hit.node.metadata, documents["hosting"]
    assert (place["document_id"], place["title"]) == (document["id"], document["title"])
    assert 1 <= place["page_start"] <= place["page_end"] <= document["pages"]
    assert hit.node.ref_doc_id == document["id"]
    shown = hit.node.get_content(MetadataMode.LLM)
    assert f"title: {document['title']}" in shown
    assert document["id"] not in shown


async def test_asking_asynchronously_gives_the_same(service: Service, documents: dict[str, dict[str, Any]]) -> None:
    retriever = ProvisoRetriever(service, limit=3)
    later = await retriever.aretrieve(QueryBundle(QUESTION))
    assert [(hit.node_id, hit.score) for hit in later] == [
        (hit.node_id, hit.score) for hit in retriever.retrieve(QUESTION)
    ]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (SearchScope(), {"agreement"}),
        (SearchScope("web"), {"hosting"}),
        (EVERYTHING, {"agreement", "hosting"}),
        (SearchScope(None, filter={"metadata.kind": "services"}), {"agreement"}),
        (SearchScope(None, filter={"metadata.year": {"gte": 2021}}), set()),
    ],
)
def test_only_the_scope_is_searched(
    service: Service, documents: dict[str, dict[str, Any]], scope: SearchScope, expected: set[str]
) -> None:
    hits = ProvisoRetriever(service, scope, limit=60).retrieve("agreement of the parties")
    assert {hit.node.metadata["document_id"] for hit in hits} == {documents[name]["id"] for name in expected}


def test_named_documents_are_searched_wherever_they_are(service: Service, documents: dict[str, dict[str, Any]]) -> None:
    wanted = documents["hosting"]["id"]
    hits = ProvisoRetriever(service, SearchScope(document_ids=[wanted])).retrieve("agreement")
    assert {hit.node.metadata["document_id"] for hit in hits} == {wanted}


async def test_a_fault_has_the_name_that_the_service_gave_it(service: Service) -> None:
    unknown = ProvisoRetriever(service, SearchScope(document_ids=["doc_unknown"]))
    with pytest.raises(NotFound):
        unknown.retrieve(QUESTION)
    with pytest.raises(NotFound):
        await unknown.aretrieve(QUESTION)
    with pytest.raises(InvalidRequest) as raised:
        ProvisoRetriever(service, limit=100_000).retrieve(QUESTION)
    assert raised.value.places[0].pointer == "/limit"


async def test_no_service_and_another_service_are_told_apart_from_no_hits() -> None:
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        ProvisoRetriever(Service("http://127.0.0.1:9")).retrieve(QUESTION)
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        await ProvisoRetriever(Service("http://127.0.0.1:9")).aretrieve(QUESTION)
    with RerankServer() as stranger, pytest.raises(ServiceUnavailable, match="not answer as Proviso"):
        ProvisoRetriever(Service(stranger.base_url)).retrieve(QUESTION)


def test_the_key_is_sent_and_not_shown() -> None:
    with RerankServer() as stranger:
        stranger.faults = ["401"]
        told = Service(stranger.base_url, api_key="pv_secret")
        with pytest.raises(ServiceUnavailable):
            ProvisoRetriever(told).retrieve(QUESTION)
        assert stranger.keys == ["Bearer pv_secret"]
    assert "pv_secret" not in repr(told)
