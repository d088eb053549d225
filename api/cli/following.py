"""Where documents stand while they are read (floor 5): one event stream for all of them, looked up anew whenever it breaks off."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from api.cli.asking import sse
from api.cli.connection import raise_problem
from api.cli.faults import CliError
from api.cli.line import Line

if TYPE_CHECKING:
    import httpx

SETTLED = ("ready", "failed", "deleted")
AT_ONCE = 500
QUIET_S = 60.0
"""Longer than the pings of a stream that lives."""

STALE_S = 20.0
"""After so long without news, documents are looked up."""


class Following:
    """Knows the status of the documents it was told of (`expect`). Used as a context: the stream is open inside."""

    def __init__(self, line: Line, collection: str) -> None:
        self._line = line
        self._collection = collection
        self._lock = threading.Lock()
        self._hashes: dict[str, str] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._news_at = time.monotonic()
        self._response: httpx.Response | None = None
        self._over = False
        self._thread = threading.Thread(target=self._listen, name="events", daemon=True)

    def __enter__(self) -> Following:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        response = self._response
        if response is not None:  # wakes the reader, and tells the service at once
            with contextlib.suppress(OSError, AttributeError, KeyError):
                response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._thread.join(2)

    def expect(self, document: dict[str, Any], sha256: str) -> None:
        """A document that is there, with the hash of the bytes by which it can be looked up."""
        said = _state(document)
        with self._lock:
            self._hashes[document["id"]] = sha256
            heard = self._states.setdefault(document["id"], said)
            if _settled(heard) and not _settled(said):  # heard before or after it was said? The service knows.
                self._states[document["id"]] = said
                self._news_at = 0.0

    def counts(self) -> Counter[str]:
        """How many documents are in each status, those at work by stage; `settled` of all that were expected."""
        with self._lock:
            known = [self._states[id_] for id_ in self._hashes]
        found = Counter(state["stage"] or state["status"] if not _settled(state) else "settled" for state in known)
        found["failed"] = sum(state["status"] == "failed" for state in known)
        return found

    def unsettled(self) -> list[str]:
        with self._lock:
            return [id_ for id_ in self._hashes if not _settled(self._states[id_])]

    def catch_up(self) -> None:
        """Look up what is unsettled, if there has been no news for a while."""
        if time.monotonic() - self._news_at > STALE_S and self.unsettled():
            self._refresh()

    def _listen(self) -> None:
        import httpx

        while not self._over and not self._line.stopped:
            try:
                self._read_stream()
            except (httpx.HTTPError, httpx.StreamError, CliError, OSError, RuntimeError):
                # The line itself says that the service is away; here it is only tried again.
                self._line.rest(0.5)
                self._line.find_again()

    def _read_stream(self) -> None:
        import httpx

        timeout = httpx.Timeout(10, read=QUIET_S)
        params = {"collection": self._collection}
        with self._line.client.stream("GET", "/v1/events", params=params, timeout=timeout) as response:
            raise_problem(response)
            self._response = response
            self._refresh()
            for name, data in sse(response):
                if self._over:
                    return
                if name == "document":
                    self._hear(data)

    def _hear(self, data: dict[str, Any]) -> None:
        self._news_at = time.monotonic()
        with self._lock:
            self._states[data["id"]] = {name: data[name] for name in ("status", "stage", "pending")}

    def _refresh(self) -> None:
        waiting = self.unsettled()
        for start in range(0, len(waiting), AT_ONCE):
            ids = waiting[start : start + AT_ONCE]
            body = {"collection": self._collection, "sha256": sorted({self._hashes[id_] for id_ in ids})}
            found = {item["id"]: item for item in self._line.post("/v1/documents/lookup", body)["items"]}
            with self._lock:
                for id_ in ids:
                    self._states[id_] = _state(found[id_]) if id_ in found else dict(GONE)
        self._news_at = time.monotonic()


GONE = {"status": "deleted", "stage": None, "pending": False}


def _state(document: dict[str, Any]) -> dict[str, Any]:
    pending = document.get("pending")
    if pending is not None and pending["status"] != "failed":
        return {"status": document["status"], "stage": pending["stage"], "pending": True}
    return {"status": document["status"], "stage": document.get("stage"), "pending": False}


def _settled(state: dict[str, Any]) -> bool:
    return state["status"] in SETTLED and not state["pending"]
