"""Search over HTTP in each scope (evals): latency, throughput and processor time, for questions that are new and asked again.

A scope is what a request's body says besides its query. One client asks one question after the other, several do so side by side; every
client keeps its connection.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from evals.measures.searching_place import Placed
from evals.measures.watching import members
from evals.results import percentile
from evals.service import Running

CLIENTS = (1, 4)
FEW = 50
LIMIT = 10
WARM_UP = 12
SEED = 23
Body = dict[str, Any]
Scoped = Callable[[], Body]


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds of each search as its client saw it, seconds of all, and processor seconds by process meanwhile."""

    milliseconds: list[float]
    seconds: float
    cpu_s: dict[str, float]

    def row(self) -> dict[str, Any]:
        count = len(self.milliseconds)
        return {f"p{share}_ms": round(percentile(self.milliseconds, share / 100), 1) for share in (50, 95, 99)} | {
            "searches": count,
            "per_s": round(count / self.seconds, 1),
            "cpu_ms": {role: round(1000 * seconds / count, 1) for role, seconds in self.cpu_s.items()},
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests of one scope: a few to warm up, then those of one client and of several, by their number."""

    warm_up: list[Body]
    asked: dict[int, list[Body]]


def scopes(placed: Placed) -> dict[str, Scoped]:
    """What is asked of: one document, 50 of them, a collection of 50, everything. The documents change from question to question."""
    chance = Random(SEED)
    ids = [document.document_id for document in placed.documents]
    names = sorted({document.collection for document in placed.documents})
    return {
        "document": lambda: {"document_ids": [chance.choice(ids)]},
        "documents": lambda: {"document_ids": chance.sample(ids, min(FEW, len(ids)))},
        "collection": lambda: {"collection": chance.choice(names)},
        "workspace": lambda: {"collection": None},
    }


def plans(placed: Placed, questions: Iterator[str], count: int) -> dict[str, Plan]:
    """What is asked in every scope, each question once."""
    return {
        name: Plan(bodies(scope, questions, WARM_UP), {clients: bodies(scope, questions, count) for clients in CLIENTS})
        for name, scope in scopes(placed).items()
    }


def measure(service: Running, planned: dict[str, Plan]) -> list[dict[str, Any]]:
    """A row for every scope, number of clients, and new or repeated question."""
    rows = []
    for scope, plan in planned.items():
        ask(service, plan.warm_up, 1)
        for clients, asked in plan.asked.items():
            told = {"scope": scope, "clients": clients}
            rows += [told | {"questions": kind} | ask(service, asked, clients).row() for kind in ("new", "repeated")]
    return rows


def bodies(scope: Scoped, questions: Iterator[str], count: int) -> list[Body]:
    """So many requests with the next questions."""
    return [{"query": question, "limit": LIMIT} | scope() for question in itertools.islice(questions, count)]


def ask(service: Running, requests: Sequence[Body], clients: int) -> Asked:
    """All requests, by so many clients at once."""
    before, started = cpu_by_role(service), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        shares = [requests[first::clients] for first in range(clients)]
        found = [ms for share in pool.map(lambda share: _ask(service.url, share), shares) for ms in share]
    seconds, after = time.perf_counter() - started, cpu_by_role(service)
    return Asked(found, seconds, {role: after[role] - before.get(role, 0.0) for role in after})


def cpu_by_role(service: Running) -> dict[str, float]:
    """Processor seconds of the service's processes so far."""
    found = {}
    for role, processes in members(service.process).items():
        times = [process.cpu_times() for process in processes]
        found[role] = sum(each.user + each.system for each in times)
    return found


def _ask(url: str, requests: Sequence[Body]) -> list[float]:
    found = []
    with httpx.Client(base_url=url, timeout=120) as client:
        for request in requests:
            started = time.perf_counter()
            client.post("/v1/search", json=request).raise_for_status()
            found.append(1000 * (time.perf_counter() - started))
    return found
