"""A reranker behind HTTP, when the server is of either kind, slow, wrong or away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from analysis.rerank.endpoint import EndpointReranker
from proviso.errors import RerankUnavailable
from tests.instruments.rerankers import RerankServer

TEXTS = ["Fees are due.", "Neither party may assign."]


@pytest.fixture
def server() -> Iterator[RerankServer]:
    with RerankServer() as running:
        yield running


@pytest.fixture
async def reranker(server: RerankServer) -> AsyncIterator[EndpointReranker]:
    opened = EndpointReranker(server.url, "bge", api_key="secret-key", timeout_s=5)
    yield opened
    await opened.close()


async def test_the_request_is_what_such_servers_document(reranker: EndpointReranker, server: RerankServer) -> None:
    await reranker.rerank("assign?", TEXTS)
    assert server.requests == [{"model": "bge", "query": "assign?", "documents": TEXTS}]
    assert server.keys == ["Bearer secret-key"]
    assert reranker.name == "bge@127.0.0.1"


async def test_a_server_that_wants_texts_is_asked_its_way_from_then_on(
    reranker: EndpointReranker, server: RerankServer
) -> None:
    server.kind = "tei"
    await reranker.rerank("assign?", TEXTS)
    await reranker.rerank("due?", TEXTS)
    assert ["texts" in body for body in server.requests] == [False, True, True]
    assert server.requests[1] == {"query": "assign?", "texts": TEXTS, "truncate": True}


async def test_a_style_that_is_set_is_not_looked_for(server: RerankServer) -> None:
    server.kind = "tei"
    told = EndpointReranker(server.url, "bge", style="texts")
    await told.rerank("assign?", TEXTS)
    assert len(server.requests) == 1
    await told.close()
    wrong = EndpointReranker(server.url, "bge", style="documents")
    with pytest.raises(RerankUnavailable, match="missing field"):
        await wrong.rerank("assign?", TEXTS)
    await wrong.close()


@pytest.mark.parametrize("ending", ["", "/", "/rerank", "/rerank/", "/rerank?version=2"])
async def test_the_base_or_the_route_may_be_given(server: RerankServer, ending: str) -> None:
    reranker = EndpointReranker(server.base_url + ending, "bge")
    await reranker.rerank("assign?", TEXTS)
    assert server.paths[0].partition("?")[0] == "/v1/rerank"
    assert server.paths[0].endswith("?version=2") == ("version" in ending)
    await reranker.close()


@pytest.mark.parametrize("fault", ["429", "500", "502", "503", "503-1", "504", "reset"])
async def test_what_may_pass_is_tried_once_more(reranker: EndpointReranker, server: RerankServer, fault: str) -> None:
    server.faults = [fault]
    assert await reranker.rerank("may assign", TEXTS) == [0.0, 1.0]
    assert len(server.requests) == 2


@pytest.mark.parametrize(("fault", "said"), [("503", "answered 503"), ("reset", "cannot be reached")])
async def test_it_is_tried_only_once_more(
    reranker: EndpointReranker, server: RerankServer, fault: str, said: str
) -> None:
    server.faults = [fault] * 9
    with pytest.raises(RerankUnavailable, match=said):
        await reranker.rerank("assign?", TEXTS)
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", ["400", "401", "403", "404", "413", "422", "page", "short", "nan"])
async def test_what_will_not_pass_is_not_tried_again(
    reranker: EndpointReranker, server: RerankServer, fault: str
) -> None:
    server.faults = [fault] * 9
    with pytest.raises(RerankUnavailable) as raised:
        await reranker.rerank("assign?", TEXTS)
    assert len(server.requests) == 1
    assert "bge" in raised.value.detail
    assert "secret-key" not in raised.value.detail


async def test_a_server_that_asks_for_patience_is_left_alone(reranker: EndpointReranker, server: RerankServer) -> None:
    server.faults = ["429-60"]
    with pytest.raises(RerankUnavailable) as raised:
        await reranker.rerank("assign?", TEXTS)
    assert raised.value.retry_after_s == 60
    assert len(server.requests) == 1


async def test_nobody_waits_longer_than_the_time_set(server: RerankServer) -> None:
    server.faults = ["503", "hang"]
    reranker = EndpointReranker(server.url, "bge", timeout_s=0.5)
    started = time.monotonic()
    with pytest.raises(RerankUnavailable, match=r"within 0\.5 seconds"):
        await reranker.rerank("assign?", TEXTS)
    assert time.monotonic() - started < 5
    await reranker.close()


async def test_a_server_that_has_taken_documents_is_not_asked_another_way(
    reranker: EndpointReranker, server: RerankServer
) -> None:
    await reranker.rerank("assign?", TEXTS)
    server.kind = "tei"
    with pytest.raises(RerankUnavailable, match="missing field"):
        await reranker.rerank("assign?", TEXTS)
    assert all("documents" in body for body in server.requests)


@pytest.mark.parametrize("url", ["http://[::1/rerank", "http://host:port/rerank"])
def test_what_is_no_url_is_refused_when_it_is_opened(url: str) -> None:
    with pytest.raises(RerankUnavailable, match="not the URL"):
        EndpointReranker(url, "bge")
