from __future__ import annotations

import pytest
from starlette.requests import Request

from api.access import LOCAL_WORKSPACE, workspace_of
from proviso.errors import Forbidden, ProvisoError, Unauthorized
from proviso.settings import Settings

HOSTS = Settings(_env_file=None).allowed_hosts  # type: ignore[call-arg]


def a_request(peer: str | None = "127.0.0.1", host: str | None = "localhost:8000", **headers: str) -> Request:
    sent = {"host": host} if host is not None else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/v1/ask",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": (peer, 50_000) if peer else None,
        }
    )


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::1%lo"])
@pytest.mark.parametrize("host", ["localhost:8000", "LOCALHOST", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_a_program_on_the_same_machine_acts_in_the_local_workspace(peer: str, host: str) -> None:
    assert workspace_of(a_request(peer, host), HOSTS) == LOCAL_WORKSPACE


@pytest.mark.parametrize(
    "peer", ["192.168.1.5", "10.0.0.1", "0.0.0.0", "::", "::ffff:192.168.1.5", "fe80::1%eth0", "localhost", "", None]
)
def test_a_peer_that_is_not_loopback_is_not_authorised(peer: str | None) -> None:
    with pytest.raises(Unauthorized, match="API keys"):
        workspace_of(a_request(peer), HOSTS)


@pytest.mark.parametrize(
    "header",
    [
        "forwarded",
        "via",
        "x-real-ip",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-client-ip",
        "cf-connecting-ip",
    ],
)
def test_a_forwarded_request_is_refused_and_the_header_named(header: str) -> None:
    request = a_request(**{header.replace("-", "_"): "127.0.0.1"})
    with pytest.raises(Forbidden, match=header):
        workspace_of(request, HOSTS)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io", "[::2]", "", None]
)
def test_a_foreign_host_is_refused(host: str | None) -> None:
    with pytest.raises(Forbidden, match="PROVISO_ALLOWED_HOSTS"):
        workspace_of(a_request(host=host), HOSTS)


def test_a_host_of_the_settings_is_allowed() -> None:
    assert workspace_of(a_request(host="Contracts.Example:8000"), (*HOSTS, "contracts.EXAMPLE")) == LOCAL_WORKSPACE


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://LOCALHOST:8000", "https://localhost:8000"])
def test_the_page_of_the_service_itself_may_call_it(origin: str) -> None:
    assert workspace_of(a_request(origin=origin), HOSTS) == LOCAL_WORKSPACE


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://localhost", "http://localhost:3000", "http://127.0.0.1:8000", "null", "", "file://",
     "http://localhost:8000@evil.example", "http://[bad", "localhost:8000"],
)  # fmt: skip
def test_a_foreign_page_is_refused(origin: str) -> None:
    with pytest.raises(Forbidden, match="not allowed"):
        workspace_of(a_request(origin=origin), HOSTS)


def test_the_peer_is_judged_before_anything_it_says() -> None:
    with pytest.raises(ProvisoError) as refusal:
        workspace_of(a_request("192.168.1.5", "evil.example", origin="http://evil.example"), HOSTS)
    assert isinstance(refusal.value, Unauthorized)
