"""A question of absence that names a document is answered from that document, and says so; what it does not name is not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import GptOss

Documents = dict[str, dict[str, Any]]
WINDOW = 32_768
NAMES = "Does the agreement in nyliac-service.pdf include a liability cap?"
ABSENT = "<outcome>not_in_documents</outcome>\n<answer>No liability cap was found.</answer>"


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """A window in which the five contracts are too long to be read at once."""
    return {"llm_context_tokens": WINDOW, "full_tokens": 1_000}


@pytest.fixture(scope="module")
def model_server() -> Iterator[GptOss]:
    with GptOss(context_tokens=WINDOW) as server:
        yield server


def receipt(client: httpx.Client, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/context", json={"question": question} | more)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()["receipt"]
    return told


def test_the_document_named_is_read_whole_and_the_receipt_says_why(reader: httpx.Client, documents: Documents) -> None:
    nyliac = documents["nyliac"]
    told = receipt(reader, NAMES)
    assert told["mode"] == "full"
    assert told["routed_to"] == [{"document_id": nyliac["id"], "reason": "file_name"}]
    assert [(part["document_id"], part["start"], part["end"]) for part in told["packed"]] == [
        (nyliac["id"], 0, nyliac["chars"])
    ]
    assert told["reason"].startswith("the question names 1 of 5 documents, and only they are read: ")
    assert nyliac["title"] in told["reason"]


def test_a_name_in_the_words_of_people_is_one(reader: httpx.Client, documents: Documents) -> None:
    told = receipt(reader, "Summarise the NYLIAC agreement.")
    assert [each["document_id"] for each in told["routed_to"]] == [documents["nyliac"]["id"]]


def test_a_follow_up_is_about_the_document_named_before(reader: httpx.Client, documents: Documents) -> None:
    turns = [{"role": "user", "content": "Who signed nyliac-service.pdf?"}, {"role": "assistant", "content": "Two."}]
    told = receipt(reader, "And does it include a liability cap?", history=turns)
    assert [each["document_id"] for each in told["routed_to"]] == [documents["nyliac"]["id"]]


@pytest.mark.parametrize("mode", ["full", "map_reduce"])
def test_a_mode_that_is_asked_for_is_for_the_whole_scope(reader: httpx.Client, documents: Documents, mode: str) -> None:
    response = reader.post("/v1/context", json={"question": NAMES, "mode": mode})
    if mode == "full":
        assert response.json()["code"] == "scope_too_large"
        return
    told = response.raise_for_status().json()["receipt"]
    assert told["documents_read"] == len(documents)
    assert told["routed_to"] == []


@pytest.mark.parametrize(
    ("question", "mode"),
    [
        ("Which of these, like nyliac-service.pdf, lack a liability cap?", "map_reduce"),
        ("Is there a liability cap?", "map_reduce"),
        ("Who signed nyliac-service.pdf?", "retrieve"),
    ],
)
def test_other_questions_go_the_way_they_went(reader: httpx.Client, question: str, mode: str) -> None:
    told = receipt(reader, question)
    assert (told["mode"], told["routed_to"]) == (mode, [])


def test_an_absence_says_which_document_was_read_and_that_the_others_were_not(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply_when("liability cap", ABSENT)
    answer = reader.post("/v1/ask", json={"question": NAMES}).raise_for_status().json()
    assert answer["outcome"] == "not_in_documents"
    coverage = answer["coverage"]
    assert (coverage["documents"], coverage["documents_read_whole"], coverage["complete"]) == (5, 1, False)
    assert "Not read, because the question names others (4): " in coverage["statement"]
    assert "Searched" not in coverage["statement"]
    (asked,) = [request for request in model.requests if request.path.endswith("/chat/completions")]
    assert documents["nyliac"]["title"] in asked.messages[1]["content"]
    assert documents["centrack"]["title"] not in asked.messages[1]["content"]
