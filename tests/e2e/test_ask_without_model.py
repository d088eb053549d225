"""Questions to a service without a model: passages, all of them exact, and no pretence of an answer."""

from __future__ import annotations

from typing import Any

import httpx

from tests.e2e.evidence import assert_located
from tests.instruments import builders
from tests.instruments.service import events, settled, upload_bytes

Documents = dict[str, dict[str, Any]]


def test_without_a_model_the_best_passages_are_the_answer(library: httpx.Client, documents: Documents) -> None:
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]]}
    answer = library.post("/v1/ask", json=body).json()
    assert (answer["outcome"], answer["answer"], answer["clarification"]) == ("passages", None, None)
    assert (answer["model"], answer["effort"], answer["reasoning"]) == (None, None, None)
    assert answer["usage"]["calls"] == 0
    assert answer["unsupported"] == []
    assert answer["receipt"]["calls"] == []
    assert [item["n"] for item in answer["evidence"]] == list(range(1, len(answer["evidence"]) + 1))
    assert "laws of the Commonwealth of Massachusetts" in " ".join(answer["evidence"][0]["text"].split())
    for item in answer["evidence"]:
        assert item["state"] == "exact"
        assert item["quote"] == item["text"]
        assert_located(library, item, documents["nyliac"])


def test_passages_of_every_kind_of_document_are_located(library: httpx.Client, documents: Documents) -> None:
    by_id = {document["id"]: document for document in documents.values()}
    answer = library.post("/v1/ask", json={"question": "How can the agreement be terminated?"}).json()
    assert len({item["document_id"] for item in answer["evidence"]}) > 1
    for item in answer["evidence"]:
        assert_located(library, item, by_id[item["document_id"]])


def test_a_streamed_question_gives_receipt_evidence_and_done(library: httpx.Client, documents: Documents) -> None:
    body = {"question": "Which law governs?", "document_ids": [documents["centrack"]["id"]], "stream": True}
    with library.stream("POST", "/v1/ask", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        seen = list(events(response))
    names = [name for name, _ in seen]
    assert names[0] == "receipt"
    assert names[-1] == "done"
    assert set(names[1:-1]) == {"evidence"}
    done = seen[-1][1]
    assert [data for name, data in seen if name == "evidence"] == done["evidence"]
    assert seen[0][1]["receipt"] == done["receipt"]
    assert library.get(f"/v1/answers/{done['id']}").json()["evidence"] == done["evidence"]


def test_a_scope_without_documents_gives_no_passages_and_says_what_it_read(library: httpx.Client) -> None:
    answer = library.post("/v1/ask", json={"question": "Anything?", "collection": "nobody"}).json()
    assert (answer["outcome"], answer["answer"], answer["evidence"]) == ("passages", None, [])
    assert answer["receipt"]["documents_read"] == 0


def test_the_receipt_names_pages_and_documents_that_could_not_be_read(
    library: httpx.Client, documents: Documents
) -> None:
    failed = upload_bytes(library, locked__pdf=builders.a_pdf(password="x")).json()["items"][0]["id"]
    settled(library, [failed])
    receipt = library.post("/v1/ask", json={"question": "Who endorses whom?"}).json()["receipt"]
    assert receipt["failed"] == [failed]
    assert receipt["not_ready"] == []
    assert receipt["pages_unread"] == [{"document_id": documents["holiday"]["id"], "pages": [4]}]
    assert library.delete(f"/v1/documents/{failed}").status_code == 204


def test_map_reduce_without_a_model_gives_passages_and_the_plan_that_was_not_carried_out(
    library: httpx.Client, documents: Documents
) -> None:
    body = {"question": "How many of these limit liability?", "mode": "map_reduce"}
    answer = library.post("/v1/ask", json=body).json()
    assert (answer["outcome"], answer["per_document"]) == ("passages", None)
    assert {item["state"] for item in answer["evidence"]} == {"exact"}
    assert answer["receipt"]["mode"] == "map_reduce"
    assert answer["receipt"]["reason"].startswith("no model is configured, so nothing was sent")
    assert answer["receipt"]["mapped"]["windows"] == len(documents)


def test_answers_are_kept_and_listed_newest_first(library: httpx.Client) -> None:
    ids = [library.post("/v1/ask", json={"question": f"Question {n}?"}).json()["id"] for n in range(3)]
    page = library.get("/v1/answers", params={"limit": 2}).json()
    assert [item["id"] for item in page["items"]] == [ids[2], ids[1]]
    following = library.get("/v1/answers", params={"limit": 1, "cursor": page["next_cursor"]}).json()
    assert [item["id"] for item in following["items"]] == [ids[0]]
    kept = library.get(f"/v1/answers/{ids[0]}").json()
    assert kept["outcome"] == "passages"
    assert kept["request"]["question"] == "Question 0?"


def test_deleting_a_document_blanks_its_words_in_kept_answers(library: httpx.Client) -> None:
    data = builders.a_text(["The platypus covenant binds both parties for nine years."])
    id_ = settled(library, [upload_bytes(library, p__txt=data).json()["items"][0]["id"]])[0]["id"]
    body = {"question": "How long does the platypus covenant bind?", "document_ids": [id_]}
    answer = library.post("/v1/ask", json=body).json()
    assert "platypus" in answer["evidence"][0]["text"]
    assert library.delete(f"/v1/documents/{id_}").status_code == 204
    kept = library.get(f"/v1/answers/{answer['id']}")
    assert [item["state"] for item in kept.json()["evidence"]] == ["deleted"]
    assert "covenant binds both parties" not in kept.text
