"""What cannot be read is never asked about, and never said to hold nothing: scans without text, documents deleted meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.builders import a_contract, an_image_only_pdf
from tests.instruments.gptoss import GptOss, answer_script, cell, cells_script
from tests.instruments.service import finished, running_service, settled, upload_bytes

SCHEMA = {"type": "object", "properties": {"law": {"type": "string"}, "fee": {"type": "string"}}}


@pytest.fixture(scope="module")
def model() -> Iterator[GptOss]:
    with GptOss(shape="vllm") as server:
        yield server


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, model: GptOss) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("unreadable"), model=model.base_url) as client:
        yield client


@pytest.fixture(scope="module")
def scan(client: httpx.Client) -> dict[str, Any]:
    [item] = upload_bytes(client, scan__pdf=an_image_only_pdf()).json()["items"]
    return settled(client, [item["id"]])[0]


def test_a_scan_without_text_is_ready_with_a_loud_warning(scan: dict[str, Any]) -> None:
    assert scan["status"] == "ready"
    assert scan["warnings"][0]["code"] == "needs_ocr"
    assert scan["page_coverage"][0]["source"] == "none"


@pytest.mark.parametrize("mode", ["auto", "retrieve"])
def test_the_model_is_not_asked_about_a_document_without_text(
    client: httpx.Client, model: GptOss, scan: dict[str, Any], mode: str
) -> None:
    calls = len(model.chats)
    answer = client.post("/v1/ask", json={"question": "Which law?", "document_ids": [scan["id"]], "mode": mode}).json()
    assert answer["outcome"] == "not_in_documents"
    assert answer["receipt"]["pages_unread"] == [{"document_id": scan["id"], "pages": [1]}]
    assert "cannot be read" in answer["answer"] or "can be read" in answer["answer"]
    assert len(model.chats) == calls


def test_absence_is_not_claimed_of_a_document_of_which_nothing_was_read(
    client: httpx.Client, scan: dict[str, Any]
) -> None:
    job = client.post("/v1/extractions", json={"schema": SCHEMA, "document_ids": [scan["id"]]}).json()
    assert finished(client, job["id"])["totals"]["failed"] == 2
    cells = client.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert {found["reason"] for found in cells} == {"document_unreadable"}


def test_what_the_first_call_found_stays_when_the_second_call_fails(client: httpx.Client, model: GptOss) -> None:
    contract = a_contract(5)
    [item] = upload_bytes(client, contract__pdf=contract.pdf()).json()["items"]
    settled(client, [item["id"]])
    quote = next(
        line for part in contract.parts if isinstance(part, str) for line in [part] if contract.governing_law in line
    )
    model.reply(cells_script([cell("/law", contract.governing_law, [quote])]))
    model.reply(status=400, message="no")
    job = client.post("/v1/extractions", json={"schema": SCHEMA, "document_ids": [item["id"]]}).json()
    done = finished(client, job["id"])
    cells = {found["field"]: found for found in client.get(f"/v1/extractions/{job['id']}/results").json()["items"]}
    assert cells["/law"]["outcome"] == "found"
    assert cells["/fee"]["outcome"] == "failed"
    assert cells["/fee"]["reason"].startswith("llm_error")
    assert done["usage"]["calls"] == 1


def test_an_extraction_ends_when_a_document_it_waits_for_is_deleted(
    client: httpx.Client, model: GptOss, samples: Path
) -> None:
    files = {"short__pdf": a_contract(1).pdf(), "long__pdf": (samples / "visium-distributor.pdf").read_bytes()}
    short, long = upload_bytes(client, **files).json()["items"]
    model.reply(cells_script([cell("/law"), cell("/fee")]))
    ids = [short["id"], long["id"]]
    job = client.post("/v1/extractions", json={"schema": SCHEMA, "document_ids": ids}).json()
    assert client.delete(f"/v1/documents/{long['id']}").status_code == 204
    assert finished(client, job["id"])["totals"]["documents_done"] == 2
    cells = client.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert {found["reason"] for found in cells if found["document_id"] == long["id"]} == {"document_deleted"}
    until = time.monotonic() + 30
    while points_and_chunks(client)[0] != points_and_chunks(client)[1]:
        assert time.monotonic() < until, points_and_chunks(client)
        time.sleep(0.2)


def points_and_chunks(client: httpx.Client) -> tuple[int, int]:
    documents = client.get("/v1/documents").json()["items"]
    return client.get("/v1/info").json()["index"]["points"], sum(document["chunks"] or 0 for document in documents)


def test_a_quote_whose_number_is_repeated_does_not_take_the_number_of_another(
    client: httpx.Client, model: GptOss
) -> None:
    contract = a_contract(6)
    [item] = upload_bytes(client, other__pdf=contract.pdf()).json()["items"]
    settled(client, [item["id"]])
    words = [part for part in contract.parts if isinstance(part, str) and len(part) > 60][:3]
    reply = answer_script("One thing [1]. Another thing [2].", quotes=[("D1", word[:60]) for word in words])
    model.reply(reply.replace('n="2"', 'n="1"').replace('n="3"', 'n="2"'))
    answer = client.post("/v1/ask", json={"question": "What?", "document_ids": [item["id"]]}).json()
    assert {e["n"]: e["quote"] for e in answer["evidence"]} == {1: words[0][:60], 1001: words[1][:60], 2: words[2][:60]}
