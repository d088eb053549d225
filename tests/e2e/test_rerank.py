"""Search with a reranker: its order where it answers, the search's own where it does not, and the response says which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.rerankers import RerankServer, share
from tests.instruments.service import running_service, upload

QUESTION = "agreement of the parties about payment"


@pytest.fixture(scope="module")
def server() -> Iterator[RerankServer]:
    with RerankServer() as running:
        yield running


@pytest.fixture(scope="module")
def client(server: RerankServer, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("reranked")
    with running_service(folder, reranker=f"endpoint:bge@{server.url}", rerank_candidates=20) as opened:
        upload(opened, samples / "paxmedica-master-service.html")
        yield opened


def searched(client: httpx.Client, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/search", json={"query": QUESTION, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_hits_come_in_the_order_of_the_reranker(client: httpx.Client, server: RerankServer) -> None:
    found = searched(client, limit=5)
    assert (found["reranked"], found["not_reranked"]) == (True, None)
    asked = server.requests[-1]
    assert len(asked["documents"]) == 20
    best = sorted((share(asked["query"], text) for text in asked["documents"]), reverse=True)[:5]
    assert [item["score"] for item in found["items"]] == pytest.approx([0.5 + each / 2 for each in best], abs=1e-5)
    assert all(any(text.endswith(item["text"]) for text in asked["documents"]) for item in found["items"])


def test_a_limit_beyond_the_candidates_is_still_filled(client: httpx.Client) -> None:
    found = searched(client, limit=30)
    scores = [item["score"] for item in found["items"]]
    assert len(scores) > 20
    assert scores == sorted(scores, reverse=True)


def test_grown_hits_keep_the_order(client: httpx.Client) -> None:
    scores = [item["score"] for item in searched(client, limit=5, expand="clause")["items"]]
    assert scores == sorted(scores, reverse=True)


def test_search_answers_without_a_reranker_that_is_gone_and_says_why(
    client: httpx.Client, server: RerankServer
) -> None:
    """The last test: from here on the reranker is left alone for a while."""
    server.stop()
    found = searched(client)
    assert len(found["items"]) == 10
    assert not found["reranked"]
    assert "cannot be reached" in found["not_reranked"]
    asked = client.post("/v1/ask", json={"question": QUESTION})
    assert asked.json()["outcome"] == "passages"
