"""What every refused request has in common."""

from __future__ import annotations

from typing import Any

import httpx


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem object of a response; fails unless it is one of RFC 9457 with this status and code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json"), response.headers
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert all(isinstance(body[name], str) and body[name] for name in ("type", "title", "detail")), body
    for place in body.get("errors", []):
        assert set(place) == {"pointer", "detail"}
        assert place["pointer"] == "" or place["pointer"].startswith("/")
    return body
