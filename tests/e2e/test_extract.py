"""Batch extraction with a scripted gpt-oss: every cell has an outcome, and a value is found only with a located quote."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import httpx
import pytest

from tests.e2e.evidence import ASSIGNMENT, LAW, NOTICE, assert_located, assert_unverified
from tests.instruments.gptoss import GptOss, Reply, cell, cells_script, fenced_json, truncated_json
from tests.instruments.service import finished

Documents = dict[str, dict[str, Any]]
INVENTED = "The liability of FIIOC shall not exceed one million dollars."
SCHEMA = {
    "type": "object",
    "properties": {
        "governing_law": {"type": "string", "title": "Governing law"},
        "notice": {"type": "string", "format": "duration", "title": "Notice"},
        "needs_consent": {"type": "boolean", "title": "Assignment needs consent"},
        "cap": {"type": "object", "format": "money", "title": "Cap on liability"},
        "renewal": {"type": "string", "title": "Renewal"},
        "parties": {"type": "array", "title": "Parties", "items": {"type": "object", "format": "party"}},
    },
}
COMPANY = "NEW YORK LIFE INSURANCE AND\nANNUITY CORPORATION (“Company”)"
CELLS = [
    cell("/governing_law", "Massachusetts", [LAW]),
    cell("/notice", "90 days", [" ".join(NOTICE.split())]),
    cell("/needs_consent", True, [ASSIGNMENT]),
    cell("/cap", {"amount": "1,000,000", "currency": "usd"}, [INVENTED]),
    cell("/renewal"),
    cell("/parties/0", {"name": "New York Life", "role": "Company"}, [COMPANY]),
]


def run(client: httpx.Client, documents: list[dict[str, Any]], **body: Any) -> dict[str, Any]:
    """A job over documents, finished."""
    wanted = {"schema": SCHEMA, "document_ids": [document["id"] for document in documents]} | body
    response = client.post("/v1/extractions", json=wanted)
    assert response.status_code == 202, response.text
    return finished(client, response.json()["id"])


def cells_of(client: httpx.Client, job: dict[str, Any], **params: Any) -> dict[str, dict[str, Any]]:
    """Cells by field."""
    items = client.get(f"/v1/extractions/{job['id']}/results", params=params).json()["items"]
    return {item["field"]: item for item in items}


def test_cells_are_found_unverified_absent_as_their_quotes_deserve(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(Reply(text=cells_script(CELLS), reasoning="Reading."))
    job = run(reader, [documents["nyliac"]], name="outcomes")
    assert job["status"] == "completed"
    cells = cells_of(reader, job)
    assert list(cells) == ["/governing_law", "/notice", "/needs_consent", "/cap", "/renewal", "/parties/0"]
    outcomes = {field: each["outcome"] for field, each in cells.items()}
    assert outcomes == {
        "/governing_law": "found",
        "/notice": "found",
        "/needs_consent": "found",
        "/cap": "found_unverified",
        "/renewal": "absent",
        "/parties/0": "found",
    }
    values = {field: each["value"] for field, each in cells.items()}
    assert values["/governing_law"] == "Massachusetts"
    assert values["/notice"] == "P90D"
    assert values["/needs_consent"] is True
    assert values["/cap"] == {"amount": "1000000", "currency": "USD"}
    assert values["/parties/0"] == {"name": "New York Life", "role": "Company"}
    for field in ("/governing_law", "/notice", "/needs_consent", "/parties/0"):
        assert_located(reader, cells[field]["evidence"][0], documents["nyliac"])
    assert_unverified(cells["/cap"]["evidence"][0], INVENTED)
    assert cells["/cap"]["reason"] == "quote_not_found"
    absent = cells["/renewal"]
    assert (absent["value"], absent["evidence"]) == (None, [])
    assert absent["coverage"] == {
        "mode": "full",
        "tokens_read": absent["coverage"]["tokens_read"],
        "pages_unread": [],
        "chars_unread": 0,
    }
    assert absent["coverage"]["tokens_read"] > 1000


def test_totals_and_usage_add_up(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.always(Reply(text=cells_script(CELLS), reasoning="Reading."))
    job = run(reader, [documents["nyliac"], documents["centrack"]])
    totals = job["totals"]
    outcomes = ("found", "found_unverified", "absent", "conflicting", "failed", "candidates")
    assert totals["cells"] == sum(totals[name] for name in outcomes) == 12
    assert totals["documents"] == totals["documents_done"] == 2
    by_outcome = [each["outcome"] for each in reader.get(f"/v1/extractions/{job['id']}/results").json()["items"]]
    assert {name: totals[name] for name in outcomes} == {name: by_outcome.count(name) for name in outcomes}
    assert job["usage"]["calls"] == len(model.chats) == 2
    assert job["usage"]["prompt"] == sum(chat.prompt_tokens for chat in model.chats)


def test_quotes_of_one_document_prove_nothing_in_another(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script(CELLS))
    cells = cells_of(reader, run(reader, [documents["centrack"]]))
    assert cells["/governing_law"]["outcome"] == "found_unverified"
    assert cells["/governing_law"]["evidence"][0]["state"] == "unverified"


def test_two_values_with_located_quotes_are_a_conflict(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    said = [*CELLS[1:], cell("/governing_law", "Massachusetts", [LAW]), cell("/governing_law", "Ohio", [ASSIGNMENT])]
    model.reply(cells_script(said))
    conflict = cells_of(reader, run(reader, [documents["nyliac"]]))["/governing_law"]
    assert (conflict["outcome"], conflict["value"]) == ("conflicting", None)
    assert [item["n"] for item in conflict["evidence"]] == [1, 2]


def test_a_value_that_does_not_fit_its_field_is_not_found(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    said = [each for each in CELLS if each["field"] != "/notice"] + [cell("/notice", "soon", [NOTICE])]
    model.reply(cells_script(said))
    misfit = cells_of(reader, run(reader, [documents["nyliac"]]))["/notice"]
    assert (misfit["outcome"], misfit["value"], misfit["raw"]) == ("found_unverified", None, "soon")
    assert misfit["reason"].startswith("value_misfit")


def test_an_array_is_one_cell_for_each_item_or_one_for_none(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    items = {"type": "object", "properties": {"duty": {"type": "string"}, "by": {"type": "string"}}}
    schema = {"type": "object", "properties": {"duties": {"type": "array", "title": "Duties", "items": items}}}
    said = [
        cell("/duties/0/duty", "give notice", [NOTICE]),
        cell("/duties/0/by"),
        cell("/duties/1/duty"),
        cell("/duties/1/by", "Company", [LAW]),
    ]
    model.reply(cells_script(said))
    job = run(reader, [documents["nyliac"]], schema=schema)
    cells = cells_of(reader, job)
    assert set(cells) == {"/duties/0/duty", "/duties/0/by", "/duties/1/duty", "/duties/1/by"}
    assert cells["/duties/0/by"]["outcome"] == "absent"
    shaped = reader.get(f"/v1/extractions/{job['id']}/results", params={"shape": "objects"}).json()["items"][0]
    assert shaped["value"] == {"duties": [{"duty": "give notice", "by": None}, {"duty": None, "by": "Company"}]}
    model.reply(cells_script([cell("/duties")]))
    none = cells_of(reader, run(reader, [documents["nyliac"]], schema=schema))
    assert {field: each["outcome"] for field, each in none.items()} == {"/duties": "absent"}


@pytest.mark.parametrize("wrapped", [fenced_json, lambda value: Reply(text="Sure!\n" + json.dumps(value))])
def test_json_in_a_fence_or_in_chatter_is_read(
    reader: httpx.Client, model: GptOss, documents: Documents, wrapped: Any
) -> None:
    model.reply(wrapped({"cells": CELLS}))
    job = run(reader, [documents["nyliac"]])
    assert (job["totals"]["found"], job["totals"]["failed"], len(model.chats)) == (4, 0, 1)


def test_a_reply_cut_off_is_asked_for_again(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(truncated_json({"cells": CELLS})).reply(cells_script(CELLS))
    job = run(reader, [documents["nyliac"]])
    assert job["totals"]["failed"] == 0
    assert job["usage"]["calls"] == 2


def test_garbage_twice_fails_the_cells_and_not_the_job(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(lambda request: "I am sorry, I cannot." if "ninety (90)" in request.text else cells_script(CELLS))
    job = run(reader, [documents["nyliac"], documents["centrack"]])
    assert job["status"] == "completed_with_failures"
    failed = cells_of(reader, job, document_id=documents["nyliac"]["id"])
    assert {each["outcome"] for each in failed.values()} == {"failed"}
    assert all(each["reason"].startswith("invalid_reply") for each in failed.values())
    assert "failed" not in {
        each["outcome"] for each in cells_of(reader, job, document_id=documents["centrack"]["id"]).values()
    }
    assert len(model.chats) == 3


def test_a_field_that_the_model_leaves_out_is_asked_for_again_and_then_fails(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script([each for each in CELLS if each["field"] != "/cap"]))
    cells = cells_of(reader, run(reader, [documents["nyliac"]]))
    assert (cells["/cap"]["outcome"], cells["/cap"]["reason"]) == ("failed", "field_missing_from_reply")
    assert cells["/governing_law"]["outcome"] == "found"
    first, second = model.chats
    assert "/governing_law" in first.last_user
    assert "/cap" in second.last_user
    assert "/governing_law" not in second.last_user


def test_retry_asks_for_the_failed_cells_only(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.always(cells_script([each for each in CELLS if each["field"] != "/cap"]))
    job = run(reader, [documents["nyliac"], documents["bravatek"]])
    before = cells_of(reader, job, document_id=documents["nyliac"]["id"])
    assert job["totals"]["failed"] == 2
    asked = len(model.chats)
    model.always(cells_script([cell("/cap")]))
    response = reader.post(f"/v1/extractions/{job['id']}/retry")
    assert response.status_code == 202
    assert response.json()["finished_at"] is None
    job = finished(reader, job["id"])
    assert (job["status"], job["totals"]["failed"]) == ("completed", 0)
    after = cells_of(reader, job, document_id=documents["nyliac"]["id"])
    assert after.pop("/cap")["outcome"] == "absent"
    before.pop("/cap")
    assert after == before
    assert list(after) == list(before)
    for chat in model.chats[asked:]:
        assert "/governing_law" not in chat.last_user
    assert len(model.chats) == asked + 2
    assert job["totals"]["cells"] == 12
    refused = reader.post(f"/v1/extractions/{job['id']}/retry")
    assert refused.status_code == 202
    assert refused.json()["status"] == "completed"


def calls_come_to_rest(model: GptOss) -> int:
    """How many calls there were once none is open and none came for a second: a call may be on its way while a job is cancelled."""
    while True:
        seen = len(model.chats)
        model.wait_until(lambda server: all(chat.closed.is_set() for chat in server.chats))
        time.sleep(1)
        if len(model.chats) == seen:
            return seen


def test_a_cancelled_job_stops_between_calls_and_keeps_what_it_has(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script(CELLS))
    model.hold()
    wanted = {"schema": SCHEMA, "document_ids": [document["id"] for document in documents.values()]}
    job = reader.post("/v1/extractions", json=wanted).json()
    model.wait_until(lambda server: server.chats)
    assert reader.post(f"/v1/extractions/{job['id']}/retry").status_code == 409
    cancelled = reader.post(f"/v1/extractions/{job['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    model.release()
    asked = calls_come_to_rest(model)
    assert asked <= 4
    assert reader.post(f"/v1/extractions/{job['id']}/cancel").json()["status"] == "cancelled"
    assert finished(reader, job["id"])["status"] == "cancelled"
    assert reader.post(f"/v1/extractions/{job['id']}/retry").status_code == 202
    job = finished(reader, job["id"])
    assert (job["status"], job["totals"]["documents_done"], job["totals"]["cells"]) == ("completed", 5, 30)
    assert len(model.chats) <= asked + 5


def test_a_cancelled_document_is_asked_no_further_group_of_fields(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    fields = {f"field_{n:02}": {"type": "string", "title": f"Field {n}"} for n in range(40)}
    model.always(
        lambda request: cells_script([cell(f"/{name}") for name in fields if f"/{name} " in request.last_user])
    )
    model.hold()
    wanted = {"schema": {"type": "object", "properties": fields}, "document_ids": [documents["nyliac"]["id"]]}
    job = reader.post("/v1/extractions", json=wanted).json()
    model.wait_until(lambda server: server.chats)
    reader.post(f"/v1/extractions/{job['id']}/cancel")
    model.release()
    assert model.last.wait_closed()
    other = run(reader, [documents["centrack"]], schema=wanted["schema"])
    assert (other["totals"]["absent"], other["totals"]["cells"]) == (40, 40)
    about = [chat for chat in model.chats if "Massachusetts" in chat.text]
    assert len(about) == 1
    assert len(model.chats) == 1 + other["usage"]["calls"] == 4


def test_a_job_that_is_over_cannot_be_cancelled(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    model.reply(cells_script(CELLS))
    job = run(reader, [documents["nyliac"]])
    refused = reader.post(f"/v1/extractions/{job['id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_tables_carry_values_and_defuse_formulas(reader: httpx.Client, model: GptOss, documents: Documents) -> None:
    said = [each for each in CELLS if each["field"] != "/governing_law"]
    model.reply(cells_script([cell("/governing_law", '=HYPERLINK("http://evil")', [LAW]), *said]))
    job = run(reader, [documents["nyliac"]])
    path = f"/v1/extractions/{job['id']}/results"
    long = list(csv.DictReader(io.StringIO(reader.get(path, params={"format": "csv"}).text)))
    assert long[0]["value"] == '\'=HYPERLINK("http://evil")'
    assert long[0]["quote"] == LAW
    assert (long[0]["state"], long[0]["page"], long[0]["outcome"]) == ("exact", "2", "found")
    wide = list(csv.DictReader(io.StringIO(reader.get(path, params={"format": "csv", "layout": "wide"}).text)))
    assert len(wide) == 1
    assert (wide[0]["/notice"], wide[0]["/renewal"]) == ("P90D", "[absent]")
    shaped = reader.get(path, params={"shape": "objects"}).json()["items"][0]
    assert shaped["value"]["notice"] == "P90D"
    assert shaped["value"]["parties"] == [{"name": "New York Life", "role": "Company"}]
    assert shaped["outcomes"]["/cap"] == "found_unverified"


def test_instructions_effort_and_schema_reach_the_model(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.reply(cells_script(CELLS))
    run(reader, [documents["nyliac"]], instructions="Prefer the operative words.", effort="medium")
    assert "Prefer the operative words." in model.last.instructions
    assert model.last.effort == "medium"
    assert model.last.body["response_format"]["type"] == "json_schema"
    for field in ("/governing_law", "/notice", "/needs_consent", "/cap", "/renewal", "/parties/*"):
        assert field in model.last.last_user
    model.reply(cells_script(CELLS))
    run(reader, [documents["nyliac"]])
    assert model.last.effort == "low"


def test_a_dry_run_counts_calls_and_tokens_and_asks_nobody(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    body = {"schema": SCHEMA, "dry_run": True, "document_ids": [documents["nyliac"]["id"], documents["centrack"]["id"]]}
    estimate = reader.post("/v1/extractions", json=body).json()
    assert (estimate["documents"], estimate["fields"], estimate["calls"]) == (2, 6, 2)
    assert estimate["prompt_tokens"] > documents["nyliac"]["tokens"] + documents["centrack"]["tokens"]
    assert model.chats == []


def test_a_budget_fails_what_is_left_when_it_is_reached(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script(CELLS))
    ids = list(documents.values())
    job = run(reader, ids, budget={"max_tokens": 1})
    assert job["totals"]["cells"] == 30
    reasons = {
        each["reason"] for each in reader.get(f"/v1/extractions/{job['id']}/results?outcome=failed").json()["items"]
    }
    assert reasons == {"budget_reached"}
    assert len(model.chats) < 5
