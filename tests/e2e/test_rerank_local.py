"""Search with a LlamaIndex postprocessor as its reranker, named by a setting."""

from __future__ import annotations

from pathlib import Path

from tests.instruments.rerankers import WordShare
from tests.instruments.service import running_service, upload


def test_a_postprocessor_of_llama_index_orders_the_hits(samples: Path, tmp_path: Path) -> None:
    with running_service(tmp_path, reranker=f"llamaindex:{WordShare.__module__}:WordShare") as client:
        upload(client, samples / "paxmedica-master-service.html")
        found = client.post("/v1/search", json={"query": "payment of invoices"}).json()
        assert found["reranked"]
        scores = [item["score"] for item in found["items"]]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 0.5
