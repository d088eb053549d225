"""A model server that is away or wrong during an extraction: waited for, then told; no cell is lost."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import GptOss, cell, cells_script
from tests.instruments.service import finished

Documents = dict[str, dict[str, Any]]
SCHEMA = {"type": "object", "properties": {"law": {"type": "string", "title": "Governing law"}}}


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_patience_s": 3.0, "llm_timeout_s": 5.0}


def start(client: httpx.Client, documents: Documents, *names: str) -> dict[str, Any]:
    body = {"schema": SCHEMA, "document_ids": [documents[name]["id"] for name in names]}
    job: dict[str, Any] = client.post("/v1/extractions", json=body).json()
    return job


def until_waiting(client: httpx.Client, job: dict[str, Any]) -> None:
    until = time.monotonic() + 15
    while client.get(f"/v1/extractions/{job['id']}").json()["waiting_for"] != "llm":
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_dead_endpoint_is_waited_for_and_the_job_goes_on_when_it_is_back(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script([cell("/law")]))
    model.refuse_connections()
    try:
        job = start(reader, documents, "nyliac")
        until_waiting(reader, job)
    finally:
        model.accept_connections()
    job = finished(reader, job["id"])
    assert (job["status"], job["waiting_for"], job["totals"]["absent"]) == ("completed", None, 1)


def test_beyond_our_patience_the_cells_fail_and_a_retry_fills_them(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.refuse_connections()
    try:
        job = finished(reader, start(reader, documents, "nyliac", "centrack")["id"])
    finally:
        model.accept_connections()
    assert job["status"] == "completed_with_failures"
    assert job["waiting_for"] is None
    cells = reader.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert [(each["outcome"], each["reason"]) for each in cells] == [("failed", "llm_unavailable")] * 2
    assert {each["title"] for each in cells} == {documents[name]["title"] for name in ("nyliac", "centrack")}
    model.always(cells_script([cell("/law")]))
    reader.post(f"/v1/extractions/{job['id']}/retry")
    job = finished(reader, job["id"])
    assert (job["status"], job["totals"]["absent"], job["totals"]["failed"]) == ("completed", 2, 0)


def test_a_job_that_waits_for_the_model_can_be_cancelled(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.refuse_connections()
    try:
        job = start(reader, documents, "nyliac")
        until_waiting(reader, job)
        assert reader.post(f"/v1/extractions/{job['id']}/cancel").json()["status"] == "cancelled"
        assert finished(reader, job["id"])["waiting_for"] is None
    finally:
        model.accept_connections()


def test_a_refusal_fails_the_cells_with_its_code_at_once(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.fault(status=401)
    job = finished(reader, start(reader, documents, "nyliac")["id"])
    failed = reader.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert [each["outcome"] for each in failed] == ["failed"]
    assert failed[0]["reason"].startswith("llm_error")


def test_a_job_deleted_while_it_runs_is_gone_and_disturbs_nobody(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script([cell("/law")]))
    model.hold()
    job = start(reader, documents, "nyliac", "bravatek")
    model.wait_until(lambda server: server.chats)
    assert reader.delete(f"/v1/extractions/{job['id']}").status_code == 204
    model.release()
    assert reader.get(f"/v1/extractions/{job['id']}").status_code == 404
    other = finished(reader, start(reader, documents, "centrack")["id"])
    assert other["status"] == "completed"
    assert reader.get(f"/v1/extractions/{job['id']}/results").status_code == 404


def test_a_document_deleted_while_it_is_asked_about_ends_in_failed_cells(reader: httpx.Client, model: GptOss) -> None:
    model.always(cells_script([cell("/law")]))
    files = [("files", ("short.txt", b"The laws of Utah govern this short paper."))]
    id_ = reader.post("/v1/documents", files=files, data={"collection": "short"}).json()["items"][0]["id"]
    while reader.get(f"/v1/documents/{id_}").json()["status"] != "ready":
        time.sleep(0.05)
    model.hold()
    job = reader.post("/v1/extractions", json={"schema": SCHEMA, "document_ids": [id_]}).json()
    model.wait_until(lambda server: server.chats)
    assert reader.delete(f"/v1/documents/{id_}").status_code == 204
    model.release()
    job = finished(reader, job["id"])
    assert job["status"] == "completed_with_failures"
    cells = reader.get(f"/v1/extractions/{job['id']}/results").json()["items"]
    assert [each["outcome"] for each in cells] == ["failed"]
