from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel

from api.problems import STATUS, install_problems, problem, problem_of
from proviso import errors
from proviso.errors import Place, ProvisoError


class Body(BaseModel):
    body: int
    names: list[str] = []


def leaves(kind: type[ProvisoError] = ProvisoError) -> Iterator[type[ProvisoError]]:
    children = [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
    for child in children:
        yield from leaves(child)
    if not children:
        yield kind


@pytest.fixture
async def client() -> httpx.AsyncClient:
    """A client of an application whose routes fail in every way."""
    app = FastAPI()
    install_problems(app)

    @app.post("/body")
    async def body(body: Body, limit: Annotated[int, Query(le=10)] = 1) -> Body:
        return body

    @app.get("/fault/{name}")
    async def fault(name: str, retry: float | None = None) -> None:
        raise getattr(errors, name)("What to do.", retry_after_s=retry, places=[Place("/a\ud800", "is odd")])

    @app.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError("secret words")

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost"
    )


@pytest.mark.parametrize("leaf", sorted(leaves(), key=lambda leaf: leaf.__name__))
def test_every_leaf_of_the_error_tree_has_a_status(leaf: type[ProvisoError]) -> None:
    assert leaf in STATUS
    assert problem_of(leaf("x"))["status"] == STATUS[leaf]


def test_no_status_is_kept_for_an_error_that_is_no_leaf() -> None:
    assert set(STATUS) == set(leaves())


def test_every_leaf_has_a_code_of_its_own() -> None:
    codes = [leaf.code for leaf in leaves()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("leaf", sorted(leaves(), key=lambda leaf: leaf.__name__))
def test_every_leaf_is_drawn_in_the_tree(leaf: type[ProvisoError]) -> None:
    assert leaf.__name__ in (errors.__doc__ or "")


def test_a_problem_is_an_object_of_rfc_9457() -> None:
    assert problem(422, "invalid_schema", "The schema is not usable.", [Place("/type", "is missing")]) == {
        "type": "urn:proviso:problem:invalid_schema",
        "title": "Invalid schema",
        "status": 422,
        "detail": "The schema is not usable.",
        "code": "invalid_schema",
        "errors": [{"pointer": "/type", "detail": "is missing"}],
    }
    assert "errors" not in problem(404, "not_found", "x")


async def test_an_error_leaves_as_a_problem_whatever_it_quotes(client: httpx.AsyncClient) -> None:
    answer = await client.get("/fault/InvalidSchema")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert json.loads(answer.content)["errors"] == [{"pointer": "/a\ud800", "detail": "is odd"}]


@pytest.mark.parametrize(
    ("path", "header", "value"),
    [
        ("/fault/LlmUnavailable?retry=30", "retry-after", "30"),
        ("/fault/LlmUnavailable?retry=0.2", "retry-after", "1"),
        ("/fault/IndexUnavailable", "retry-after", "5"),
        ("/fault/Unauthorized", "www-authenticate", "Bearer"),
    ],
)
async def test_headers_say_when_to_come_back_and_with_what(
    client: httpx.AsyncClient, path: str, header: str, value: str
) -> None:
    assert (await client.get(path)).headers[header] == value


async def test_an_error_that_waiting_does_not_mend_has_no_retry_after(client: httpx.AsyncClient) -> None:
    assert "retry-after" not in (await client.get("/fault/NotFound")).headers


@pytest.mark.parametrize(
    ("query", "sent", "pointer"),
    [
        ("", b'{"body": "x"}', "/body"),
        ("", b'{"body": 1, "names": ["a", 5]}', "/names/1"),
        ("", b"{}", "/body"),
        ("", b"not json", ""),
        ("?limit=11", b'{"body": 1}', "/query/limit"),
    ],
)
async def test_a_request_that_does_not_fit_names_the_place(
    client: httpx.AsyncClient, query: str, sent: bytes, pointer: str
) -> None:
    answer = await client.post(f"/body{query}", content=sent, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/body", 405, "method_not_allowed"),
        ("GET", "/bug", 500, "internal_error"),
    ],
)
async def test_the_frameworks_own_errors_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_fault_of_ours_tells_the_log_and_not_the_caller(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.get("/bug")
    assert "secret words" not in answer.text
    assert "GET /bug" in caplog.text
    assert "secret words" in caplog.text
