"""What an answer is that is none: an absence with what was read to say so, a question back, and replies that keep to neither."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.e2e.evidence import LAW, assert_located
from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import GptOss, answer_script, clarification_script
from tests.instruments.service import events, settled

Documents = dict[str, dict[str, Any]]
QUESTION = "Which clause provides for arbitration?"
ABSENT = answer_script("I looked for an arbitration clause but found none.", outcome="not_in_documents")
WHICH = "Do you mean the notice of termination or that of breach?"


def ask(client: httpx.Client, documents: Documents, *names: str, **more: Any) -> dict[str, Any]:
    ids = [documents[name]["id"] for name in names]
    response = client.post("/v1/ask", json={"question": QUESTION, "document_ids": ids, **more})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_an_absence_in_documents_read_whole_is_proven_by_reading(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(ABSENT)
    answer = ask(reader, documents, "nyliac", "centrack")
    coverage, tokens = answer["coverage"], documents["nyliac"]["tokens"] + documents["centrack"]["tokens"]
    assert (answer["outcome"], answer["evidence"], answer["unsupported"]) == ("not_in_documents", [], [])
    assert (coverage["mode"], coverage["complete"]) == ("full", True)
    assert (coverage["documents"], coverage["documents_read_whole"], coverage["documents_read_in_part"]) == (2, 2, 0)
    assert coverage["tokens"] == coverage["tokens_read"] == tokens
    assert coverage["statement"] == f"Read whole: 2 documents, {tokens:,} tokens. It is nowhere in them."
    assert reader.get(f"/v1/answers/{answer['id']}").json()["coverage"] == coverage


def test_an_absence_with_an_unread_page_names_the_page_and_its_document(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(ABSENT)
    coverage = ask(reader, documents, "holiday")["coverage"]
    title = documents["holiday"]["title"]
    assert coverage["complete"] is False
    assert coverage["pages_unread"] == [{"document_id": documents["holiday"]["id"], "title": title, "pages": [4]}]
    assert f"Without readable text (1 page): page 4 of “{title}”." in coverage["statement"]
    assert coverage["statement"].endswith("what could not be read is open.")


def test_an_absence_in_passages_says_how_much_was_read_and_what_was_only_searched(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(ABSENT)
    answer = ask(reader, documents, "nyliac", "paxmedica", mode="retrieve", evidence_tokens=800)
    coverage = answer["coverage"]
    tokens = documents["nyliac"]["tokens"] + documents["paxmedica"]["tokens"]
    assert (coverage["mode"], coverage["complete"], coverage["documents_read_whole"]) == ("retrieve", False, 0)
    assert coverage["tokens"] == tokens
    assert coverage["tokens_read"] == sum(part["tokens"] for part in answer["receipt"]["packed"]) < tokens
    assert f"Read: {coverage['tokens_read']:,} of {tokens:,} tokens" in coverage["statement"]
    assert {part["title"] for part in coverage["read_in_part"]} == {
        documents["nyliac"]["title"],
        documents["paxmedica"]["title"],
    }
    for part in coverage["read_in_part"]:
        said = f"“{part['title']}” ({part['tokens_read']:,} of {part['tokens']:,} tokens read)"
        assert said in coverage["statement"]
    assert coverage["statement"].endswith("what no passage shows may still be there.")


def test_documents_that_failed_are_named_in_the_absence(reader: httpx.Client, model: GptOss) -> None:
    files = [("files", ("broken.pdf", b"%PDF-1.7 nothing more")), ("files", ("whole.txt", b"A clause about lanterns."))]
    items = reader.post("/v1/documents", files=files, data={"collection": "mixed"}).json()["items"]
    broken, whole = settled(reader, [item["id"] for item in items])
    assert (broken["status"], whole["status"]) == ("failed", "ready")
    model.reply(ABSENT)
    coverage = reader.post("/v1/ask", json={"question": QUESTION, "collection": "mixed"}).json()["coverage"]
    assert coverage["failed"] == [{"document_id": broken["id"], "title": "broken.pdf", "pages": []}]
    assert (coverage["documents"], coverage["documents_read_whole"], coverage["complete"]) == (2, 1, False)
    assert "Failed (1): “broken.pdf”." in coverage["statement"]


def test_an_empty_scope_has_a_coverage_of_nothing(reader: httpx.Client, model: GptOss) -> None:
    answer = reader.post("/v1/ask", json={"question": QUESTION, "collection": "nobody"}).json()
    assert (answer["coverage"]["complete"], answer["coverage"]["documents"]) == (False, 0)
    assert answer["coverage"]["statement"] == "Nothing was read. The scope holds no documents."


def test_an_absence_that_cites_keeps_its_evidence_and_claims_without_proof_are_marked(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    said = "No arbitration clause was found. The agreement names a law [1]. A panel of three decides."
    model.reply(answer_script(said, [("D1", LAW)], outcome="not_in_documents"))
    answer = ask(reader, documents, "nyliac")
    assert (answer["outcome"], answer["answer"]) == ("not_in_documents", said)
    assert_located(reader, answer["evidence"][0], documents["nyliac"])
    assert [part["text"] for part in answer["unsupported"]] == ["A panel of three decides."]


def test_a_question_back_is_one_question_and_the_follow_up_is_asked_with_it(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(clarification_script(WHICH))
    first = ask(reader, documents, "nyliac", question="What is the notice period?")
    assert (first["outcome"], first["clarification"], first["answer"]) == ("needs_clarification", WHICH, None)
    assert first["evidence"] == first["unsupported"] == first["set_aside"] == []
    assert first["coverage"] is None
    history = [{"role": "user", "content": "What is the notice period?"}, {"role": "assistant", "content": WHICH}]
    body = {"question": "That of termination.", "history": history, "mode": "retrieve", "evidence_tokens": 700}
    model.reply(answer_script("Massachusetts [1].", [("D1", LAW)]))
    second = ask(reader, documents, "nyliac", **body)
    assert second["outcome"] == "answered"
    assert [message["content"] for message in model.last.messages[2:4]] == [turn["content"] for turn in history]
    assert "That of termination." in model.last.last_user
    assert second["receipt"]["history"] == {"messages": 2, "shortened": 0, "left_out": 0}
    assert "ninety (90) days" in model.last.text, "it is searched with the question that it answers"


def test_of_several_questions_the_first_is_asked_and_the_others_are_kept_apart(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(clarification_script(f"{WHICH} And of which party? In which year?"))
    answer = ask(reader, documents, "nyliac")
    assert answer["clarification"] == WHICH
    assert answer["set_aside"] == [
        {"kind": "question", "text": "And of which party?"},
        {"kind": "question", "text": "In which year?"},
    ]


def test_a_question_back_with_an_answer_and_a_quote_carries_neither_and_hides_neither(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    said = answer_script("It may be Massachusetts [1].", [("D1", LAW)], outcome="needs_clarification")
    model.reply(f"{said}\n<clarification>{WHICH}</clarification>")
    answer = ask(reader, documents, "nyliac")
    assert (answer["outcome"], answer["clarification"], answer["answer"]) == ("needs_clarification", WHICH, None)
    assert answer["evidence"] == answer["unsupported"] == []
    assert answer["set_aside"] == [
        {"kind": "answer", "text": "It may be Massachusetts [1]."},
        {"kind": "quote", "text": f"{documents['nyliac']['title']}, p. 2, § 5 (exact)"},
    ]


def test_an_answer_with_a_question_beside_it_is_an_answer(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    said = answer_script("Massachusetts law governs [1].", [("D1", LAW)])
    model.reply(f"{said}\n<clarification>{WHICH}</clarification>")
    answer = ask(reader, documents, "nyliac")
    assert (answer["outcome"], answer["answer"]) == ("answered", "Massachusetts law governs [1].")
    assert (answer["clarification"], answer["set_aside"]) == (None, [{"kind": "question", "text": WHICH}])


def test_a_question_back_in_the_place_of_the_answer_is_still_one(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(f"<outcome>needs_clarification</outcome><answer>{WHICH}</answer>")
    answer = ask(reader, documents, "nyliac")
    assert (answer["outcome"], answer["clarification"], answer["answer"]) == ("needs_clarification", WHICH, None)


def test_a_question_back_without_a_question_is_the_answer_it_gives(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(answer_script("Massachusetts law governs [1].", [("D1", LAW)], outcome="needs_clarification"))
    answer = ask(reader, documents, "nyliac")
    assert (answer["outcome"], answer["answer"]) == ("answered", "Massachusetts law governs [1].")


def test_an_absence_without_a_word_still_says_what_was_read(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply("<outcome>not_in_documents</outcome>")
    answer = ask(reader, documents, "nyliac")
    assert (answer["outcome"], answer["answer"]) == ("not_in_documents", None)
    assert answer["coverage"]["complete"] is True


@pytest.mark.parametrize(
    "reply",
    [
        answer_script("", [("D1", LAW)]),
        f'<outcome>answered</outcome><quote n="1" doc="D1">{LAW}</quote>',
        "<outcome>needs_clarification</outcome>",
        "<outcome>needs_clarification</outcome><clarification> </clarification>",
    ],
)
def test_a_reply_without_answer_or_question_is_an_error_and_never_an_empty_answer(
    reader: httpx.Client, model: GptOss, documents: Documents, reply: str
) -> None:
    model.reply(reply)
    body = {"question": QUESTION, "document_ids": [documents["nyliac"]["id"]]}
    assert "held no answer" in assert_problem(reader.post("/v1/ask", json=body), 502, "llm_error")["detail"]


def test_a_streamed_absence_ends_with_its_coverage(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(ABSENT)
    body = {"question": QUESTION, "document_ids": [documents["nyliac"]["id"]], "stream": True}
    with reader.stream("POST", "/v1/ask", json=body) as response:
        name, done = list(events(response))[-1]
    assert name == "done"
    assert done["coverage"]["statement"].endswith("It is nowhere in them.")
