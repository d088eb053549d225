"""Quotes that are too many for the last call are put together in parts, with their numbers; none is left out in silence."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import assert_located
from tests.e2e.test_map_reduce import CONCURRENCY, LACK, WINDOW, Documents, ask, found, is_map, is_reduce
from tests.instruments.gptoss import GptOss, an_error, answer_script
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.service import events

EVIDENCE_TOKENS = 500
LINE = re.compile(r"^[A-Za-z][^<>\[\]\n\"“”]{50,160}$", re.MULTILINE)
NUMBER = re.compile(r"^\[(\d+)\]", re.MULTILINE)


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_context_tokens": WINDOW, "full_tokens": 1_000}


def is_part(request: Exchange) -> bool:
    return request.instructions.startswith("You prepare an answer")


def quoted(request: Exchange) -> str:
    """Some lines of the window."""
    lines = list(dict.fromkeys(LINE.findall(request.messages[1]["content"])))[:20]
    return found(*lines) if lines else "<outcome>nothing</outcome>"


def numbers(request: Exchange) -> list[int]:
    """The quotes that a prompt shows."""
    return [int(n) for n in NUMBER.findall(request.messages[1]["content"])]


def drafted(request: Exchange) -> str:
    return answer_script(" ".join(f"Something is said in quote [{n}]." for n in [*numbers(request), 999]))


@pytest.fixture
def many(model: GptOss) -> GptOss:
    """A model that finds many quotes."""
    model.reply_when(is_map, quoted)
    return model


def test_every_quote_is_in_one_part_and_the_answer_cites_quotes_that_only_a_part_has(
    reader: httpx.Client, many: GptOss, documents: Documents
) -> None:
    many.reply_when(is_part, drafted)
    unseen: list[int] = []

    def answered(request: Exchange) -> str:
        seen = set(numbers(request))
        unseen.extend(
            n for n in range(1, 1_000) if f"in quote [{n}]." in request.messages[1]["content"] and n not in seen
        )
        return answer_script(f"Two of them limit liability [{unseen[0]}] [{unseen[-1]}].")

    many.reply_when(is_reduce, answered)
    answer = ask(reader, LACK, evidence_tokens=EVIDENCE_TOKENS)
    parts = [chat for chat in many.chats if is_part(chat)]
    mapped = answer["receipt"]["mapped"]
    verified = [item["n"] for item in answer["evidence"] if item["state"] != "unverified"]
    assert mapped["parts"] == len(parts) > 1
    assert sorted(n for chat in parts for n in numbers(chat)) == verified
    (last,) = [chat for chat in many.chats if is_reduce(chat) and not is_part(chat)]
    shown = numbers(last)
    assert 0 < len(shown) == mapped["quotes_shown"] < len(verified)
    assert sorted([*shown, *unseen]) == verified
    assert "999" not in last.messages[1]["content"]
    assert answer["receipt"]["dropped"] == []
    assert answer["unsupported"] == []
    by_id = {document["id"]: document for document in documents.values()}
    for n in (unseen[0], unseen[-1]):
        item = next(item for item in answer["evidence"] if item["n"] == n)
        assert_located(reader, item, by_id[item["document_id"]])
    purposes = [call["purpose"] for call in answer["receipt"]["calls"]]
    assert purposes == ["map"] * mapped["windows"] + ["reduce_part"] * len(parts) + ["reduce"]
    assert {chat.effort for chat in parts} == {"high"}


def test_progress_goes_on_counting(reader: httpx.Client, many: GptOss, documents: Documents) -> None:
    many.reply_when(is_part, drafted)
    many.reply_when(is_reduce, answer_script("One does [1]."))
    body = {"question": LACK, "evidence_tokens": EVIDENCE_TOKENS, "stream": True}
    with reader.stream("POST", "/v1/ask", json=body) as response:
        seen = list(events(response))
    progress = [data for name, data in seen if name == "progress"]
    mapped = seen[-1][1]["receipt"]["mapped"]
    assert mapped["parts"] > 1
    assert progress[-1] == {"done": mapped["windows"] + mapped["parts"], "total": mapped["windows"] + mapped["parts"]}
    assert [each["done"] for each in progress] == sorted(each["done"] for each in progress)
    assert [name for name, _ in seen][-1] == "done"


def test_a_part_that_fails_leaves_its_quotes_out_and_the_answer_says_how_many(
    reader: httpx.Client, many: GptOss, documents: Documents
) -> None:
    many.reply_when(is_part, an_error(400, "Computer says no."), times=1)
    many.reply_when(is_part, drafted)
    many.reply_when(is_reduce, answer_script("One does [1]."))
    answer = ask(reader, LACK, evidence_tokens=EVIDENCE_TOKENS)
    dropped = answer["receipt"]["dropped"]
    assert dropped
    assert {part["why"] for part in dropped} == {"call_failed"}
    were = "quote was" if len(dropped) == 1 else "quotes were"
    assert (
        f"{len(dropped)} {were} counted, but not shown when the answer was written; see the evidence."
        in answer["answer"]
    )
    assert answer["outcome"] == "answered"


def test_a_budget_without_room_for_parts_is_kept_and_every_document_still_shows_its_best_quote(
    reader: httpx.Client, many: GptOss, documents: Documents
) -> None:
    many.reply_when(is_reduce, answer_script("One does [1]."))
    planned = reader.post("/v1/context", json={"question": LACK}).json()["receipt"]["mapped"]
    output = 6_000 * CONCURRENCY
    budget = {"max_tokens": planned["prompt_tokens"] + output + 12_000}
    answer = ask(reader, LACK, evidence_tokens=EVIDENCE_TOKENS, budget=budget, max_output_tokens=8_000)
    assert not any(is_part(chat) for chat in many.chats)
    assert {part["why"] for part in answer["receipt"]["dropped"]} == {"budget"}
    shown = set(numbers(many.last))
    with_quotes = [set(each["evidence"]) for each in answer["per_document"] if each["outcome"] == "found"]
    assert len(with_quotes) == answer["receipt"]["mapped"]["documents_with_quotes"] > 1
    assert all(shown & mine for mine in with_quotes)


def test_where_few_quotes_have_no_room_there_are_no_parts(
    reader: httpx.Client, many: GptOss, documents: Documents
) -> None:
    many.reply_when(is_reduce, answer_script("One does [1]."))
    answer = ask(reader, LACK)
    assert (answer["receipt"]["mapped"]["parts"], answer["receipt"]["dropped"]) == (0, [])
    assert not any(is_part(chat) for chat in many.chats)
