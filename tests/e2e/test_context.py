"""`POST /v1/context`: what `ask` would send, to the token, counted against openai-harmony."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import oracle

Documents = dict[str, dict[str, Any]]
NAMES = ("bravatek", "centrack", "holiday", "nyliac", "paxmedica")


def context(client: httpx.Client, ids: list[str], **more: Any) -> dict[str, Any]:
    body = {"question": "How can the agreement be terminated?", "document_ids": ids, **more}
    response = client.post("/v1/context", json=body)
    assert response.status_code == 200, response.text
    packed: dict[str, Any] = response.json()
    return packed


@pytest.mark.parametrize("mode", ["full", "retrieve"])
@pytest.mark.parametrize("name", NAMES)
def test_the_counted_tokens_are_those_of_openai_harmony(
    library: httpx.Client, documents: Documents, name: str, mode: str
) -> None:
    packed = context(library, [documents[name]["id"]], mode=mode, evidence_tokens=1200)
    counted = packed["receipt"]["prompt_tokens_counted"]
    assert packed["receipt"]["mode"] == mode
    assert abs(counted - len(oracle.prompt_tokens(packed["messages"], "medium"))) <= 5


def test_the_count_holds_for_many_documents_with_history(library: httpx.Client, documents: Documents) -> None:
    history = [{"role": "user", "content": "Who are the parties?"}, {"role": "assistant", "content": "Many — “all”."}]
    ids = [documents[name]["id"] for name in NAMES]
    packed = context(library, ids, history=history, effort="high")
    assert packed["receipt"]["mode"] == "full"
    assert abs(packed["receipt"]["prompt_tokens_counted"] - len(oracle.prompt_tokens(packed["messages"], "high"))) <= 5


def test_a_document_under_the_window_is_packed_whole(library: httpx.Client, documents: Documents) -> None:
    for name in NAMES:
        document = documents[name]
        packed = context(library, [document["id"]])
        receipt = packed["receipt"]
        assert receipt["mode"] == "full"
        spans = [(part["document_id"], part["start"], part["end"]) for part in receipt["packed"]]
        assert spans == [(document["id"], 0, document["chars"])]
        assert receipt["dropped"] == []
        assert receipt["documents_read"] == 1
        text = library.get(f"/v1/documents/{document['id']}/text").json()["text"]
        assert text.strip() in packed["messages"][1]["content"]


def test_retrieved_passages_stand_in_reading_order_with_what_was_left_out(
    library: httpx.Client, documents: Documents
) -> None:
    document = documents["paxmedica"]
    packed = context(library, [document["id"]], mode="retrieve", evidence_tokens=900)
    receipt = packed["receipt"]
    assert receipt["evidence_budget"] == 900
    assert sum(part["tokens"] for part in receipt["packed"]) <= 900
    assert receipt["dropped"]
    assert {part["why"] for part in receipt["dropped"]} == {"budget"}
    spans = [(part["start"], part["end"]) for part in receipt["packed"]]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    text = library.get(f"/v1/documents/{document['id']}/text").json()["text"]
    at = 0
    for start, end in spans:
        at = packed["messages"][1]["content"].index(text[start:end].strip(), at)


def test_the_question_stands_last_and_the_instructions_first(library: httpx.Client, documents: Documents) -> None:
    messages = context(library, [documents["nyliac"]["id"]])["messages"]
    assert [message["role"] for message in messages] == ["developer", "user", "user"]
    assert all(set(message) == {"role", "content"} for message in messages)
    assert "How can the agreement be terminated?" in messages[-1]["content"]
    assert "How can the agreement be terminated?" not in messages[1]["content"]


def test_passages_bring_the_definitions_and_clauses_they_need_and_the_receipt_says_which(
    library: httpx.Client, documents: Documents
) -> None:
    document = documents["paxmedica"]
    packed = context(library, [document["id"]], mode="retrieve", evidence_tokens=2500)
    kinds = {part["why"] for part in packed["receipt"]["packed"]}
    assert "hit" in kinds
    assert kinds & {"definition", "reference"}
    assert kinds <= {"hit", "definition", "reference"}
    shown = packed["messages"][1]["content"]
    assert ("defines=" in shown) == ("definition" in kinds)
    assert ("referred_to_as=" in shown) == ("reference" in kinds)
    spans = sorted((part["start"], part["end"]) for part in packed["receipt"]["packed"])
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert sum(part["tokens"] for part in packed["receipt"]["packed"]) <= 2500


def test_a_scope_makes_the_same_prompt_however_it_is_named(library: httpx.Client, documents: Documents) -> None:
    ids = [document["id"] for document in documents.values()]
    bodies: list[dict[str, Any]] = [
        {"document_ids": ids},
        {"document_ids": ids[::-1]},
        {"document_ids": [*ids, ids[0]]},
        {"collection": "default"},
        {"collection": None},
    ]
    for mode in ("full", "retrieve"):
        asked = [{"question": "Which law governs?", "mode": mode, **body} for body in bodies]
        sent = [library.post("/v1/context", json=body).raise_for_status().json()["messages"] for body in asked]
        assert all(messages == sent[0] for messages in sent)


def test_another_question_and_a_history_leave_the_beginning_of_a_prompt_as_it_was(
    library: httpx.Client, documents: Documents
) -> None:
    ids = [document["id"] for document in documents.values()]
    turns = [{"role": "user", "content": "Who are the parties?"}, {"role": "assistant", "content": "Two firms [1]."}]
    one = context(library, ids, mode="full")["messages"]
    two = context(library, ids, mode="full", question="Which law governs?", history=turns, effort="high")["messages"]
    assert one[:2] == two[:2]


def test_a_follow_up_is_searched_with_the_question_before_it(library: httpx.Client, documents: Documents) -> None:
    ids, more = [document["id"] for document in documents.values()], {"mode": "retrieve", "evidence_tokens": 600}
    first = context(library, ids, question="Which state's law governs the agreement?", **more)
    turns = [
        {"role": "user", "content": "Which state's law governs the agreement?"},
        {"role": "assistant", "content": "Florida law [1]."},
    ]
    follow = context(library, ids, question="and why?", history=turns, **more)
    alone = context(library, ids, question="and why?", **more)

    def spans(packed: dict[str, Any]) -> set[tuple[str, int]]:
        return {(part["document_id"], part["start"]) for part in packed["receipt"]["packed"]}

    assert len(spans(first) & spans(follow)) > len(spans(first) & spans(alone))
    assert follow["receipt"]["history"] == {"messages": 2, "shortened": 0, "left_out": 0}


def test_a_long_history_is_condensed_and_the_receipt_counts_what_was_done(
    library: httpx.Client, documents: Documents
) -> None:
    answer = "The fee is ten dollars [1]. " + "It is payable monthly in advance by wire [2]. " * 400
    turns = [
        turn
        for n in range(10)
        for turn in ({"role": "user", "content": f"Fee {n}?"}, {"role": "assistant", "content": answer})
    ]
    packed = context(library, [documents["nyliac"]["id"]], history=turns)
    history = packed["receipt"]["history"]
    assert history["shortened"] > 0
    assert history["left_out"] == 0
    assert history["messages"] == len(turns)
    assert "older answers of the history were shortened" in packed["receipt"]["reason"]
    questions = [message["content"] for message in packed["messages"] if message["role"] == "user"]
    assert all(f"Fee {n}?" in questions for n in range(10))
    counted = packed["receipt"]["prompt_tokens_counted"]
    assert abs(counted - len(oracle.prompt_tokens(packed["messages"], "medium"))) <= 5
