"""Kill -9 while a question is answered window by window in the background: the windows that were read are not asked for again."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instruments.gptoss import GptOss, answer_script
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.killer import Service, proviso_service, random_kills
from tests.instruments.service import settled

pytestmark = [pytest.mark.kill, pytest.mark.slow, pytest.mark.timeout(600)]

DOCUMENTS = 80
KILLS = 4
CONCURRENCY = 3
WINDOW_S = 0.25
SETTLE_S = 120
CAP = re.compile(r"Liability under agreement \d+ is limited to \d+ dollars\.")


def is_map(request: Exchange) -> bool:
    return request.instructions.startswith("You read one part")


def quoted(request: Exchange) -> str:
    """The cap of the agreement, where it has one."""
    cap = CAP.search(request.messages[1]["content"])
    if cap is None:
        return "<outcome>nothing</outcome>"
    return answer_script("It is capped [1]", [("D1", cap.group())], outcome="found")


@pytest.fixture
def model() -> Iterator[GptOss]:
    with GptOss() as server:
        server.reply_when(is_map, quoted)
        server.always(answer_script("All that have a cap say so [1] [2]."))
        yield server


@pytest.fixture
def service(tmp_path: Path, repository: Path, model: GptOss) -> Iterator[Service]:
    with proviso_service(tmp_path, repository, model.base_url, llm_concurrency=str(CONCURRENCY)) as service:
        yield service


def test_kill_9_costs_the_windows_under_way_and_changes_nothing_else(service: Service, model: GptOss) -> None:
    with httpx.Client(base_url=service.ready_url.removesuffix("/readyz"), timeout=30) as client:
        store(client)
        whole = ended(client, queue(client))
        assert whole["receipt"]["mapped"]["windows"] == DOCUMENTS
        before, used = len(model.chats), usage(client)
        model.fault(delay_s=WINDOW_S, times=2 * DOCUMENTS)
        answer_id = queue(client)
        done = [progress(client, answer_id, at_least=1)]
        for kill in random_kills(service, times=KILLS, seed=11, after_s=(0.3, 1.6)):
            done.append(progress(client, answer_id, at_least=done[-1] + 1))
            print(f"{kill} {done[-1]} read, {len(model.chats) - before} asked")
        answer = ended(client, answer_id)
        asked = Counter(chat.text for chat in model.chats[before:] if is_map(chat))
        print(f"{asked.total()} windows were asked, {len(asked)} are in the plan")
        assert len(asked) == DOCUMENTS
        assert asked.total() <= DOCUMENTS + KILLS * (CONCURRENCY + 1), "under way, or over and not yet kept"
        assert same(answer) == same(whole)
        spent = usage(client) - used
        assert answer["usage"]["prompt"] <= spent <= sum(chat.prompt_tokens for chat in model.chats[before:])


def store(client: httpx.Client) -> None:
    texts = [
        f"Agreement {n}. The parties agree to cooperate.\n\n"
        + (f"Liability under agreement {n} is limited to {100 * n} dollars." if n % 3 else "It ends in May.")
        for n in range(DOCUMENTS)
    ]
    files = [("files", (f"agreement-{n:02}.txt", text.encode())) for n, text in enumerate(texts)]
    made = client.post("/v1/documents", files=files).json()["items"]
    assert {each["status"] for each in settled(client, [item["id"] for item in made])} == {"ready"}


def queue(client: httpx.Client) -> str:
    body = {"question": "How many of these agreements cap liability?", "mode": "map_reduce", "background": True}
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 202, response.text
    answer_id: str = response.json()["id"]
    return answer_id


def progress(client: httpx.Client, answer_id: str, at_least: int) -> int:
    """How many windows are read once it is so many; there must be work left for the next kill."""
    until = time.monotonic() + SETTLE_S
    while True:
        answer = client.get(f"/v1/answers/{answer_id}").json()
        assert answer["status"] in ("queued", "running"), "every kill must come while there is work"
        done: int = (answer["progress"] or {}).get("done", 0)
        if done >= at_least:
            return done
        assert time.monotonic() < until, answer
        time.sleep(0.05)


def ended(client: httpx.Client, answer_id: str) -> dict[str, Any]:
    until = time.monotonic() + SETTLE_S
    while True:
        answer: dict[str, Any] = client.get(f"/v1/answers/{answer_id}").json()
        if answer["status"] in ("done", "failed"):
            assert answer["status"] == "done", answer["problem"]
            return answer
        assert time.monotonic() < until, answer["progress"]
        time.sleep(0.3)


def usage(client: httpx.Client) -> int:
    """Prompt tokens booked so far."""
    return sum(day["prompt"] for day in client.get("/v1/usage").json()["items"])


def same(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what tells two runs apart; its calls in no order."""
    receipt = answer["receipt"]
    calls = sorted(tuple(call.items()) for call in receipt["calls"])
    rest = {name: value for name, value in answer.items() if name not in ("id", "created_at", "took_ms")}
    return rest | {"receipt": receipt | {"calls": calls}}
