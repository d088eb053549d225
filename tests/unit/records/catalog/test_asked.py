"""Questions that are answered in the background: their row is an answer's from the first moment to the last."""

from __future__ import annotations

from proviso.wire import to_data
from records.catalog import answers, asked, documents
from records.catalog.catalog import Catalog
from records.catalog.rows import AnswerRecord, AnswerToCome, AskedRecord
from tests.unit.records.catalog.builders import a_ready, an_answer

FAULT = {"code": "llm_error", "detail": "No.", "places": [], "retry_after_s": None}


def ask(catalog: Catalog, answer_id: str = "ans_1") -> None:
    question = AskedRecord(answer_id, "local", {"text": "Which law?"})
    catalog.write_now(asked.add, question, {"question": "Which law?"})


def found(catalog: Catalog, answer_id: str = "ans_1") -> AnswerRecord | AnswerToCome:
    return catalog.read_now(answers.get, "local", answer_id)


def test_a_question_is_listed_with_its_status_and_without_an_answer(catalog: Catalog) -> None:
    ask(catalog)
    record = found(catalog)
    assert (record.status, record.outcome, record.evidence) == ("queued", None, ())
    assert record.request == {"question": "Which law?"}
    assert set(to_data(record)) == set(to_data(an_answer("x"))) | {
        "created_at",
        "request",
        "status",
        "progress",
        "problem",
    }
    assert [item.id for item in catalog.read_now(answers.listing, "local")[0]] == ["ans_1"]


def test_it_is_running_with_progress_then_done_and_read_like_any_answer(catalog: Catalog) -> None:
    document = a_ready(catalog)
    ask(catalog)
    assert catalog.write_now(asked.start, "ans_1") == AskedRecord("ans_1", "local", {"text": "Which law?"})
    catalog.write_now(asked.advance, "ans_1", {"done": 1, "total": 3})
    assert (found(catalog).status, found(catalog).progress) == ("running", {"done": 1, "total": 3})
    assert catalog.read_now(asked.unfinished) == ["ans_1"]
    assert catalog.write_now(asked.finish, an_answer("ans_1", document.id))
    done = found(catalog)
    assert (done.status, done.answer, done.progress) == ("done", "Delaware [1].", None)
    assert done.request == {"question": "Which law?"}
    assert catalog.read_now(asked.unfinished) == []


def test_an_end_is_recorded_once(catalog: Catalog) -> None:
    document = a_ready(catalog)
    ask(catalog)
    assert catalog.write_now(asked.finish, an_answer("ans_1", document.id))
    assert not catalog.write_now(asked.finish, an_answer("ans_1", document.id))
    assert catalog.write_now(asked.start, "ans_1") is None
    catalog.write_now(asked.fail, "ans_1", FAULT)
    assert found(catalog).status == "done"


def test_a_failure_keeps_its_fault_and_is_not_begun_again(catalog: Catalog) -> None:
    ask(catalog)
    catalog.write_now(asked.fail, "ans_1", FAULT)
    assert (found(catalog).status, found(catalog).problem) == ("failed", FAULT)
    assert catalog.write_now(asked.start, "ans_1") is None
    assert catalog.read_now(asked.unfinished) == []


def test_words_of_a_document_are_gone_whether_it_is_deleted_before_the_answer_or_after(catalog: Catalog) -> None:
    kept, going = a_ready(catalog, "kept.pdf"), a_ready(catalog, "going.pdf")
    for answer_id in ("ans_1", "ans_2"):
        ask(catalog, answer_id)
    catalog.write_now(asked.finish, an_answer("ans_1", kept.id, going.id))
    catalog.write_now(documents.begin_delete, "local", going.id)
    catalog.write_now(documents.finish_delete, going.id)
    catalog.write_now(asked.finish, an_answer("ans_2", kept.id, going.id))
    for answer_id in ("ans_1", "ans_2"):
        there, gone = found(catalog, answer_id).evidence
        assert (there.state, bool(there.quote)) == ("exact", True)
        assert (gone.state, gone.quote, gone.text) == ("deleted", "", None)
