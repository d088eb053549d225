"""Search with questions put in other words by the model: where it answers, and where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import GptOss
from tests.instruments.service import running_service, upload

QUESTION = "Can we skedaddle willy-nilly?"
"""Its words are in no contract, so that they are not found however that is judged."""
REPLY = (
    "<wording>Either party may terminate this Agreement for any reason upon ninety (90) days prior written notice."
    "</wording>\n<wording>termination without cause; notice of termination</wording>"
)
FILE = "nyliac-service.pdf"


@pytest.fixture(scope="module")
def model() -> Iterator[GptOss]:
    with GptOss("vllm") as running:
        yield running


@pytest.fixture(scope="module")
def client(model: GptOss, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("rewritten")
    with running_service(folder, model=model.base_url, rewrite=True, rewrite_timeout_s=60) as opened:
        upload(opened, samples / FILE)
        yield opened


def searched(client: httpx.Client, query: str = QUESTION, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/search", json={"query": query, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def calls(client: httpx.Client) -> int:
    return sum(item["calls"] for item in client.get("/v1/usage").json()["items"])


def rewrites(client: httpx.Client, outcome: str) -> float:
    name = f'proviso_rewrites_total{{outcome="{outcome}"}} '
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def test_the_words_of_the_model_find_what_those_of_the_question_do_not(client: httpx.Client, model: GptOss) -> None:
    model.reply("I would rather not.")
    plain = searched(client, limit=3)
    assert (plain["rewritten"], plain["not_rewritten"]) == (
        False,
        "The model's reply held no wording in the form it was asked for.",
    )
    model.reply(REPLY)
    asked, before = rewrites(client, "asked"), calls(client)
    # Another question, so that nothing is remembered of the first.
    found = searched(client, "Could we scarper pell-mell?", limit=3)
    assert (found["rewritten"], found["not_rewritten"]) == (True, None)
    assert "terminate" in found["items"][0]["text"]
    assert found["items"][0]["scores"]["sparse"] > (plain["items"][0]["scores"]["sparse"] or 0.0)
    assert calls(client) == before + 1
    assert rewrites(client, "asked") == asked + 1


def test_one_call_serves_every_search_for_a_question(client: httpx.Client, model: GptOss) -> None:
    model.reply(REPLY)
    question = "May we vamoose helter-skelter?"
    asked = len(model.chats)
    assert searched(client, question)["rewritten"]
    assert searched(client, question, expand="clause")["rewritten"]
    assert searched(client, question, limit=2)["rewritten"]
    assert len(model.chats) == asked + 1


def test_names_of_documents_stay_here(client: httpx.Client, model: GptOss) -> None:
    model.reply(REPLY)
    assert searched(client, f'In "{FILE}", might we skedaddle headlong?')["rewritten"]
    assert "nyliac" not in model.last.text.lower()
    assert "skedaddle" in model.last.last_user


def test_a_question_whose_words_are_in_the_documents_asks_nobody(client: httpx.Client, model: GptOss) -> None:
    asked = len(model.chats)
    found = searched(client, "termination upon written notice")
    assert (found["rewritten"], found["not_rewritten"]) == (False, None)
    assert len(model.chats) == asked


def test_search_goes_on_without_a_model_that_is_gone_and_says_why(client: httpx.Client, model: GptOss) -> None:
    """The last test: from here on the model is left alone for a while."""
    model.refuse_connections()
    failed = rewrites(client, "failed")
    found = searched(client, "May we scram lickety-split?")
    assert found["items"]
    assert not found["rewritten"]
    assert "cannot be reached" in found["not_rewritten"]
    assert rewrites(client, "failed") == failed + 1
