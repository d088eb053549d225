"""Every fault of a model server has its own code, as an answer and before any stream; none of them is a 500."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.e2e.evidence import LAW
from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import GptOss, answer_script, null_with_stop, ran_out_of_tokens

Documents = dict[str, dict[str, Any]]
REPLY = answer_script("Massachusetts [1].", [("D1", LAW)])


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_timeout_s": 2.0}


def ask(client: httpx.Client, documents: Documents, **more: Any) -> httpx.Response:
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]], **more}
    return client.post("/v1/ask", json=body)


def test_a_passing_overload_is_waited_out(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(REPLY).fault(status=503, retry_after_s=0.05, times=2)
    assert ask(reader, documents).json()["outcome"] == "answered"


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_wait_long_is_unavailable_and_its_wait_is_passed_on(
    reader: httpx.Client, model: GptOss, documents: Documents, status: int
) -> None:
    model.fault(status=status, retry_after_s=77)
    response = ask(reader, documents)
    assert_problem(response, 503, "llm_unavailable")
    assert response.headers["retry-after"] == "77"


def test_a_server_that_nobody_runs_is_unavailable(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.refuse_connections()
    try:
        response = ask(reader, documents)
        problem = assert_problem(response, 503, "llm_unavailable")
        assert f"127.0.0.1:{model.port}" in problem["detail"]
        assert int(response.headers["retry-after"]) >= 1
        ready = reader.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["dependencies"]["llm"].startswith("llm_unavailable")
        assert reader.post("/v1/search", json={"query": "law"}).status_code == 200
        assert reader.post("/v1/context", json={"question": "law?"}).status_code == 200
    finally:
        model.accept_connections()
    model.reply(REPLY)
    assert ask(reader, documents).status_code == 200


@pytest.mark.parametrize(("status", "code"), [(401, 502), (403, 502), (404, 502), (400, 502)])
def test_a_refusal_is_the_servers_error_and_says_why(
    reader: httpx.Client, model: GptOss, documents: Documents, status: int, code: int
) -> None:
    model.fault(status=status, message="Computer says no.")
    problem = assert_problem(ask(reader, documents), code, "llm_error")
    assert str(status) in problem["detail"]


def test_a_model_that_the_server_does_not_have_is_an_error_that_names_it(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    problem = assert_problem(ask(reader, documents, model="openai/gpt-oss-7b"), 502, "llm_error")
    assert "gpt-oss-7b" in problem["detail"]


def test_silence_beyond_the_timeout_is_a_timeout(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(REPLY)
    model.hold()
    assert_problem(ask(reader, documents), 504, "llm_timeout")
    assert model.last.wait_closed(5)
    assert model.last.disconnected


@pytest.mark.parametrize("how", ["cut", "reset", "end", "error"])
def test_an_answer_that_breaks_off_is_an_error(
    reader: httpx.Client, model: GptOss, documents: Documents, how: str
) -> None:
    before = [item["id"] for item in reader.get("/v1/answers").json()["items"]]
    model.reply(REPLY).fault(**{f"{how}_after_chunks": 4})
    response = ask(reader, documents)
    assert response.status_code in (502, 503)
    assert_problem(response, response.status_code, "llm_error" if response.status_code == 502 else "llm_unavailable")
    assert [item["id"] for item in reader.get("/v1/answers").json()["items"]] == before


@pytest.mark.parametrize("reply", [ran_out_of_tokens, null_with_stop])
def test_two_empty_replies_are_an_error_and_never_an_empty_answer(
    reader: httpx.Client, model: GptOss, documents: Documents, reply: Any
) -> None:
    model.reply(reply()).reply(reply())
    assert_problem(ask(reader, documents), 502, "llm_error")
    assert len(model.chats) == 2


def test_a_reply_without_answer_and_question_is_an_error(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply("<outcome>answered</outcome>")
    assert_problem(ask(reader, documents), 502, "llm_error")


def test_a_budget_below_the_prompt_is_reached_before_the_model_is_asked(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    problem = assert_problem(ask(reader, documents, budget={"max_tokens": 500}), 422, "budget_reached")
    assert "500" in problem["detail"]
    assert model.chats == []
    model.reply(REPLY)
    roomy = ask(reader, documents, budget={"max_tokens": 20_000})
    assert roomy.status_code == 200


def test_a_key_with_a_failed_answer_may_be_used_again(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]]}
    headers = {"Idempotency-Key": "retry-me"}
    model.fault(status=401)
    assert_problem(reader.post("/v1/ask", json=body, headers=headers), 502, "llm_error")
    model.reply(REPLY)
    first, second = (reader.post("/v1/ask", json=body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert len(model.chats) == 2
