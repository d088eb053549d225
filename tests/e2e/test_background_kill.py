"""Kill -9 while answers are worked on in the background: each question that was acknowledged has its answer afterwards, once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import GptOss, Reply, answer_script
from tests.instruments.killer import Service, proviso_service, random_kills

pytestmark = [pytest.mark.kill, pytest.mark.slow, pytest.mark.timeout(600)]

QUESTIONS = 8
KILLS = 4
SETTLE_S = 120
WORDS = "This Agreement is governed by the laws of the State of Delaware."


@pytest.fixture
def model() -> Iterator[GptOss]:
    reply = answer_script("Delaware [1].", [("D1", WORDS)])

    def slowly(_: Any) -> Reply:
        time.sleep(0.6)
        return Reply(text=reply)

    with GptOss() as server:
        server.always(slowly)
        yield server


@pytest.fixture
def service(tmp_path: Path, repository: Path, model: GptOss) -> Iterator[Service]:
    with proviso_service(tmp_path, repository, model.base_url, llm_concurrency="1") as service:
        yield service


def test_kill_9_leaves_every_acknowledged_question_with_one_answer(service: Service, model: GptOss) -> None:
    with httpx.Client(base_url=service.ready_url.removesuffix("/readyz"), timeout=30) as client:
        document = ready_document(client)
        ids = [queue(client, document, n) for n in range(QUESTIONS)]
        for kill in random_kills(service, times=KILLS, seed=7, after_s=(0.2, 1.5)):
            states = Counter(item["status"] for item in client.get("/v1/answers").json()["items"])
            print(f"{kill} {dict(states)}")
            assert not kill.orphans_left, kill
            assert sum(states.values()) == QUESTIONS
        answers = settled(client)
        assert sorted(answer["id"] for answer in answers) == sorted(ids)
        assert {(answer["status"], answer["answer"]) for answer in answers} == {("done", "Delaware [1].")}
        assert {answer["evidence"][0]["state"] for answer in answers} == {"exact"}
        calls = sum(day["calls"] for day in client.get("/v1/usage").json()["items"])
        print(f"{len(model.chats)} calls were made, {calls} count")
        assert QUESTIONS <= calls <= len(model.chats), "a call that was over when its run was cut was spent, too"
        client.delete(f"/v1/documents/{document}").raise_for_status()
        blanked = client.get(f"/v1/answers/{ids[0]}").json()["evidence"][0]
        assert (blanked["quote"], blanked["text"], blanked["state"]) == ("", None, "deleted")


def ready_document(client: httpx.Client) -> str:
    made = client.post("/v1/documents", files=[("files", ("msa.txt", f"{WORDS}\n\nIt ends in May.".encode()))]).json()
    document_id: str = made["items"][0]["id"]
    until = time.monotonic() + 60
    while client.get(f"/v1/documents/{document_id}").json()["status"] != "ready":
        assert time.monotonic() < until
        time.sleep(0.1)
    return document_id


def queue(client: httpx.Client, document_id: str, n: int) -> str:
    body = {"question": f"Which law governs? ({n})", "document_ids": [document_id], "background": True}
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 202, response.text
    answer_id: str = response.json()["id"]
    return answer_id


def settled(client: httpx.Client) -> list[dict[str, Any]]:
    until = time.monotonic() + SETTLE_S
    while True:
        found: list[dict[str, Any]] = client.get("/v1/answers").json()["items"]
        if all(answer["status"] in ("done", "failed") for answer in found):
            return found
        assert time.monotonic() < until, [answer["status"] for answer in found]
        time.sleep(0.3)
