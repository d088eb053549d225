"""Questions read window by window in the background: what was read is not asked for again when the model goes away in between."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.e2e.test_map_reduce import LACK, LIMITED, WINDOW, found, is_map, is_reduce, scripted
from tests.e2e.test_map_reduce_parts import EVIDENCE_TOKENS, drafted, is_part, quoted
from tests.instruments.gptoss import GptOss, an_error, answer_script
from tests.instruments.gptoss.exchange import Exchange

Documents = dict[str, dict[str, Any]]
READ_BEFORE = 3
"""Windows that are answered before the model goes away."""


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_context_tokens": WINDOW, "full_tokens": 1_000, "llm_concurrency": 1, "llm_patience_s": 4.0}


class Outage:
    """From a number of answered windows on, the model is too busy for calls of a kind, until it `is_over`."""

    def __init__(self, model: GptOss, kind: Callable[[Exchange], bool] = is_map) -> None:
        self._model = model
        self._kind = kind
        self.is_over = False

    def __call__(self, request: Exchange) -> bool:
        return self._kind(request) and not self.is_over and len(answered(self._model)) >= READ_BEFORE


def answered(model: GptOss) -> list[str]:
    """The prompts of the windows that the model has answered."""
    return [chat.text for chat in model.chats if is_map(chat) and chat.status == 200]


def queue(client: httpx.Client, **more: Any) -> str:
    response = client.post("/v1/ask", json={"question": LACK, "background": True} | more)
    assert response.status_code == 202, response.text
    made: dict[str, str] = response.json()
    return made["id"]


def until(client: httpx.Client, answer_id: str, state: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    limit = time.monotonic() + 60
    while True:
        answer: dict[str, Any] = client.get(f"/v1/answers/{answer_id}").json()
        if state(answer):
            return answer
        assert time.monotonic() < limit, answer
        time.sleep(0.05)


def has_ended(answer: dict[str, Any]) -> bool:
    return answer["status"] in ("done", "failed")


def is_waiting(answer: dict[str, Any]) -> bool:
    return "waiting_for" in (answer["progress"] or {})


def test_a_model_that_goes_away_in_the_middle_is_waited_for_and_no_window_is_read_twice(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    outage = Outage(model)
    model.reply_when(outage, an_error(503, "Busy."))
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("Only the hosting agreement does [1]."))
    answer_id = queue(reader)
    waiting = until(reader, answer_id, is_waiting)
    assert waiting["progress"]["waiting_for"] == "llm"
    assert waiting["progress"]["done"] >= READ_BEFORE
    outage.is_over = True
    answer = until(reader, answer_id, has_ended)
    windows = answer["receipt"]["mapped"]["windows"]
    assert answer["receipt"]["dropped"] == []
    assert set(Counter(answered(model)).values()) == {1}
    assert len(answered(model)) == windows == answer["receipt"]["mapped"]["windows_read"]
    assert answer["usage"]["calls"] == windows + 1
    assert answer["receipt"]["prompt_tokens_reported"] == sum(c.prompt_tokens for c in model.chats if c.status == 200)


def test_a_last_call_that_fails_for_a_while_is_all_that_is_asked_again(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    outage = Outage(model, is_reduce)
    model.reply_when(outage, an_error(503, "Busy."))
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("Only the hosting agreement does [1]."))
    answer_id = queue(reader)
    waiting = until(reader, answer_id, is_waiting)
    assert waiting["progress"]["done"] == waiting["progress"]["total"]
    outage.is_over = True
    answer = until(reader, answer_id, has_ended)
    assert answer["outcome"] == "answered"
    assert set(Counter(answered(model)).values()) == {1}


def test_quotes_that_were_put_together_in_parts_are_not_put_together_again(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    outage = Outage(model, lambda request: is_reduce(request) and not is_part(request))
    model.reply_when(is_map, quoted)
    model.reply_when(is_part, drafted)
    model.reply_when(outage, an_error(503, "Busy."))
    model.reply_when(is_reduce, answer_script("One does [1]."))
    answer_id = queue(reader, evidence_tokens=EVIDENCE_TOKENS)
    until(reader, answer_id, is_waiting)
    outage.is_over = True
    answer = until(reader, answer_id, has_ended)
    asked = Counter(chat.text for chat in model.chats if is_part(chat))
    assert len(asked) == answer["receipt"]["mapped"]["parts"] > 1
    assert set(asked.values()) == {1}
    assert answer["receipt"]["dropped"] == []


def test_when_patience_is_over_the_answer_stands_on_what_was_read(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply_when(Outage(model), an_error(503, "Busy."))
    scripted(model, {"": found(LIMITED)}, answer_script("Only the hosting agreement does [1]."))
    answer = until(reader, queue(reader), has_ended)
    assert answer["status"] == "done", answer
    mapped = answer["receipt"]["mapped"]
    assert (mapped["windows_read"], mapped["windows_failed"]) == (READ_BEFORE, mapped["windows"] - READ_BEFORE)
    assert {part["why"] for part in answer["receipt"]["dropped"]} == {"call_failed"}
    assert "not read, or not whole, and stay" in answer["answer"]
