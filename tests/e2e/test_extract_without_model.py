"""Batch extraction without a model: a clause finder that shows candidates and claims no value."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import assert_located
from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import events, finished, settled, upload_bytes

Documents = dict[str, dict[str, Any]]
SCHEMA = {
    "type": "object",
    "properties": {
        "governing_law": {"type": "string", "title": "Governing law", "description": "Whose laws govern."},
        "notice": {"type": "string", "format": "duration", "title": "Notice of termination"},
        "payments": {
            "type": "array",
            "title": "Payments",
            "items": {
                "type": "object",
                "properties": {"amount": {"type": "object", "format": "money"}, "due": {"type": "string"}},
            },
        },
    },
}


def start(client: httpx.Client, **body: Any) -> dict[str, Any]:
    response = client.post("/v1/extractions", json=body)
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    return job


def results(client: httpx.Client, job: dict[str, Any], **params: Any) -> httpx.Response:
    response = client.get(f"/v1/extractions/{job['id']}/results", params=params)
    assert response.status_code == 200, response.text
    return response


@pytest.fixture(scope="module")
def job(library: httpx.Client, stock: Any) -> dict[str, Any]:
    """A finished clause finder over two of the stocked documents."""
    ids = [stock.documents[name]["id"] for name in ("nyliac", "bravatek")]
    made = start(library, name="first look", schema=SCHEMA, document_ids=ids)
    assert made["status"] in ("queued", "running")
    assert made["schema"] == SCHEMA
    return finished(library, made["id"])


def test_every_field_ends_with_candidates_that_are_exact_passages(
    library: httpx.Client, documents: Documents, job: dict[str, Any]
) -> None:
    assert (job["status"], job["waiting_for"], job["name"]) == ("completed", None, "first look")
    cells = results(library, job).json()["items"]
    assert [cell["field"] for cell in cells] == ["/governing_law", "/notice", "/payments"] * 2
    by_id = {document["id"]: document for document in documents.values()}
    for cell in cells:
        assert (cell["outcome"], cell["value"], cell["raw"]) == ("candidates", None, None)
        assert cell["evidence"]
        assert all(item["state"] == "exact" for item in cell["evidence"])
        assert_located(library, cell["evidence"][0], by_id[cell["document_id"]])
    assert "Massachusetts" in cells[0]["evidence"][0]["text"]


def test_the_totals_add_up(job: dict[str, Any]) -> None:
    totals = job["totals"]
    outcomes = ("found", "found_unverified", "absent", "conflicting", "failed", "candidates")
    assert (totals["documents"], totals["documents_done"]) == (2, 2)
    assert totals["cells"] == sum(totals[name] for name in outcomes) == totals["candidates"] == 6
    assert job["usage"]["calls"] == 0


def test_results_come_as_json_lines_tables_and_objects(library: httpx.Client, job: dict[str, Any]) -> None:
    cells = results(library, job).json()["items"]
    lines = results(library, job, format="jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == cells
    long = list(csv.DictReader(io.StringIO(results(library, job, format="csv").text)))
    assert [(row["document_id"], row["field"], row["outcome"]) for row in long] == [
        (cell["document_id"], cell["field"], cell["outcome"]) for cell in cells
    ]
    assert [row["quote"] for row in long] == [cell["evidence"][0]["text"] for cell in cells]
    wide = list(csv.DictReader(io.StringIO(results(library, job, format="csv", layout="wide").text)))
    assert [row["document_id"] for row in wide] == job["document_ids"]
    assert {row["/governing_law"] for row in wide} == {"[candidates]"}
    objects = results(library, job, shape="objects").json()["items"]
    assert [item["document_id"] for item in objects] == job["document_ids"]
    assert set(objects[0]["outcomes"]) == {"/governing_law", "/notice", "/payments"}
    assert objects[0]["value"]["governing_law"] is None
    assert results(library, job, format="csv").headers["content-disposition"].startswith("attachment")


def test_results_are_paged_and_narrowed(library: httpx.Client, job: dict[str, Any]) -> None:
    whole = results(library, job).json()["items"]
    seen: list[Any] = []
    cursor = None
    while True:
        page = results(library, job, limit=4, **({"cursor": cursor} if cursor else {})).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == whole
    one = job["document_ids"][1]
    assert {cell["document_id"] for cell in results(library, job, document_id=one).json()["items"]} == {one}
    assert results(library, job, outcome="found").json()["items"] == []
    path = f"/v1/extractions/{job['id']}/results"
    for params in ({"format": "docx"}, {"outcome": "maybe"}, {"cursor": "zzz"}, {"limit": 0}):
        assert_problem(library.get(path, params=params), 422, "invalid_request")


def test_the_events_of_a_job_end_with_done(library: httpx.Client, documents: Documents) -> None:
    job = start(library, schema=SCHEMA, document_ids=[documents["centrack"]["id"]])
    with library.stream("GET", f"/v1/extractions/{job['id']}/events") as response:
        seen = list(events(response))
    assert seen[-1][0] == "done"
    assert {name for name, _ in seen[:-1]} <= {"progress"}
    assert seen[-1][1]["totals"]["documents_done"] == 1
    assert seen[-1][1]["status"] == "completed"


def test_the_packaged_template_runs_over_a_collection(library: httpx.Client, documents: Documents) -> None:
    names = [item["name"] for item in library.get("/v1/templates").json()["items"]]
    assert "contract-key-terms" in names
    template = library.get("/v1/templates/contract-key-terms").json()
    job = finished(library, start(library, template="contract-key-terms")["id"])
    fields = len(template["schema"]["properties"])
    assert job["totals"]["documents"] == len(documents)
    assert job["totals"]["candidates"] == job["totals"]["cells"] == fields * len(documents)
    assert job["name"] == "contract-key-terms"


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}, "/properties/a/pattern"),
        ({"type": "object", "properties": {"a": {"type": "text"}}}, "/properties/a/type"),
        ({"type": "object", "properties": {"a": {"type": "string", "format": "email"}}}, "/properties/a/format"),
        ({"type": "object", "properties": {"a": {"type": "array"}}}, "/properties/a/items"),
        ({"type": "object", "properties": {}}, "/properties"),
        ({"type": "array", "items": {"type": "string"}}, "/type"),
        ({"$ref": "#/x"}, "/$ref"),
        ({"type": "object", "properties": {"a~b/c": {"type": "x"}}}, "/properties/a~0b~1c/type"),
    ],
)
def test_a_bad_schema_is_refused_at_its_place(library: httpx.Client, schema: dict[str, Any], pointer: str) -> None:
    for dry_run in (False, True):
        body = {"schema": schema, "dry_run": dry_run}
        problem = assert_problem(library.post("/v1/extractions", json=body), 422, "invalid_schema")
        assert pointer in [place["pointer"] for place in problem["errors"]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"template": "contract-key-terms", "schema": SCHEMA}, 422, "invalid_request"),
        ({"schema": SCHEMA, "collection": "nobody"}, 422, "invalid_request"),
        ({"schema": SCHEMA, "document_ids": ["doc_unknown"]}, 404, "not_found"),
        ({"schema": "a string"}, 422, "invalid_request"),
        ({"template": "contract-key-terms", "webhook": {"url": "https://example.org"}}, 422, "invalid_request"),
    ],
)
def test_a_job_that_cannot_be_is_refused(library: httpx.Client, body: dict[str, Any], status: int, code: str) -> None:
    assert_problem(library.post("/v1/extractions", json=body), status, code)


def test_a_dry_run_estimates_and_starts_nothing(library: httpx.Client, documents: Documents) -> None:
    before = library.get("/v1/extractions").json()["items"]
    response = library.post("/v1/extractions", json={"schema": SCHEMA, "dry_run": True})
    assert response.status_code == 200
    estimate = response.json()
    assert (estimate["documents"], estimate["fields"]) == (len(documents), 4)
    assert (estimate["calls"], estimate["prompt_tokens"]) == (0, 0)
    assert library.get("/v1/extractions").json()["items"] == before


def test_a_job_waits_for_queued_documents_and_says_of_failed_ones_that_they_failed(library: httpx.Client) -> None:
    answer = upload_bytes(
        library,
        slow__pdf=builders.a_contract(31, clauses=4).pdf(),
        locked__pdf=builders.a_pdf(password="x"),
    )
    ids = [item["id"] for item in answer.json()["items"]]
    made = start(library, schema=SCHEMA, document_ids=ids)
    job = finished(library, made["id"])
    assert job["status"] == "completed_with_failures"
    cells = results(library, job).json()["items"]
    outcomes = {(cell["document_id"], cell["outcome"], cell["reason"]) for cell in cells}
    assert (ids[1], "failed", "document_failed") in outcomes
    assert {outcome for id_, outcome, _ in outcomes if id_ == ids[0]} == {"candidates"}
    failed = [cell for cell in cells if cell["document_id"] == ids[1]]
    assert len(failed) >= 3
    assert {cell["title"] for cell in failed} == {"locked.pdf"}
    assert all(cell["value"] is None and cell["evidence"] == [] for cell in failed)
    for id_ in ids:
        assert library.delete(f"/v1/documents/{id_}").status_code == 204


def test_deleting_a_document_blanks_its_words_in_stored_cells(library: httpx.Client) -> None:
    data = builders.a_text(["The quokka protocol is governed by the laws of Rottnest."])
    id_ = settled(library, [upload_bytes(library, q__txt=data).json()["items"][0]["id"]])[0]["id"]
    job = finished(library, start(library, schema=SCHEMA, document_ids=[id_])["id"])
    assert "quokka" in results(library, job).text
    assert library.delete(f"/v1/documents/{id_}").status_code == 204
    after = results(library, job)
    assert "quokka" not in after.text
    assert {item["state"] for cell in after.json()["items"] for item in cell["evidence"]} == {"deleted"}


def test_a_deleted_job_is_gone_and_others_stay(library: httpx.Client, documents: Documents) -> None:
    one, other = (start(library, schema=SCHEMA, document_ids=[documents["nyliac"]["id"]]) for _ in range(2))
    finished(library, one["id"])
    finished(library, other["id"])
    assert library.delete(f"/v1/extractions/{one['id']}").status_code == 204
    for path in ("", "/results", "/events"):
        assert_problem(library.get(f"/v1/extractions/{one['id']}{path}"), 404, "not_found")
    assert results(library, other).json()["items"]
    listed = [item["id"] for item in library.get("/v1/extractions").json()["items"]]
    assert one["id"] not in listed
    assert listed[0] == other["id"]
