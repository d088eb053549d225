"""One request cannot spoil a list for everybody, and no limit or door is only for show."""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import finished, settled, upload_bytes

JSON = {"content-type": "application/json"}
LISTS = ("/v1/documents", "/v1/answers", "/v1/extractions", "/v1/collections")


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def assert_lists_answer(client: httpx.Client) -> None:
    for path in LISTS:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "metadata",
    [
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
        '{"a": "\\u0000"}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": ' + "9" * 5_000 + "}",
        '{"a": ' + deep(900) + "}",
        deep(200_000),
        "[" * 200_000,
        "[1]",
    ],
    ids=lambda text: text[:24],
)
def test_metadata_that_cannot_be_kept_is_refused_and_nothing_is_stored(empty: httpx.Client, metadata: str) -> None:
    before = empty.get("/v1/documents").json()["items"]
    files = [("files", ("m.txt", builders.a_text(["Metadata."])))]
    assert_problem(empty.post("/v1/documents", files=files, data={"metadata": metadata}), 422, "invalid_request")
    assert empty.get("/v1/documents").json()["items"] == before


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/ask", '{"question": "x", "filter": {"metadata.a": "\\ud800"}}', "/filter/metadata.a"),
        (
            "/v1/ask",
            '{"question": "x", "history": [{"role": "user", "content": "\\ud800"}]}',
            "/history/0/content",
        ),
        ("/v1/search", '{"query": "x", "filter": {"metadata.a": {"gte": NaN}}}', "/filter/metadata.a/gte"),
        ("/v1/search", '{"query": "x", "filter": {"metadata.a": ' + deep(300) + "}}", None),
        ("/v1/extractions", '{"schema": {"type": "object", "properties": ' + '{"a":' * 300 + "1" + "}" * 302, None),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused_at_its_place(
    empty: httpx.Client, path: str, body: str, pointer: str | None
) -> None:
    for headers in (JSON, JSON | {"Idempotency-Key": "same"}):
        problem = assert_problem(empty.post(path, content=body, headers=headers), 422, "invalid_request")
        assert pointer is None or [place["pointer"] for place in problem["errors"]] == [pointer]
    assert_lists_answer(empty)


def test_a_limit_of_cost_that_an_extraction_would_not_keep_is_refused_rather_than_ignored(empty: httpx.Client) -> None:
    response = empty.post("/v1/extractions", json={"template": "contract-key-terms", "budget": {"max_cost": 1e-7}})
    problem = assert_problem(response, 422, "invalid_request")
    assert [place["pointer"] for place in problem["errors"]] == ["/budget/max_cost"]


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_only_health_is_told_to_foreign_pages_and_proxies(empty: httpx.Client, path: str) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"X-Forwarded-For": "127.0.0.1"}):
        assert_problem(empty.get(path, headers=headers), 403, "forbidden")
        assert empty.get("/healthz", headers=headers).status_code == 200
    assert empty.get(path).status_code == 200


def test_a_page_of_a_protected_file_has_text_and_no_image(empty: httpx.Client) -> None:
    locked = builders.a_pdf([["Locked but read, this page."]], password="open")
    answer = empty.post("/v1/documents", files=[("files", ("p.pdf", locked))], data={"password": "open"})
    document = settled(empty, [answer.json()["items"][0]["id"]])[0]
    assert document["status"] == "ready", document["error"]
    page = f"/v1/documents/{document['id']}/pages/1"
    assert "Locked but read" in empty.get(page).json()["text"]
    problem = assert_problem(empty.get(f"{page}/image"), 404, "no_page_image")
    assert "password" in problem["detail"]
    assert "again" not in problem["detail"]


def test_an_extraction_shows_nothing_internal(empty: httpx.Client) -> None:
    settled(empty, [upload_bytes(empty, e__txt=builders.a_text(["Extracted."])).json()["items"][0]["id"]])
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    made = empty.post("/v1/extractions", json={"schema": schema}).json()
    shown = finished(empty, made["id"])
    with empty.stream("GET", f"/v1/extractions/{made['id']}/events") as followed:
        last = followed.read().decode()
    for job in (made, shown, *empty.get("/v1/extractions").json()["items"]):
        assert "workspace" not in job
        assert job["id"] == made["id"]
    assert '"workspace"' not in last
    assert made["id"] in last
