"""Tokens of requests that end without an answer: booked once, as the server reported them or as they were counted here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import LAW
from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import (
    GptOss,
    Reply,
    answer_script,
    cell,
    cells_script,
    null_with_stop,
    ran_out_of_tokens,
)
from tests.instruments.service import events, finished

Documents = dict[str, dict[str, Any]]
REPLY = answer_script("Massachusetts [1].", [("D1", LAW)])
LONG = answer_script("A very long answer without end. " * 400, [("D1", LAW)])
ENDLESS = "The fee is due. " * 400


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_timeout_s": 2.0, "llm_patience_s": 0.5}


@dataclass(frozen=True, slots=True)
class Booked:
    """What `/v1/usage` has in all."""

    calls: int = 0
    prompt: int = 0
    reasoning: int = 0
    answer: int = 0
    counted: bool = False

    def __sub__(self, before: Booked) -> Booked:
        numbers = (getattr(self, name) - getattr(before, name) for name in ("calls", "prompt", "reasoning", "answer"))
        return Booked(*numbers, self.counted)


def booked(client: httpx.Client) -> Booked:
    items = client.get("/v1/usage").json()["items"]
    sums = (sum(item[name] for item in items) for name in ("calls", "prompt", "reasoning", "answer"))
    return Booked(*sums, any(item["reasoning_source"] == "counted" for item in items))


def booked_since(client: httpx.Client, before: Booked, calls: int) -> Booked:
    """What was booked once there are so many calls more: a client that has left is not waited for."""
    until = time.monotonic() + 10
    while (now := booked(client) - before).calls < calls:
        assert time.monotonic() < until, now
        time.sleep(0.05)
    return now


def body_for(documents: Documents, **more: Any) -> dict[str, Any]:
    return {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]], **more}


def counted_prompt(client: httpx.Client, documents: Documents) -> int:
    packed: int = client.post("/v1/context", json=body_for(documents)).json()["receipt"]["prompt_tokens_counted"]
    return packed


def test_an_answer_is_booked_once_and_as_the_server_reports_it(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    before = booked(reader)
    model.reply(Reply(text=REPLY, reasoning="Section five."))
    usage = reader.post("/v1/ask", json=body_for(documents)).json()["usage"]
    now = booked(reader) - before
    assert now == Booked(1, usage["prompt"], usage["reasoning"], usage["answer"])
    assert usage["reasoning_source"] == "server"


def test_an_attempt_of_no_use_is_part_of_the_answers_usage_and_of_the_books(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    before = booked(reader)
    model.reply(ran_out_of_tokens()).reply(REPLY)
    answer = reader.post("/v1/ask", json=body_for(documents)).json()
    now = booked(reader) - before
    used = answer["usage"]
    assert (used["calls"], used["prompt"]) == (2, sum(chat.prompt_tokens for chat in model.chats))
    assert (now.calls, now.prompt, now.reasoning, now.answer) == (2, used["prompt"], used["reasoning"], used["answer"])
    assert [(call["purpose"], call["attempts"]) for call in answer["receipt"]["calls"]] == [("answer", 2)]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([Reply(text=REPLY, prompt_tokens=40)], "prompt_truncated"),
        ([null_with_stop(), null_with_stop()], "llm_error"),
        ([ran_out_of_tokens(), ran_out_of_tokens()], "llm_error"),
        ([Reply(text="<outcome>answered</outcome>")], "llm_error"),
    ],
    ids=["cut prompt", "null content for good", "thinking alone for good", "a reply without an answer"],
)
def test_what_a_server_reported_is_booked_as_reported_though_no_answer_came_of_it(
    reader: httpx.Client, model: GptOss, documents: Documents, replies: list[Reply], code: str, stream: bool
) -> None:
    before = booked(reader)
    for reply in replies:
        model.reply(reply)
    response = reader.post("/v1/ask", json=body_for(documents, stream=stream))
    if stream:
        assert list(events(response))[-1][1]["code"] == code
    else:
        assert_problem(response, 502, code)
    now = booked(reader) - before
    reported = [
        40 if reply.prompt_tokens else chat.prompt_tokens for reply, chat in zip(replies, model.chats, strict=True)
    ]
    assert (now.calls, now.prompt) == (len(replies), sum(reported))
    assert now.reasoning + now.answer > 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"stall_after_chunks": 12}, "llm_timeout"),
        ({"cut_after_chunks": 12}, "llm_error"),
        ({"end_after_chunks": 12}, "llm_error"),
    ],
)
def test_an_answer_that_stops_in_the_middle_is_booked_as_counted(
    reader: httpx.Client, model: GptOss, documents: Documents, fault: dict[str, int], code: str
) -> None:
    before = booked(reader)
    model.reply(REPLY).fault(**fault)
    assert reader.post("/v1/ask", json=body_for(documents)).json()["code"] == code
    now = booked(reader) - before
    assert (now.calls, now.prompt, now.counted) == (1, counted_prompt(reader, documents), True)
    assert 0 < now.answer < 60


def test_silence_costs_the_prompt(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    before = booked(reader)
    model.reply(REPLY)
    model.hold()
    assert_problem(reader.post("/v1/ask", json=body_for(documents)), 504, "llm_timeout")
    now = booked(reader) - before
    assert (now.calls, now.prompt, now.answer) == (1, counted_prompt(reader, documents), 0)


def test_endless_repetition_is_booked_for_both_tries(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    before = booked(reader)
    model.always(ENDLESS)
    assert_problem(reader.post("/v1/ask", json=body_for(documents)), 502, "llm_error")
    now = booked(reader) - before
    assert (now.calls, now.prompt) == (2, 2 * counted_prompt(reader, documents))
    assert now.answer > 300


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_what_a_server_refused_costs_nothing(
    reader: httpx.Client, model: GptOss, documents: Documents, status: int
) -> None:
    before = booked(reader)
    model.fault(status=status, retry_after_s=77)
    assert reader.post("/v1/ask", json=body_for(documents)).status_code in (502, 503)
    assert booked(reader) - before == Booked(counted=before.counted)


def test_a_server_that_nobody_runs_costs_nothing(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    before = booked(reader)
    model.refuse_connections()
    try:
        assert_problem(reader.post("/v1/ask", json=body_for(documents)), 503, "llm_unavailable")
    finally:
        model.accept_connections()
    assert booked(reader) - before == Booked(counted=before.counted)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_is_booked_with_what_had_come(
    reader: httpx.Client, model: GptOss, documents: Documents, stream: bool
) -> None:
    before = booked(reader)
    model.reply(LONG).fault(between_chunks_s=0.02)
    if stream:
        with reader.stream("POST", "/v1/ask", json=body_for(documents, stream=True)) as response:
            coming = events(response)
            while next(coming)[0] != "answer":
                pass
    else:
        with pytest.raises(httpx.ReadTimeout):
            reader.post("/v1/ask", json=body_for(documents), timeout=1.2)
    now = booked_since(reader, before, 1)
    assert (now.calls, now.prompt, now.counted) == (1, counted_prompt(reader, documents), True)
    assert now.answer > 0


def test_a_background_answer_that_fails_is_booked_once(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    before = booked(reader)
    model.reply(Reply(text=REPLY, prompt_tokens=40))
    made = reader.post("/v1/ask", json=body_for(documents, background=True)).json()
    with reader.stream("GET", f"/v1/answers/{made['id']}/events") as response:
        assert list(events(response))[-1][1]["code"] == "prompt_truncated"
    now = booked(reader) - before
    assert (now.calls, now.prompt) == (1, 40)


def test_a_background_answer_is_booked_once(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    before = booked(reader)
    model.reply(REPLY)
    made = reader.post("/v1/ask", json=body_for(documents, background=True)).json()
    with reader.stream("GET", f"/v1/answers/{made['id']}/events") as response:
        done = list(events(response))[-1][1]
    now = booked(reader) - before
    assert (now.calls, now.prompt, now.answer) == (1, done["usage"]["prompt"], done["usage"]["answer"])


def test_an_answer_in_windows_is_booked_call_by_call_and_so_is_what_its_budget_ended(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    found = f'<outcome>found</outcome><quote n="1" doc="D1">{LAW}</quote><answer>the law [1]</answer>'
    ids = [documents["nyliac"]["id"], documents["centrack"]["id"]]
    body = {"question": "Which law governs?", "document_ids": ids, "mode": "map_reduce"}
    model.reply_when("bears on this question", found)
    model.always("<outcome>answered</outcome><answer>Massachusetts [1].</answer>")
    before = booked(reader)
    answer = reader.post("/v1/ask", json=body).json()
    now = booked(reader) - before
    assert (now.calls, now.prompt) == (answer["usage"]["calls"], answer["usage"]["prompt"]) == (3, now.prompt)
    before = booked(reader)
    model.script.clear()
    model.reply_when("bears on this question", found)
    model.always(Reply(text=REPLY, prompt_tokens=40))
    assert_problem(reader.post("/v1/ask", json=body), 502, "prompt_truncated")
    now = booked(reader) - before
    assert (now.calls, now.prompt) == (3, sum(chat.prompt_tokens for chat in model.chats[3:5]) + 40)


def test_what_a_budget_ends_after_some_calls_is_booked(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    """The budget holds the windows and the last call as far as that is known beforehand, but not the replies of the windows as well."""
    ids = [documents["nyliac"]["id"], documents["centrack"]["id"]]
    body = {"question": "Which law governs?", "document_ids": ids, "mode": "map_reduce"}
    prompts = reader.post("/v1/context", json=body).json()["receipt"]["mapped"]["prompt_tokens"]
    found = f'<outcome>found</outcome><quote n="1" doc="D1">{LAW}</quote><answer>the law [1]</answer>'
    model.always(Reply(text=found, reasoning="Let me see. " * 40))
    before = booked(reader)
    asked = body | {"budget": {"max_tokens": prompts + 30_000}}
    assert_problem(reader.post("/v1/ask", json=asked), 422, "budget_reached")
    now = booked(reader) - before
    assert (now.calls, now.prompt) == (2, sum(chat.prompt_tokens for chat in model.chats))


SCHEMA = {"type": "object", "properties": {"law": {"type": "string", "title": "Governing law"}}}


@pytest.mark.parametrize(
    ("reply", "calls", "source"),
    [
        (Reply(text=cells_script([cell("/law")])), 1, "server"),
        (Reply(text=cells_script([cell("/law")]), prompt_tokens=40), 1, "server"),
        (null_with_stop(), 2, "server"),
    ],
    ids=["an answer", "cut prompt", "null content for good"],
)
def test_an_extraction_counts_what_failed_in_its_own_usage_and_in_the_books(
    reader: httpx.Client, model: GptOss, documents: Documents, reply: Reply, calls: int, source: str
) -> None:
    before = booked(reader)
    model.always(reply)
    body = {"schema": SCHEMA, "document_ids": [documents["nyliac"]["id"]]}
    job = finished(reader, reader.post("/v1/extractions", json=body).json()["id"])
    now, used = booked(reader) - before, job["usage"]
    assert (now.calls, now.prompt, now.reasoning, now.answer) == (
        used["calls"],
        used["prompt"],
        used["reasoning"],
        used["answer"],
    )
    assert (used["calls"], used["reasoning_source"]) == (calls, source)
    assert used["prompt"] > 0


def test_an_extraction_that_times_out_is_booked_as_counted(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    before = booked(reader)
    model.always(cells_script([cell("/law")]))
    model.hold()
    body = {"schema": SCHEMA, "document_ids": [documents["nyliac"]["id"]]}
    job = finished(reader, reader.post("/v1/extractions", json=body).json()["id"])
    now = booked(reader) - before
    assert job["totals"]["failed"] == 1
    assert (now.calls, now.answer) == (job["usage"]["calls"], 0) == (1, 0)
    assert now.prompt == job["usage"]["prompt"] > documents["nyliac"]["tokens"]
