"""A server that cuts prompts in silence, and windows that are too small: said aloud, with numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import GptOss, answer_script
from tests.instruments.service import events

Documents = dict[str, dict[str, Any]]
OURS = 12_288
THEIRS = 4096


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """We believe in a window of 12,288; the server has 4096, which is how Ollama comes."""
    return {"llm_context_tokens": OURS, "llm_model": "gpt-oss:20b", "map_tokens": 8_000}


@pytest.fixture(scope="module")
def model_server() -> Iterator[GptOss]:
    with GptOss(shape="ollama", context_tokens=THEIRS) as server:
        yield server


def body_for(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"question": "Which law governs?", "document_ids": [document["id"]], "mode": "full"} | more


def test_a_prompt_that_the_server_cut_is_no_answer_and_both_counts_are_told(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(answer_script("Florida [1].", [("D1", "the State of Florida")]))
    response = reader.post("/v1/ask", json=body_for(documents["holiday"], max_output_tokens=2000))
    detail = assert_problem(response, 502, "prompt_truncated")["detail"]
    reported, counted = (int(number) for number in re.findall(r"\d{3,}", detail)[:2])
    assert reported == model.last.prompt_tokens
    assert reported < counted
    packed = reader.post("/v1/context", json=body_for(documents["holiday"], max_output_tokens=2000)).json()
    assert counted == packed["receipt"]["prompt_tokens_counted"]


def test_a_cut_prompt_ends_a_stream_in_an_error_event(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(answer_script("Florida [1].", [("D1", "the State of Florida")]))
    body = body_for(documents["holiday"], max_output_tokens=2000, stream=True)
    with reader.stream("POST", "/v1/ask", json=body) as response:
        seen = list(events(response))
    assert seen[-1][0] == "error"
    assert seen[-1][1]["code"] == "prompt_truncated"


def test_a_short_prompt_fits_and_is_checked(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(answer_script("Massachusetts [1].", [("D1", "the laws of the Commonwealth of Massachusetts")]))
    answer = reader.post("/v1/ask", json=body_for(documents["nyliac"])).json()
    assert answer["receipt"]["truncation"] == "checked"
    assert model.last.model == "gpt-oss:20b"
    assert model.last.messages[0]["role"] == "system"


def test_a_question_that_leaves_no_room_overflows_before_anything_is_sent(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    body = body_for(documents["nyliac"]) | {"question": "Does this clause bind us? " * 1500, "mode": "auto"}
    for path in ("/v1/ask", "/v1/context"):
        assert_problem(reader.post(path, json=body), 422, "context_overflow")
    body = body_for(documents["nyliac"], max_output_tokens=11_900)
    assert_problem(reader.post("/v1/ask", json=body), 422, "context_overflow")
    assert model.chats == []


def test_a_scope_too_large_to_be_read_whole_says_by_how_much(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    response = reader.post("/v1/ask", json=body_for(documents["holiday"]))
    detail = assert_problem(response, 422, "scope_too_large")["detail"]
    assert len(re.findall(r"\d[\d,]+", detail)) == 2
    assert model.chats == []


def test_beyond_the_limit_passages_are_retrieved_into_the_window(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    body = {"question": "Which law governs?", "document_ids": [d["id"] for d in documents.values()]}
    packed = reader.post("/v1/context", json=body).json()
    receipt = packed["receipt"]
    assert receipt["mode"] == "retrieve"
    assert receipt["prompt_tokens_counted"] < OURS
    assert receipt["packed"]
    assert sum(part["tokens"] for part in receipt["packed"]) <= receipt["evidence_budget"]


@pytest.mark.parametrize("more", [{"mode": "map_reduce"}, {}])
def test_a_scope_beyond_the_map_limit_is_refused_with_the_estimate(
    reader: httpx.Client, model: GptOss, documents: Documents, more: dict[str, Any]
) -> None:
    body = {"question": "How many of these contracts may be assigned?"} | more
    detail = assert_problem(reader.post("/v1/ask", json=body), 422, "scope_too_large")["detail"]
    assert re.search(r"in 5 documents would take about \d+ windows and [\d,]+ prompt tokens; up to 8,000", detail)
    assert model.chats == []
