"""What a service and its children do while hostile files come in (evals): memory, processor time, answers, and calls to the outside."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

import httpx
import psutil

from evals.service import Running, role_of

EVERY_S = 0.1
ASKED_EVERY = 5
LURE_PORT = 47009
"""The generated files name this port of this machine; whatever connects to it was led astray by one."""


@dataclass(slots=True)
class Seen:
    """The most that was seen. `latencies_s` are those of /healthz."""

    server_mb: float = 0.0
    child_mb: float = 0.0
    child_cpu_s: float = 0.0
    children: set[int] = field(default_factory=set)
    most_children: int = 0
    latencies_s: list[float] = field(default_factory=list)
    unanswered: int = 0
    connections: int | None = None


class Watch:
    """Looks at a running service from a thread of its own, between `with` and its end."""

    def __init__(self, service: Running) -> None:
        self._service = service
        self._over = threading.Event()
        self._listener = _listener()
        self.seen = Seen(connections=0 if self._listener else None)
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._listener:
            self._listener.close()

    def _look(self) -> None:
        turn = 0
        with httpx.Client(base_url=self._service.url, timeout=10, trust_env=False) as client:
            while not self._over.wait(EVERY_S):
                turn += 1
                self._processes()
                if turn % ASKED_EVERY == 0:
                    self._ask(client)
                self._accept()

    def _processes(self) -> None:
        seen, alive = self.seen, 0
        with contextlib.suppress(psutil.NoSuchProcess):
            seen.server_mb = max(seen.server_mb, _rss_mb(self._service.process))
            for child in self._service.process.children(recursive=True):
                if role_of(child) != "parser children":
                    continue
                alive += 1
                seen.children.add(child.pid)
                spent = child.cpu_times()
                seen.child_mb = max(seen.child_mb, _rss_mb(child))
                seen.child_cpu_s = max(seen.child_cpu_s, spent.user + spent.system)
        seen.most_children = max(seen.most_children, alive)

    def _ask(self, client: httpx.Client) -> None:
        started = time.perf_counter()
        try:
            client.get("/healthz").raise_for_status()
        except httpx.HTTPError:
            self.seen.unanswered += 1
        self.seen.latencies_s.append(time.perf_counter() - started)

    def _accept(self) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            connection.close()
            self.seen.connections = (self.seen.connections or 0) + 1


def _rss_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / (1 << 20)


def _listener() -> socket.socket | None:
    """A socket on the port that the files name; None where this user may not open it."""
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", LURE_PORT))
    except OSError:
        listener.close()
        return None
    listener.listen()
    listener.setblocking(False)
    return listener
