"""Clients that search all the time (evals): each answer kept with its question, so that it can be compared with what was to be expected."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from evals.results import percentile

Answer = tuple[tuple[str, float], ...]
"""Chunk ids in order, each with its cosine to three places: no two embedders give the same."""

LIMIT = 10
EVERYTHING = {"collection": None}


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    at: float
    took_ms: float
    answer: Answer | None
    fault: str = ""


@dataclass
class Clients:
    """`with Clients(url, questions).asking(): …`, then `asked`. `pause_s` is what a client rests after each answer."""

    url: str
    questions: Sequence[str]
    clients: int = 10
    pause_s: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    @contextmanager
    def asking(self) -> Iterator[None]:
        over = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(seed, over)) for seed in range(self.clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _ask(self, seed: int, over: threading.Event) -> None:
        dice = Random(seed)
        with httpx.Client(base_url=self.url, timeout=120, trust_env=False) as client:
            while not over.wait(self.pause_s):
                self.asked.append(ask(client, dice.choice(self.questions)))


def ask(client: httpx.Client, question: str) -> Asked:
    started = time.perf_counter()
    try:
        reply = client.post("/v1/search", json={"query": question, "limit": LIMIT} | EVERYTHING)
        fault = "" if reply.is_success else f"{reply.status_code}: {reply.text[:200]}"
        found: Answer | None = None if fault else answer_of(reply.json())
    except (httpx.HTTPError, ValueError) as error:
        fault, found = f"{type(error).__name__}: {error}", None
    return Asked(question, started, 1000 * (time.perf_counter() - started), found, fault)


def answer_of(reply: Mapping[str, Any]) -> Answer:
    return tuple((hit["chunk_id"], round(hit["scores"]["dense"] or 0.0, 3)) for hit in reply["items"])


def judged(asked: Sequence[Asked], before: Mapping[str, Answer], after: Mapping[str, Answer]) -> dict[str, int]:
    """How many answers were those of the index before, those of the one after, neither of them, or none at all."""

    def kind(each: Asked) -> str:
        if each.answer is None:
            return "failed"
        if each.answer == before[each.question]:
            return "before"
        return "after" if each.answer == after[each.question] else "mixed"

    found = Counter(kind(each) for each in asked)
    return {"requests": len(asked)} | {name: found[name] for name in ("failed", "before", "after", "mixed")}


def latencies(asked: Sequence[Asked]) -> dict[str, float]:
    took = [each.took_ms for each in asked] or [0.0]
    return {
        "requests": len(asked),
        "p50_ms": round(percentile(took, 0.5), 1),
        "p95_ms": round(percentile(took, 0.95), 1),
        "longest_ms": round(max(took), 1),
    }
