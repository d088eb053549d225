"""Budgets of extractions: what a dry run says it may cost, a limit of cost that is kept by jobs that make many calls at once, and the
window that estimates are made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments.gptoss import GptOss, cell, cells_script
from tests.instruments.service import finished

Documents = dict[str, dict[str, Any]]
SCHEMA = {"type": "object", "properties": {"law": {"type": "string", "title": "Governing law"}}}
PRICES = {"gpt-oss:20b": {"prompt": 1.0, "answer": 10.0}}
WINDOW = 16_384


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return {"llm_model": "gpt-oss:20b", "llm_prices": PRICES, "llm_profile": "ollama"}


@pytest.fixture(scope="module")
def model_server() -> Iterator[GptOss]:
    with GptOss(shape="ollama-new", context_tokens=WINDOW) as server:
        yield server


def body_for(documents: Documents, *names: str, **more: Any) -> dict[str, Any]:
    return {"schema": SCHEMA, "document_ids": [documents[name]["id"] for name in names], **more}


def run(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    response = client.post("/v1/extractions", json=body)
    assert response.status_code == 202, response.text
    return finished(client, response.json()["id"])


def reasons(client: httpx.Client, job: dict[str, Any]) -> list[str]:
    items = client.get(f"/v1/extractions/{job['id']}/results", params={"outcome": "failed"}).json()["items"]
    return [item["reason"] for item in items]


def test_a_dry_run_says_what_it_may_cost_and_the_job_costs_no_more(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    model.always(cells_script([cell("/law")]))
    body = body_for(documents, "nyliac", "centrack")
    estimate = reader.post("/v1/extractions", json=body | {"dry_run": True}).json()
    assert model.chats == []
    assert estimate["cost"] == pytest.approx(estimate["prompt_tokens"] / 1e6 + estimate["max_output_tokens"] / 1e5)
    job = run(reader, body | {"budget": {"max_cost": estimate["cost"]}})
    assert (job["status"], job["max_cost"]) == ("completed", estimate["cost"])
    assert 0 < job["usage"]["cost"] < estimate["cost"]
    assert job["usage"]["cost"] == pytest.approx(
        job["usage"]["prompt"] / 1e6 + (job["usage"]["reasoning"] + job["usage"]["answer"]) / 1e5
    )


@pytest.mark.parametrize("budget", [{"max_cost": 0.001}, {"max_tokens": 2_000}])
def test_a_call_that_may_go_over_the_budget_is_not_made(
    reader: httpx.Client, model: GptOss, documents: Documents, budget: dict[str, float]
) -> None:
    job = run(reader, body_for(documents, "nyliac", budget=budget))
    assert reasons(reader, job) == ["budget_reached"]
    assert model.chats == []
    assert job["usage"]["calls"] == 0


def test_documents_that_are_asked_at_once_keep_one_budget_together(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    """Room for one call at its most, and for three as they turn out: each waits for the one under way."""
    model.always(cells_script([cell("/law")]))
    names = ("bravatek", "centrack", "nyliac", "paxmedica")
    largest = max(documents[name]["tokens"] for name in names)
    limit = (largest + 700) / 1e6 + 4_000 / 1e5 + 0.012
    job = run(reader, body_for(documents, *names, budget={"max_cost": limit}))
    assert 0 < job["usage"]["cost"] <= limit
    assert job["totals"]["absent"] >= 2
    assert set(reasons(reader, job)) <= {"budget_reached"}
    assert model.peak_in_flight == 1


def test_a_limit_of_cost_without_a_price_is_refused(reader: httpx.Client, documents: Documents) -> None:
    body = body_for(documents, "nyliac", budget={"max_cost": 1.0}, model="gpt-oss:120b")
    problem = assert_problem(reader.post("/v1/extractions", json=body), 422, "invalid_request")
    assert [place["pointer"] for place in problem["errors"]] == ["/budget/max_cost"]


def test_contexts_and_estimates_are_planned_with_the_window_that_the_server_told(
    reader: httpx.Client, model: GptOss, documents: Documents
) -> None:
    """Ollama tells it with the first call; until then the configured window is all there is."""
    model.always(cells_script([cell("/law")]))
    run(reader, body_for(documents, "nyliac"))
    body = {"question": "Which law governs?", "document_ids": [documents["nyliac"]["id"]]}
    assert reader.post("/v1/context", json=body).json()["receipt"]["context_tokens"] == WINDOW
    estimate = reader.post("/v1/extractions", json=body_for(documents, "nyliac", dry_run=True, effort="high")).json()
    assert estimate["max_output_tokens"] == WINDOW // 2
