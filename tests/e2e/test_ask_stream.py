"""A streamed answer: its order, its end, and what happens when either side leaves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.e2e.evidence import ASSIGNMENT, LAW
from tests.instruments.gptoss import GptOss, Reply, answer_script, ran_out_of_tokens
from tests.instruments.service import events

Documents = dict[str, dict[str, Any]]
SAID = "The laws of Massachusetts govern [1]. It may not be assigned without consent [2]."
REPLY = answer_script(SAID, [("D1", LAW), ("D1", ASSIGNMENT)])


def body_for(documents: Documents, **more: Any) -> dict[str, Any]:
    return {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]], "stream": True, **more}


def streamed(client: httpx.Client, body: dict[str, Any]) -> list[tuple[str, Any]]:
    with client.stream("POST", "/v1/ask", json=body) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(events(response))


def test_the_receipt_comes_before_the_model_is_answered_and_the_rest_in_order(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(Reply(text=REPLY, reasoning="Look at section five."))
    model.hold()
    with reader.stream("POST", "/v1/ask", json=body_for(documents)) as response:
        coming = events(response)
        name, data = next(coming)
        assert name == "receipt"
        assert data["receipt"]["prompt_tokens_counted"] > 1000
        assert data["receipt"]["calls"] == []
        assert not any(chat.finished for chat in model.chats)
        model.release()
        rest = list(coming)
    names = [name for name, _ in rest]
    assert names[:2] == ["evidence", "evidence"]
    assert set(names[2:-1]) == {"answer"}
    assert names[-1] == "done"
    done = rest[-1][1]
    assert "".join(data["text"] for name, data in rest if name == "answer").strip() == done["answer"] == SAID
    assert [data for name, data in rest if name == "evidence"] == done["evidence"]
    assert done["receipt"]["prompt_tokens_reported"] == model.last.prompt_tokens
    assert reader.get(f"/v1/answers/{done['id']}").json()["answer"] == SAID


def test_the_answer_grows_word_by_word_while_the_model_speaks(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(REPLY).fault(between_chunks_s=0.01)
    arrived = []
    with reader.stream("POST", "/v1/ask", json=body_for(documents)) as response:
        for name, _ in events(response):
            arrived.append((name, model.last.finished if model.chats else False))
    answers = [finished for name, finished in arrived if name == "answer"]
    assert len(answers) > 3
    assert answers[0] is False


@pytest.mark.parametrize("asked", [False, True])
def test_reasoning_is_streamed_only_if_asked_for(
    reader: httpx.Client, model: GptOss, documents: Documents, asked: bool
) -> None:
    model.reply(Reply(text=REPLY, reasoning="Look at section five first."))
    seen = streamed(reader, body_for(documents, include_reasoning=asked))
    thoughts = "".join(data["text"] for name, data in seen if name == "reasoning")
    assert thoughts == ("Look at section five first." if asked else "")
    if asked:
        names = [name for name, _ in seen]
        assert names.index("reasoning") < names.index("evidence")
    assert seen[-1][1]["reasoning"] == ("Look at section five first." if asked else None)


def test_a_retry_is_announced_and_what_came_before_is_void(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(ran_out_of_tokens()).reply(REPLY)
    seen = streamed(reader, body_for(documents))
    names = [name for name, _ in seen]
    at = names.index("retry")
    assert seen[at][1]["reason"]
    assert names[0] == "receipt"
    assert "answer" not in names[:at]
    assert "".join(data["text"] for name, data in seen[at:] if name == "answer").strip() == SAID
    assert seen[-1][1]["answer"] == SAID


def test_closing_the_connection_stops_the_model_call(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    long = answer_script("A very long answer without end. " * 400, [("D1", LAW)])
    model.reply(long).fault(between_chunks_s=0.02)
    with reader.stream("POST", "/v1/ask", json=body_for(documents)) as response:
        coming = events(response)
        while next(coming)[0] != "answer":
            pass
    assert model.last.wait_closed(10)
    assert model.last.disconnected
    assert not model.last.finished


def test_leaving_while_the_model_is_silent_stops_the_call_too(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(REPLY)
    model.hold()
    with reader.stream("POST", "/v1/ask", json=body_for(documents)) as response:
        coming = events(response)
        assert next(coming)[0] == "receipt"
        model.wait_until(lambda server: server.chats)
    assert model.last.wait_closed(10)
    assert model.last.disconnected


@pytest.mark.parametrize("how", ["cut", "reset", "end", "error"])
def test_an_answer_that_breaks_off_ends_in_an_error_event(
    reader: httpx.Client, model: GptOss, documents: Documents, how: str
) -> None:
    model.reply(REPLY).fault(**{f"{how}_after_chunks": 12})
    seen = streamed(reader, body_for(documents))
    assert seen[0][0] == "receipt"
    name, problem = seen[-1]
    assert name == "error"
    assert (problem["code"], problem["status"]) in (("llm_error", 502), ("llm_unavailable", 503))
    assert problem["detail"]
    assert "done" not in [name for name, _ in seen]


def test_faults_after_the_receipt_are_error_events_too(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.fault(status=401)
    seen = streamed(reader, body_for(documents))
    assert [name for name, _ in seen] == ["receipt", "error"]
    assert seen[1][1]["code"] == "llm_error"
    model.script.clear()


def test_a_fault_before_the_first_event_is_a_status(reader: httpx.Client, model: GptOss) -> None:
    body = {"question": "x", "document_ids": ["doc_unknown"], "stream": True}
    response = reader.post("/v1/ask", json=body)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert model.chats == []


def test_streams_at_once_do_not_wait_for_each_other(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.always(REPLY)
    model.hold()
    with (
        reader.stream("POST", "/v1/ask", json=body_for(documents)) as one,
        reader.stream("POST", "/v1/ask", json=body_for(documents)) as other,
    ):
        first, second = events(one), events(other)
        assert next(first)[0] == next(second)[0] == "receipt"
        assert reader.get("/healthz").status_code == 200
        model.wait_until(lambda server: len(server.chats) == 2)
        model.release()
        assert list(second)[-1][0] == list(first)[-1][0] == "done"
