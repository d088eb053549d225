"""The service itself: health, what it says of itself, who may come in, and the form of every refusal."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import settled, upload_bytes

PLACES = (
    "/v1/info",
    "/v1/documents",
    "/v1/collections",
    "/v1/answers",
    "/v1/extractions",
    "/v1/templates",
    "/v1/templates/contract-key-terms",
    "/v1/usage",
    "/v1/events",
)


def test_a_service_that_runs_is_alive_and_ready(empty: httpx.Client) -> None:
    assert empty.get("/healthz").status_code == 200
    ready = empty.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["dependencies"] == {"catalog": "ok", "index": "ok", "store": "ok", "llm": "none"}


def test_info_says_what_the_service_is(empty: httpx.Client) -> None:
    info = empty.get("/v1/info").json()
    assert {"version", "embedder", "index", "llm", "ocr", "formats", "limits", "schema_keywords"} <= set(info)
    assert info["embedder"]["dimensions"] == 384
    assert info["index"]["kind"] == "embedded"
    assert info["llm"] is None
    assert info["limits"]["file_bytes"] > 0


def test_the_web_page_and_the_description_of_the_routes_are_there(empty: httpx.Client) -> None:
    page = empty.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "No model" in page.text
    paths = empty.get("/openapi.json").json()["paths"]
    wanted = {"/v1/documents", "/v1/documents/{document_id}", "/v1/search", "/v1/ask", "/v1/context", "/v1/extractions"}
    assert wanted <= set(paths)


def test_metrics_count_requests_by_route_and_never_by_id(empty: httpx.Client) -> None:
    settled(empty, [upload_bytes(empty, m__txt=builders.a_text(["Measured."])).json()["items"][0]["id"]])
    empty.get("/v1/documents/doc_someid")
    text = empty.get("/metrics").text
    assert 'proviso_http_requests_total{method="GET",route="/v1/documents/{document_id}",status="404"}' in text
    assert 'proviso_documents{status="ready"} 1.0' in text
    assert "proviso_index_points 1.0" in text
    assert "doc_someid" not in text


def test_usage_of_a_service_without_a_model_is_an_empty_list(empty: httpx.Client) -> None:
    assert empty.get("/v1/usage").json() == {"items": [], "next_cursor": None}
    assert_problem(empty.get("/v1/usage", params={"from": "yesterday"}), 422, "invalid_request")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"Via": "1.1 proxy"},
    ],
)
def test_without_keys_foreign_pages_and_proxies_are_refused(empty: httpx.Client, headers: dict[str, str]) -> None:
    for place in PLACES:
        assert_problem(empty.get(place, headers=headers), 403, "forbidden")
    assert_problem(empty.post("/v1/search", json={"query": "x"}, headers=headers), 403, "forbidden")
    assert_problem(empty.post("/v1/ask", json={"question": "x"}, headers=headers), 403, "forbidden")
    assert_problem(empty.post("/v1/documents", files={"files": ("a.txt", b"x")}, headers=headers), 403, "forbidden")


def test_without_keys_our_own_page_and_every_loopback_name_are_answered(empty: httpx.Client) -> None:
    port = empty.base_url.port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "localhost"):
        assert empty.get("/v1/info", headers={"Host": host}).status_code == 200, host
        own = {"Host": host, "Origin": f"http://{host}"}
        assert empty.get("/v1/info", headers=own).status_code == 200, host


def test_a_refused_upload_is_not_stored(empty: httpx.Client) -> None:
    before = empty.get("/v1/documents").json()["items"]
    files = {"files": ("evil.txt", builders.a_text(["From a foreign page."]))}
    assert empty.post("/v1/documents", files=files, headers={"Origin": "http://evil.example"}).status_code == 403
    assert empty.get("/v1/documents").json()["items"] == before


JSON = {"content-type": "application/json"}
BAD_REQUESTS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/v1/nothing", {}, 404, "not_found"),
    ("GET", "/nothing/at/all", {}, 404, "not_found"),
    ("PUT", "/v1/search", {}, 405, "method_not_allowed"),
    ("DELETE", "/v1/documents", {}, 405, "method_not_allowed"),
    ("POST", "/v1/documents", {}, 422, "invalid_request"),
    ("POST", "/v1/documents", {"json": {"files": []}}, 422, "invalid_request"),
    ("POST", "/v1/documents", {"data": {"collection": "x"}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"content": b"{", "headers": JSON}, 422, "invalid_request"),
    ("POST", "/v1/search", {"content": b"\xff\xfe", "headers": JSON}, 422, "invalid_request"),
    ("POST", "/v1/search", {"content": b"[" * 100_000, "headers": JSON}, 400, "invalid_request"),
    ("POST", "/v1/search", {"content": b'{"query": "\\ud800"}', "headers": JSON}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {"query": ""}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {"query": "x", "limit": 0}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {"query": "x", "expand": "page"}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {"query": "x", "colection": "default"}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {"query": "x", "document_ids": []}}, 422, "invalid_request"),
    ("POST", "/v1/search", {"json": {"query": "x", "document_ids": ["doc_no"]}}, 404, "not_found"),
    ("POST", "/v1/ask", {"json": {"question": "x", "document_ids": ["doc_no"]}}, 404, "not_found"),
    ("POST", "/v1/ask", {"json": {"question": "x", "effort": "extreme"}}, 422, "invalid_request"),
    ("POST", "/v1/ask", {"json": {"question": "x", "mode": "everything"}}, 422, "invalid_request"),
    ("POST", "/v1/ask", {"json": {"question": "   "}}, 422, "invalid_request"),
    ("POST", "/v1/ask", {"json": {"question": "x", "background": True, "stream": True}}, 422, "invalid_request"),
    ("POST", "/v1/context", {"json": {"question": "x", "document_ids": ["doc_no"]}}, 404, "not_found"),
    ("POST", "/v1/extractions", {"json": {}}, 422, "invalid_request"),
    ("POST", "/v1/extractions", {"json": {"template": "none-such"}}, 404, "not_found"),
    ("GET", "/v1/answers/ans_no", {}, 404, "not_found"),
    ("GET", "/v1/answers/ans_no/events", {}, 404, "not_found"),
    ("POST", "/v1/ask", {"json": {"question": "x", "background": True, "document_ids": ["doc_no"]}}, 404, "not_found"),
    ("GET", "/v1/extractions/ext_no", {}, 404, "not_found"),
    ("GET", "/v1/extractions/ext_no/results", {}, 404, "not_found"),
    ("GET", "/v1/extractions/ext_no/events", {}, 404, "not_found"),
    ("POST", "/v1/extractions/ext_no/cancel", {}, 404, "not_found"),
    ("POST", "/v1/extractions/ext_no/retry", {}, 404, "not_found"),
    ("DELETE", "/v1/extractions/ext_no", {}, 404, "not_found"),
    ("GET", "/v1/templates/none-such", {}, 404, "not_found"),
    ("DELETE", "/v1/collections/none-such", {}, 404, "not_found"),
]


@pytest.mark.parametrize(("method", "path", "how", "status", "code"), BAD_REQUESTS)
def test_every_bad_request_gets_a_problem_object(
    empty: httpx.Client, method: str, path: str, how: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(empty.request(method, path, **how), status, code)


def test_a_body_that_is_not_json_is_called_that(empty: httpx.Client) -> None:
    response = empty.post("/v1/search", content=b'{"query": "x",', headers=JSON)
    assert "JSON" in assert_problem(response, 422, "invalid_request")["detail"]


def test_a_refused_field_is_named_by_its_pointer(empty: httpx.Client) -> None:
    body = {"question": "x", "history": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]}
    problem = assert_problem(empty.post("/v1/ask", json=body), 422, "invalid_request")
    assert [place["pointer"] for place in problem["errors"]] == ["/history/1/role"]
