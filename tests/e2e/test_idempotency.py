"""`Idempotency-Key`: the same request again is answered again and done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import settled

SCHEMA = {"type": "object", "properties": {"law": {"type": "string", "title": "Governing law"}}}


def send(client: httpx.Client, key: str, data: bytes, **fields: str) -> httpx.Response:
    files = [("files", ("keyed.txt", data))]
    return client.post("/v1/documents", files=files, data=fields, headers={"Idempotency-Key": key})


def test_an_upload_sent_again_is_answered_alike_and_done_once(empty: httpx.Client) -> None:
    data = builders.a_text(["An upload with a key."])
    first = send(empty, "upload-1", data)
    id_ = first.json()["items"][0]["id"]
    settled(empty, [id_])
    second = send(empty, "upload-1", data)
    assert second.status_code == first.status_code == 202
    assert second.json() == first.json()
    assert len(empty.get("/v1/documents").json()["items"]) == 1


def test_a_key_with_another_body_is_refused(empty: httpx.Client) -> None:
    first = send(empty, "upload-2", builders.a_text(["The first body."]))
    assert_problem(send(empty, "upload-2", builders.a_text(["Another body."])), 422, "idempotency_mismatch")
    same_file = send(empty, "upload-2", builders.a_text(["The first body."]), collection="other")
    assert_problem(same_file, 422, "idempotency_mismatch")
    settled(empty, [first.json()["items"][0]["id"]])


def test_a_refused_request_leaves_its_key_free(empty: httpx.Client) -> None:
    assert_problem(send(empty, "upload-3", b""), 422, "empty_file")
    good = send(empty, "upload-3", builders.a_text(["Good at last."]))
    assert good.status_code == 202
    settled(empty, [good.json()["items"][0]["id"]])


def test_the_same_request_sent_many_times_at_once_is_done_once(empty: httpx.Client) -> None:
    data = builders.a_text(["Sent by an impatient client."])
    before = len(empty.get("/v1/documents").json()["items"])
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: send(empty, "upload-4", data), range(6)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    for refused in (answer for answer in answers if answer.status_code == 409):
        assert_problem(refused, 409, "idempotency_in_progress")
    assert len({answer.json()["items"][0]["id"] for answer in answers if answer.status_code == 202}) == 1
    assert len(empty.get("/v1/documents").json()["items"]) == before + 1


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_of_no_use_is_refused(empty: httpx.Client, key: str) -> None:
    assert_problem(send(empty, key, b"words"), 422, "invalid_request")


def test_answers_and_extractions_are_made_once_too(empty: httpx.Client) -> None:
    settled(empty, [send(empty, "for-asking", builders.a_text(["The law of Ohio governs."])).json()["items"][0]["id"]])
    bodies: dict[str, dict[str, Any]] = {
        "/v1/ask": {"question": "Which law governs?"},
        "/v1/extractions": {"schema": SCHEMA},
    }
    for path, body in bodies.items():
        headers = {"Idempotency-Key": f"once {path}"}
        first, second = (empty.post(path, json=body, headers=headers) for _ in range(2))
        assert first.status_code == second.status_code
        assert first.json() == second.json()
        listed = empty.get("/v1/answers" if path == "/v1/ask" else path).json()["items"]
        assert [item["id"] for item in listed] == [first.json()["id"]]
        other = empty.post(path, json=body | {"effort": "high"}, headers=headers)
        assert_problem(other, 422, "idempotency_mismatch")
