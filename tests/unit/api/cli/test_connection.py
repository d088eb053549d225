from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.cli.connection import Api, connect, read_settings, running_url
from api.cli.faults import CliError

Answer = tuple[int, bytes]


class ScriptedService(ThreadingHTTPServer):
    """Answers each path with what it was told, and keeps what it was asked."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = answers
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    server: ScriptedService

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.answers.get(self.path, (404, b""))
        if status == 404 and (cursor := parse_qs(urlsplit(self.path).query).get("cursor")):
            status, body = self.server.answers[cursor[0]]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the screen."""


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService({"/healthz": (200, b"{}")}) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def api(service: ScriptedService) -> Iterator[Api]:
    with connect(service.url) as api:
        yield api


def a_problem(**problem: Any) -> bytes:
    return json.dumps(problem).encode()


def announce(data_dir: Path, **announced: Any) -> None:
    (data_dir / "serve.json").write_text(json.dumps(announced))


def test_json_comes_back_as_data_and_nothing_as_none(service: ScriptedService, api: Api) -> None:
    service.answers |= {"/v1/info?a=1": (200, b'{"version": "1"}'), "/v1/empty": (204, b"")}
    assert api.get("/v1/info", a=1, b=None) == {"version": "1"}
    assert api.get("/v1/empty") is None


def test_a_list_is_read_page_by_page(service: ScriptedService, api: Api) -> None:
    service.answers |= {
        "/v1/documents?limit=200&q=x": (200, b'{"items": [{"id": 1}, {"id": 2}], "next_cursor": "second"}'),
        "second": (200, b'{"items": [{"id": 3}], "next_cursor": null}'),
    }
    assert [item["id"] for item in api.every("/v1/documents", q="x")] == [1, 2, 3]
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (a_problem(detail="Upload some first."), "Upload some first."),
        (
            a_problem(
                detail="It does not fit",
                errors=[{"pointer": "/a", "detail": "is odd"}, {"pointer": "", "detail": "too"}],
            ),
            "It does not fit\n  /a: is odd\n  /: too",
        ),
        (b"<html>", "the service answered 422"),
        (b"[]", "the service answered 422"),
        (b'{"error": {"message": "x"}}', "the service answered 422"),
        (a_problem(detail="x", errors=[{"field": "a"}]), "the service answered 422"),
        (a_problem(detail="x", errors=5), "the service answered 422"),
    ],
)
def test_a_problem_is_one_sentence_with_its_places(
    service: ScriptedService, api: Api, body: bytes, sentence: str
) -> None:
    service.answers["/v1/ask"] = (422, body)
    with pytest.raises(CliError) as fault:
        api.get("/v1/ask")
    assert str(fault.value) == sentence


def test_a_service_that_is_not_ours_is_named(service: ScriptedService, api: Api) -> None:
    service.answers["/v1/info"] = (200, b"<html>Welcome</html>")
    with pytest.raises(CliError, match="not answer as Proviso"):
        api.get("/v1/info")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "ftp://127.0.0.1", "nonsense", "http://[bad", "http://127.0.0.1:port"]
)
def test_a_service_that_cannot_be_reached_is_one_sentence(url: str) -> None:
    with pytest.raises(CliError) as fault, connect(url) as api:
        api.get("/v1/info")
    assert "\n" not in str(fault.value)


def test_the_announced_service_is_used_while_it_lives(tmp_path: Path, service: ScriptedService) -> None:
    announce(tmp_path, url=service.url, pid=os.getpid())
    assert running_url(tmp_path) == service.url


@pytest.mark.parametrize(
    "announced",
    ["", "not json", "[]", "{}", '{"url": "http://127.0.0.1:9"}', '{"url": "http://127.0.0.1:9", "pid": "1"}',
     '{"url": "http://127.0.0.1:9", "pid": 99999999999999999999}', '{"url": "http://127.0.0.1:9", "pid": 4194304999}',
     '{"url": "http://127.0.0.1:9", "pid": OUR_PID}', '{"url": "http://[", "pid": OUR_PID}', '{"url": 5, "pid": OUR_PID}'],
)  # fmt: skip
def test_an_announcement_that_is_broken_or_old_counts_for_nothing(tmp_path: Path, announced: str) -> None:
    announced = announced.replace("OUR_PID", str(os.getpid()))
    (tmp_path / "serve.json").write_text(announced)
    assert running_url(tmp_path) is None


def test_no_announcement_means_no_running_service(tmp_path: Path) -> None:
    assert running_url(tmp_path) is None


def test_a_service_that_is_ill_is_not_used(tmp_path: Path, service: ScriptedService) -> None:
    service.answers["/healthz"] = (500, b"")
    announce(tmp_path, url=service.url, pid=os.getpid())
    assert running_url(tmp_path) is None


def test_settings_that_do_not_fit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVISO_PORT", "eight thousand")
    with pytest.raises(CliError, match="port"):
        read_settings()
