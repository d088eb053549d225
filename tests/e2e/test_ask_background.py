"""Background answers: acknowledged at once, worked on as a durable job, read like any other answer, failed with a problem."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import LAW, assert_located
from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import GptOss, answer_script
from tests.instruments.service import events

Documents = dict[str, dict[str, Any]]
REPLY = answer_script("The law of Massachusetts governs [1].", [("D1", LAW)])
PRICES = {"openai/gpt-oss-120b": {"prompt": 1.0, "answer": 10.0}}


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_timeout_s": 5.0, "llm_patience_s": 4.0, "llm_prices": PRICES}


def queue(client: httpx.Client, documents: Documents, **more: Any) -> str:
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]], "background": True, **more}
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 202, response.text
    made: dict[str, str] = response.json()
    return made["id"]


def ended(client: httpx.Client, answer_id: str) -> dict[str, Any]:
    until = time.monotonic() + 30
    while True:
        answer: dict[str, Any] = client.get(f"/v1/answers/{answer_id}").json()
        if answer["status"] in ("done", "failed"):
            return answer
        assert time.monotonic() < until, answer
        time.sleep(0.05)


@pytest.fixture
def held(model: GptOss) -> Iterator[GptOss]:
    model.hold()
    yield model
    model.release()


def test_it_has_a_status_while_it_runs_and_then_is_an_answer_like_any_other(
    reader: httpx.Client, held: GptOss, documents: Documents
) -> None:
    held.reply(REPLY)
    answer_id = queue(reader, documents, effort="auto")
    held.wait_until(lambda m: m.chats)
    running = reader.get(f"/v1/answers/{answer_id}").json()
    assert (running["status"], running["answer"], running["outcome"], running["evidence"]) == (
        "running",
        None,
        None,
        [],
    )
    assert answer_id in [item["id"] for item in reader.get("/v1/answers").json()["items"]]
    held.release()
    answer = ended(reader, answer_id)
    assert (answer["id"], answer["outcome"], answer["effort"]) == (answer_id, "answered", "low")
    assert set(running) == set(answer)
    assert_located(reader, answer["evidence"][0], documents["nyliac"])
    assert answer["usage"]["cost"] == pytest.approx(answer["usage"]["prompt"] / 1e6 + answer["usage"]["answer"] / 1e5)
    used = reader.get("/v1/usage").json()["items"][-1]
    assert used["cost"] >= answer["usage"]["cost"]


def test_its_progress_is_followed_to_the_end(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(REPLY)
    answer_id = queue(reader, documents)
    with reader.stream("GET", f"/v1/answers/{answer_id}/events") as response:
        seen = list(events(response))
    assert [name for name, _ in seen][-1] == "done"
    assert all(data["status"] in ("queued", "running") for name, data in seen if name == "progress")
    assert seen[-1][1]["answer"] == "The law of Massachusetts governs [1]."


def test_a_failure_is_recorded_with_its_problem(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.fault(status=401)
    answer = ended(reader, queue(reader, documents))
    assert (answer["status"], answer["outcome"]) == ("failed", None)
    assert (answer["problem"]["status"], answer["problem"]["code"]) == (502, "llm_error")
    with reader.stream("GET", f"/v1/answers/{answer['id']}/events") as response:
        assert [(name, data["code"]) for name, data in events(response)] == [("error", "llm_error")]


@pytest.mark.parametrize(("budget", "detail"), [({"max_tokens": 500}, "500"), ({"max_cost": 0.0001}, "0.0001")])
def test_its_budget_is_kept(
    reader: httpx.Client, model: GptOss, documents: Documents, budget: dict[str, float], detail: str
) -> None:
    answer = ended(reader, queue(reader, documents, budget=budget))
    assert answer["problem"]["code"] == "budget_reached"
    assert detail in answer["problem"]["detail"]
    assert model.chats == []


def test_a_budget_of_cost_is_kept_by_answers_in_the_foreground_too(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]]}
    assert_problem(reader.post("/v1/ask", json=body | {"budget": {"max_cost": 0.0001}}), 422, "budget_reached")
    unpriced = body | {"budget": {"max_cost": 10}, "model": "openai/gpt-oss-20b"}
    assert_problem(reader.post("/v1/ask", json=unpriced), 422, "invalid_request")
    assert model.chats == []
    model.reply(REPLY)
    answer = reader.post("/v1/ask", json=body | {"budget": {"max_cost": 10}}).json()
    assert 0 < answer["usage"]["cost"] < 10


def test_a_model_out_of_reach_is_waited_for(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.refuse_connections()
    try:
        answer_id = queue(reader, documents)
        until = time.monotonic() + 10
        while reader.get(f"/v1/answers/{answer_id}").json()["progress"] != {"waiting_for": "llm"}:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        model.accept_connections()
    model.reply(REPLY)
    assert ended(reader, answer_id)["outcome"] == "answered"


def test_the_same_key_queues_one_answer(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(REPLY)
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]], "background": True}
    first, second = (reader.post("/v1/ask", json=body, headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert ended(reader, first.json()["id"])["outcome"] == "answered"
    assert len(model.chats) == 1


def test_what_cannot_be_asked_at_all_is_refused_at_once(reader: httpx.Client, documents: Documents) -> None:
    missing = {"question": "x", "background": True, "document_ids": ["doc_no"]}
    assert_problem(reader.post("/v1/ask", json=missing), 404, "not_found")
    both = {"question": "x", "background": True, "stream": True}
    assert_problem(reader.post("/v1/ask", json=both), 422, "invalid_request")


def test_leaving_a_plain_question_stops_the_model_call(
    reader: httpx.Client, held: GptOss, documents: Documents
) -> None:
    held.reply(REPLY)
    body = json.dumps({"question": "Which law?", "document_ids": [documents["nyliac"]["id"]]})
    head = f"POST /v1/ask HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection((reader.base_url.host, reader.base_url.port)) as leaving:
        leaving.sendall((head + body).encode())
        held.wait_until(lambda m: m.chats)
    assert held.last.wait_closed(5)
    assert held.last.disconnected


def test_the_service_says_what_its_model_is_and_examines_it(reader: httpx.Client, model: GptOss) -> None:
    model.always("READY.")
    llm = reader.get("/v1/info").json()["llm"]
    assert (llm["profile"], llm["reachable"], llm["context_tokens"]) == ("vllm", True, 131_072)
    found = {item["check"]: item for item in reader.post("/v1/doctor").json()["items"]}
    assert all(item["ok"] for item in found.values()), found
    assert "92 tokens there, 92 here" in found["model: usage"]["detail"]
