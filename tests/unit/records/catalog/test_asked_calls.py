"""Calls of an answer on its way are kept until it has its end; a document that goes takes its words along, not what was spent."""

from __future__ import annotations

from typing import Any

from records.catalog import answers, asked, asked_calls, documents
from records.catalog.asked_calls import AskedCall
from records.catalog.catalog import Catalog
from records.catalog.rows import AnswerToCome, AskedRecord
from tests.unit.records.catalog.builders import a_ready, an_answer

USAGE = {"purpose": "map", "prompt": 100, "reasoning": 1, "answer": 9}
FAULT: dict[str, Any] = {"code": "llm_error", "detail": "No.", "places": [], "retry_after_s": None}


def ask(catalog: Catalog, answer_id: str = "ans_1") -> None:
    catalog.write_now(asked.add, AskedRecord(answer_id, "local", {"text": "Which law?"}), {})
    catalog.write_now(asked.start, answer_id)


def a_call(key: str, *document_ids: str, text: str = "Delaware law governs.") -> AskedCall:
    return AskedCall(key, document_ids, {"usage": USAGE, "completion": {"text": text}})


def keep(catalog: Catalog, call: AskedCall, answer_id: str = "ans_1") -> None:
    catalog.write_now(asked_calls.keep, answer_id, call)


def kept(catalog: Catalog, answer_id: str = "ans_1") -> list[AskedCall]:
    return catalog.read_now(asked_calls.kept, answer_id)


def test_calls_come_back_as_they_were_kept_each_once(catalog: Catalog) -> None:
    document = a_ready(catalog)
    for answer_id in ("ans_1", "ans_2"):
        ask(catalog, answer_id)
    first, second = a_call("b", document.id), a_call("a", document.id)
    for call in (first, second, first):
        keep(catalog, call)
    assert kept(catalog) == [first, second]
    assert kept(catalog, "ans_2") == []


def test_they_are_forgotten_with_the_answer_and_with_its_failure_and_none_comes_after(catalog: Catalog) -> None:
    document = a_ready(catalog)
    for answer_id in ("ans_1", "ans_2"):
        ask(catalog, answer_id)
        keep(catalog, a_call("a", document.id), answer_id)
    catalog.write_now(asked.finish, an_answer("ans_1", document.id))
    catalog.write_now(asked.fail, "ans_2", FAULT)
    for answer_id in ("ans_1", "ans_2", "ans_gone"):
        keep(catalog, a_call("late", document.id), answer_id)
        assert kept(catalog, answer_id) == []


def test_a_deleted_document_takes_its_words_and_leaves_what_was_spent(catalog: Catalog) -> None:
    going, staying = a_ready(catalog, "going.pdf"), a_ready(catalog, "staying.pdf")
    ask(catalog)
    keep(catalog, a_call("one", going.id))
    keep(catalog, a_call("both", staying.id, going.id))
    keep(catalog, a_call("other", staying.id))
    catalog.write_now(documents.begin_delete, "local", going.id)
    catalog.write_now(documents.finish_delete, going.id)
    keep(catalog, a_call("late", going.id))
    found = kept(catalog)
    assert [call.key for call in found] == [None, None, "other", None]
    assert [call.call["completion"]["text"] for call in found] == ["", "", "Delaware law governs.", ""]
    assert {tuple(call.call["usage"].items()) for call in found} == {tuple(USAGE.items())}


def test_a_call_that_failed_has_no_words_to_lose(catalog: Catalog) -> None:
    document = a_ready(catalog)
    ask(catalog)
    failed = AskedCall("one", (document.id,), {"usage": None, "completion": None, "fault": FAULT})
    keep(catalog, failed)
    catalog.write_now(documents.begin_delete, "local", document.id)
    catalog.write_now(documents.finish_delete, document.id)
    assert kept(catalog) == [AskedCall(None, failed.document_ids, failed.call)]


def test_waiting_for_the_model_does_not_forget_how_far_it_is(catalog: Catalog) -> None:
    ask(catalog)
    catalog.write_now(asked.advance, "ans_1", {"done": 2, "total": 5})
    catalog.write_now(asked.wait, "ans_1", "llm")
    found = catalog.read_now(answers.get, "local", "ans_1")
    assert isinstance(found, AnswerToCome)
    assert found.progress == {"done": 2, "total": 5, "waiting_for": "llm"}
