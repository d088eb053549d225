"""Questions answered window by window: quotes of every document, counts by code, no window lost in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import ASSIGNMENT, LAW, NOTICE, assert_located
from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import GptOss, Reply, an_error, answer_script
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.service import events

Documents = dict[str, dict[str, Any]]
WINDOW = 32_768
CONCURRENCY = 4
"""Calls at a time: the default of PROVISO_LLM_CONCURRENCY; there are five windows."""
LIMITED = "i-on will not be liable under any circumstances for any lost profits or other"
NOTHING = "<outcome>nothing</outcome>"
LACK = "Which of these lack a limitation of liability?"
MANY = "How many notice and assignment clauses are there in these agreements?"


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """A window in which the five contracts are too long to be read at once."""
    return {"llm_context_tokens": WINDOW, "full_tokens": 1_000}


@pytest.fixture(scope="module")
def model_server() -> Iterator[GptOss]:
    with GptOss(context_tokens=WINDOW) as server:
        yield server


def is_map(request: Exchange) -> bool:
    return request.instructions.startswith("You read one part")


def shows(words: str) -> Callable[[Exchange], bool]:
    return lambda request: is_map(request) and words in request.messages[1]["content"]


def is_reduce(request: Exchange) -> bool:
    return "Every document was read whole" in request.instructions


def found(*quotes: str) -> str:
    lines = "\n".join(f"finding about it [{n}]" for n, _ in enumerate(quotes, 1))
    return answer_script(f"\n{lines}\n", [("D1", quote) for quote in quotes], outcome="found")


def scripted(model: GptOss, said: dict[str, str], answer: str | Callable[[Exchange], str]) -> None:
    """`said`: by words that only one document has, what its windows are answered; every other has nothing."""
    for words, reply in said.items():
        model.reply_when(shows(words), reply)
    model.reply_when(is_map, NOTHING)
    model.reply_when(is_reduce, answer)


def ask(client: httpx.Client, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question} | more)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def of(answer: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in answer["per_document"] if each["document_id"] == document["id"])


def test_which_of_these_lack_a_clause_is_read_window_by_window_and_every_document_has_an_outcome(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    lacking = f"The {documents['nyliac']['title']} contains no limitation of liability."
    said = answer_script(f"Only the hosting agreement limits liability [1]. {lacking}")
    scripted(model, {LIMITED: found(LIMITED)}, said)
    answer = ask(reader, LACK)
    receipt = answer["receipt"]
    assert receipt["mode"] == "map_reduce"
    assert "counting or listing" in receipt["reason"]
    assert answer["outcome"] == "answered"
    assert [item["n"] for item in answer["evidence"]] == [1]
    assert_located(reader, answer["evidence"][0], documents["centrack"])
    outcomes = {name: of(answer, document)["outcome"] for name, document in documents.items()}
    assert outcomes.pop("centrack") == "found"
    assert set(outcomes.values()) == {"not_in_document"}
    assert of(answer, documents["centrack"])["evidence"] == [1]
    assert "page 4" in of(answer, documents["holiday"])["detail"]
    assert answer["answer"].startswith("Only the hosting agreement limits liability [1].")
    assert f"found in 3 documents, read whole: “{documents['bravatek']['title']}”" in answer["answer"]
    assert (
        f"1 document was not read, or not whole, and stays open: “{documents['holiday']['title']}” (no readable text"
        in answer["answer"]
    )
    assert answer["unsupported"] == []
    assert receipt["documents_read"] == len(documents)
    assert receipt["dropped"] == []


def test_every_word_of_every_document_is_asked_once(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("One [1]."))
    answer = ask(reader, LACK)
    maps = [chat for chat in model.chats if is_map(chat)]
    assert len(maps) == answer["receipt"]["mapped"]["windows"] == answer["receipt"]["mapped"]["windows_read"]
    assert {chat.effort for chat in maps} == {"low"}
    assert [chat.effort for chat in model.chats if is_reduce(chat)] == ["high"]
    for document in documents.values():
        spans = [(p["start"], p["end"]) for p in answer["receipt"]["packed"] if p["document_id"] == document["id"]]
        assert [spans[0][0], spans[-1][1]] == [0, document["chars"]]
        assert all(one[1] == other[0] for one, other in pairwise(spans))
    calls = answer["receipt"]["calls"]
    assert [call["purpose"] for call in calls] == ["map"] * len(maps) + ["reduce"]
    assert answer["usage"]["calls"] == len(calls)
    assert answer["receipt"]["prompt_tokens_reported"] == sum(chat.prompt_tokens for chat in model.chats)
    assert answer["receipt"]["truncation"] == "checked"


def test_the_number_of_a_count_comes_from_code_and_the_same_words_count_once(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    part = "not be assigned without the written consent of the other party"
    invented = "Notices shall be sent by carrier pigeon to the registered office of the parties."
    nyliac = found(NOTICE, ASSIGNMENT, part, invented)
    told: list[str] = []

    def counted(request: Exchange) -> str:
        told.append(request.messages[1]["content"])
        return answer_script("There are three such clauses in two agreements [1] [2] [3].")

    scripted(model, {"Commonwealth of Massachusetts": nyliac, LIMITED: found(LIMITED)}, counted)
    answer = ask(reader, MANY, mode="map_reduce")
    assert [item["state"] for item in answer["evidence"]] == ["exact", "exact", "exact", "unverified"]
    mapped = answer["receipt"]["mapped"]
    assert (mapped["quotes"], mapped["merged"], mapped["unverified"]) == (4, 1, 1)
    assert (mapped["documents_with_quotes"], mapped["documents_without"]) == (2, 2)
    assert "- different quotes: 3" in told[0]
    assert "- documents with quotes: 2" in told[0]
    assert invented not in told[0]
    assert answer["unsupported"] == []
    assert "1 quote of the model is not in its document and does not count." in answer["answer"]
    assert of(answer, documents["nyliac"])["evidence"] == [2, 3]


def test_a_number_that_nobody_counted_is_named(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("There are seventeen such clauses in all [1]."))
    answer = ask(reader, MANY, mode="map_reduce")
    assert [(part["text"], part["why"]) for part in answer["unsupported"]] == [("seventeen", "number_not_in_evidence")]


def test_nothing_found_anywhere_is_a_finding_without_a_last_call(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    scripted(model, {}, "never asked")
    answer = ask(reader, "Is there a clause on source code escrow?", mode="map_reduce")
    assert (answer["outcome"], answer["evidence"]) == ("not_in_documents", [])
    assert not any(is_reduce(chat) for chat in model.chats)
    windows = answer["receipt"]["mapped"]["windows"]
    parts = f", in {windows} parts" if windows > len(documents) else ""
    assert f"found: 5 documents were read{parts}; this proves nothing for the one that stays open." in answer["answer"]
    assert "no readable text on page 4" in answer["answer"]
    assert {each["outcome"] for each in answer["per_document"]} == {"not_in_document"}
    assert answer["receipt"]["pages_unread"] == [{"document_id": documents["holiday"]["id"], "pages": [4]}]


def test_a_window_that_fails_is_recorded_and_its_document_is_open(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply_when(shows("Commonwealth of Massachusetts"), an_error(400, "Computer says no."))
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("The hosting agreement does [1]."))
    answer = ask(reader, LACK)
    nyliac = documents["nyliac"]
    dropped = answer["receipt"]["dropped"]
    assert [(part["document_id"], part["why"]) for part in dropped] == [(nyliac["id"], "call_failed")]
    assert of(answer, nyliac)["outcome"] == "failed"
    assert of(answer, nyliac)["detail"] == "not read whole: the model could not be asked"
    assert nyliac["title"] in answer["answer"].split("2 documents were not read")[1]
    assert answer["receipt"]["mapped"]["windows_failed"] == 1
    assert answer["receipt"]["documents_read"] == len(documents) - 1


def test_when_every_window_fails_the_answer_is_the_error(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply_when(is_map, an_error(400, "Computer says no."))
    response = reader.post("/v1/ask", json={"question": LACK})
    assert "Computer says no" in assert_problem(response, 502, "llm_error")["detail"]


def test_a_reply_in_no_form_is_asked_for_again_and_then_recorded(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply_when(shows("Commonwealth of Massachusetts"), "I think there is something about law.")
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("One does [1]."))
    answer = ask(reader, LACK)
    assert [part["why"] for part in answer["receipt"]["dropped"]] == ["reply_unreadable"]
    assert sum(shows("Commonwealth of Massachusetts")(chat) for chat in model.chats) == 2


def test_a_window_whose_reply_was_cut_is_read_again_in_halves(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    cut_off = Reply(text=found(LAW), finish_reason="length")
    model.reply_when(shows("Commonwealth of Massachusetts"), cut_off, times=1)
    scripted(model, {NOTICE[:20]: found(NOTICE), LIMITED: found(LIMITED)}, answer_script("Two do [1] [2] [3]."))
    answer = ask(reader, LACK)
    nyliac = documents["nyliac"]
    assert of(answer, nyliac) == {
        "document_id": nyliac["id"],
        "outcome": "found",
        "evidence": [2, 3],
        "detail": None,
        "title": nyliac["title"],
    }
    assert answer["receipt"]["dropped"] == []
    assert answer["usage"]["calls"] == answer["receipt"]["mapped"]["windows"] + 2 + 1


def test_a_window_whose_reply_is_always_cut_is_recorded_as_not_read_whole(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    document = documents["nyliac"]
    model.reply_when(
        lambda r: is_map(r) and document["filename"] in r.text, Reply(text=NOTHING, finish_reason="length")
    )
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("One does [1]."))
    answer = ask(reader, LACK)
    assert [part["why"] for part in answer["receipt"]["dropped"]] == ["reply_cut"]
    assert of(answer, document)["outcome"] == "failed"


def test_a_budget_below_the_prompts_is_reached_before_any_call(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    body = {"question": LACK, "budget": {"max_tokens": 9_000}}
    detail = assert_problem(reader.post("/v1/ask", json=body), 422, "budget_reached")["detail"]
    assert "0 tokens in 0 calls are spent" in detail
    assert model.chats == []


def test_a_budget_reached_between_calls_says_what_was_spent(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("One does [1]."))
    planned = reader.post("/v1/context", json={"question": LACK}).json()["receipt"]["mapped"]
    body = {"question": LACK, "budget": {"max_tokens": planned["prompt_tokens"] + WINDOW // 2 + 100}}
    detail = assert_problem(reader.post("/v1/ask", json=body), 422, "budget_reached")["detail"]
    assert f"tokens in {planned['windows']} calls are spent" in detail
    assert not any(is_reduce(chat) for chat in model.chats)


def test_the_stream_brings_receipt_progress_evidence_answer_and_done_in_this_order(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    said = "The hosting agreement limits liability [2]. Massachusetts law governs [4]."
    scripted(model, {LIMITED: found(LIMITED), "Commonwealth of Massachusetts": found(LAW)}, answer_script(said))
    with reader.stream("POST", "/v1/ask", json={"question": LACK, "stream": True}) as response:
        seen = list(events(response))
    names = [name for name, _ in seen]
    assert list(dict.fromkeys(names)) == ["receipt", "progress", "evidence", "answer", "done"]
    progress = [data for name, data in seen if name == "progress"]
    total = seen[0][1]["receipt"]["mapped"]["windows"]
    assert progress == [{"done": done, "total": total} for done in range(total + 1)]
    done = seen[-1][1]
    assert "".join(data["text"] for name, data in seen if name == "answer").strip() == done["answer"]
    assert [data for name, data in seen if name == "evidence"] == done["evidence"]
    kept = reader.get(f"/v1/answers/{done['id']}").json()
    assert kept["per_document"] == done["per_document"]


def test_calls_wait_for_each_other_where_the_budget_is_near(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    scripted(model, {LIMITED: found(LIMITED)}, answer_script("One does [1]."))
    planned = reader.post("/v1/context", json={"question": LACK}).json()["receipt"]["mapped"]["prompt_tokens"]
    budget = {"max_tokens": planned + 8_000}
    answer = ask(reader, LACK, mode="map_reduce", budget=budget, max_output_tokens=3_000)
    assert answer["outcome"] == "answered"
    assert answer["receipt"]["dropped"] == []


def test_a_client_that_leaves_ends_the_calls(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    scripted(model, {}, "never asked")
    model.hold()
    with reader.stream("POST", "/v1/ask", json={"question": LACK, "stream": True}) as response:
        coming = events(response)
        assert [next(coming)[0] for _ in range(2)] == ["receipt", "progress"]
        model.wait_until(lambda server: len(server.chats) == CONCURRENCY)
    for chat in list(model.chats):
        assert chat.closed.wait(10)
        assert chat.disconnected
    assert len(model.chats) == CONCURRENCY


def test_the_context_shows_the_first_window_and_the_plan(library_context: dict[str, Any]) -> None:
    receipt, messages = library_context["receipt"], library_context["messages"]
    assert receipt["mode"] == "map_reduce"
    assert receipt["mapped"]["windows"] == len(receipt["packed"])
    assert messages[0]["content"].startswith("You read one part")
    assert LACK in messages[-1]["content"]


@pytest.fixture
def library_context(reader: httpx.Client, model: GptOss, documents: Documents) -> dict[str, Any]:
    response = reader.post("/v1/context", json={"question": LACK})
    assert model.chats == []
    body: dict[str, Any] = response.json()
    return body


def test_answers_over_several_documents_name_those_they_rest_on(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(Reply(text=answer_script("Massachusetts [1].", [("D1", LAW)])))
    ids = [documents["centrack"]["id"], documents["nyliac"]["id"]]
    answer = ask(reader, "Which law governs?", document_ids=ids, mode="retrieve")
    assert answer["per_document"] == [
        {
            "document_id": documents["nyliac"]["id"],
            "outcome": "answered",
            "evidence": [1],
            "detail": None,
            "title": documents["nyliac"]["title"],
        }
    ]
