"""The whole service on a real llama.cpp server: questions and an extraction, by their form. What the model says is its own affair.

A base model repeats what it has just read, so it is shown a reply: then there usually are quotes to resolve, and nothing
here fails when there are none. It may also write nothing that is an answer: a `llm_error`, never a 500.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import assert_located, assert_unverified
from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import cell, cells_script
from tests.instruments.service import events, finished, running_service, upload
from tests.integration.llama.server import LlamaServer

pytestmark = pytest.mark.llama

CONTRACT = """RESELLER AGREEMENT

1. Term. This Agreement begins on 1 March 2026 and runs for two years.

2. Payment. The Reseller pays each invoice within thirty (30) days of its date.

3. Governing law. This Agreement is governed by the laws of the State of Delaware.
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "governing_law": {"type": "string", "title": "Governing law"},
        "start": {"type": "string", "format": "date", "title": "Start"},
    },
}
QUESTION = """Which law governs? Reply like this:

<outcome>answered</outcome>
<quote n="1" doc="D1">This Agreement is governed by the laws of the State of Delaware.</quote>
<answer>Delaware [1].</answer>"""
CELLS = [
    cell("/governing_law", "Delaware", ["governed by the laws of the State of Delaware"]),
    cell("/start", "2026-03-01", ["This Agreement begins on 1 March 2026"]),
]
OUTCOMES = {"answered", "not_in_documents", "needs_clarification"}
CELL_OUTCOMES = {"found", "found_unverified", "absent", "conflicting", "failed"}
SHORT_TOKENS = 80
MODEL_TIMEOUT_S = 50.0
"""The schema of extraction does not bound a reply: a model that goes on and on is cut off, and its cells fail with that reason."""
NOTICE_S = 10.0


@pytest.fixture(scope="module")
def service(llama: LlamaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The service with this model and its window."""
    settings = {
        "llm_model": llama.model,
        "llm_context_tokens": llama.window_tokens,
        "llm_timeout_s": MODEL_TIMEOUT_S,
    }
    with running_service(tmp_path_factory.mktemp("service"), model=llama.base_url, **settings) as client:
        yield client


@pytest.fixture(scope="module")
def contract(service: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("contract") / "reseller.txt"
    path.write_text(CONTRACT, encoding="utf-8")
    (document,) = upload(service, path)
    assert document["status"] == "ready", document
    return document


def a_question(contract: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"question": QUESTION, "document_ids": [contract["id"]], "max_output_tokens": SHORT_TOKENS} | more


def assert_evidence(client: httpx.Client, items: list[dict[str, Any]], document: dict[str, Any]) -> None:
    """Each quote is in the document, or said not to be."""
    for item in items:
        if item["state"] == "unverified":
            assert_unverified(item, item["quote"])
        else:
            assert_located(client, item, document)


def assert_answer(client: httpx.Client, llama: LlamaServer, answer: dict[str, Any], contract: dict[str, Any]) -> None:
    """Whatever the model wrote: an outcome that holds together, located evidence, the server's own counts."""
    assert answer["outcome"] in OUTCOMES
    assert (answer["clarification"] is not None) is (answer["outcome"] == "needs_clarification")
    assert answer["answer"] or answer["outcome"] != "answered"
    assert answer["model"] == llama.model
    assert_evidence(client, answer["evidence"], contract)
    receipt, usage = answer["receipt"], answer["usage"]
    assert receipt["mode"] == "full"
    assert receipt["context_tokens"] == llama.window_tokens
    assert [part["document_id"] for part in receipt["packed"]] == [contract["id"]]
    assert receipt["prompt_tokens_reported"] == usage["prompt"] > 0
    assert 0 < usage["answer"] <= SHORT_TOKENS
    assert client.get(f"/v1/answers/{answer['id']}").json()["outcome"] == answer["outcome"]


def test_the_service_is_ready_and_knows_its_model(service: httpx.Client, llama: LlamaServer) -> None:
    ready = service.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["dependencies"]["llm"] == "ok"
    told = service.get("/v1/info").json()["llm"]
    assert (told["default"], told["context_tokens"]) == (llama.model, llama.window_tokens)


def test_a_question_is_answered_whatever_the_model_says(
    service: httpx.Client, llama: LlamaServer, contract: dict[str, Any]
) -> None:
    before = llama.generated_tokens()
    response = service.post("/v1/ask", json=a_question(contract))
    assert llama.generated_tokens() > before
    if response.status_code == 200:
        assert_answer(service, llama, response.json(), contract)
    else:
        assert_problem(response, 502, "llm_error")


def test_a_streamed_question_has_a_receipt_first_and_one_end(
    service: httpx.Client, llama: LlamaServer, contract: dict[str, Any]
) -> None:
    before = llama.generated_tokens()
    with service.stream("POST", "/v1/ask", json=a_question(contract, stream=True)) as response:
        assert response.status_code == 200
        seen = list(events(response))
    assert llama.generated_tokens() > before
    names = [name for name, _ in seen]
    assert names[0] == "receipt"
    assert set(names[1:-1]) <= {"evidence", "answer", "retry"}
    name, last = seen[-1]
    if name == "done":
        assert_answer(service, llama, last, contract)
        retried = max((at for at, each in enumerate(names) if each == "retry"), default=0)
        said = [data for name, data in seen[retried:] if name == "evidence"]
        assert sorted(said, key=lambda item: item["n"]) == last["evidence"]
    else:
        assert (name, last["status"], last["code"]) == ("error", 502, "llm_error")


def test_a_reader_who_leaves_stops_the_model_server(
    service: httpx.Client, llama: LlamaServer, contract: dict[str, Any]
) -> None:
    body = a_question(contract, stream=True, max_output_tokens=2000)
    with service.stream("POST", "/v1/ask", json=body) as response:
        coming = events(response)
        assert next(coming)[0] == "receipt"
        assert llama.becomes(busy=True, within_s=NOTICE_S)
    assert llama.becomes(busy=False, within_s=NOTICE_S)


def test_an_extraction_gives_every_field_an_outcome(
    service: httpx.Client, llama: LlamaServer, contract: dict[str, Any]
) -> None:
    body = {
        "schema": SCHEMA,
        "document_ids": [contract["id"]],
        "instructions": f"Reply like this:\n{cells_script(CELLS)}",
    }
    response = service.post("/v1/extractions", json=body)
    assert response.status_code == 202, response.text
    job = finished(service, response.json()["id"])
    cells = service.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert {each["field"] for each in cells} == {"/governing_law", "/start"}
    assert {each["outcome"] for each in cells} <= CELL_OUTCOMES
    for each in cells:
        assert each["reason"] or each["outcome"] != "failed"
        assert each["evidence"] or each["outcome"] != "found"
        assert_evidence(service, each["evidence"], contract)
    failed = sum(each["outcome"] == "failed" for each in cells)
    assert job["status"] == ("completed_with_failures" if failed else "completed")
    totals = job["totals"]
    assert (totals["documents_done"], totals["cells"], totals["failed"]) == (1, len(cells), failed)
