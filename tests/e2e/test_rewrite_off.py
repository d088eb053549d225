"""Search without questions put in other words: by default, and where there is no model to do it."""

from __future__ import annotations

from pathlib import Path

from tests.instruments.gptoss import GptOss
from tests.instruments.service import running_service, upload

QUESTION = "Can we skedaddle willy-nilly?"
"""Its words are in no contract, so that they are not found however that is judged."""
FILE = "nyliac-service.pdf"


def test_nobody_is_asked_by_default(samples: Path, tmp_path: Path) -> None:
    with GptOss("vllm") as server, running_service(tmp_path, model=server.base_url) as client:
        upload(client, samples / FILE)
        found = client.post("/v1/search", json={"query": QUESTION}).json()
        assert (found["rewritten"], found["not_rewritten"]) == (False, None)
        assert server.chats == []


def test_a_service_without_a_model_says_that_there_is_none_to_ask(samples: Path, tmp_path: Path) -> None:
    with running_service(tmp_path, rewrite=True) as client:
        upload(client, samples / FILE)
        found = client.post("/v1/search", json={"query": QUESTION}).json()
        assert not found["rewritten"]
        assert "No model is configured" in found["not_rewritten"]
