"""A line to a service that may go away for a while (floor 5): a request is sent again, with growing pauses, until it is answered.

Only what may be repeated is sent this way. A service that comes back at another address is found through its announcement.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.connection import Api, raise_problem, running_url
from api.cli.faults import CliError
from api.cli.progress import note

if TYPE_CHECKING:
    import httpx

PATIENCE_S = 180.0
"""How long a service may be away."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
AWAY = (429, 502, 503, 504)


class Line:
    """Sends requests of several threads. `stop()` ends every wait with a CliError."""

    def __init__(self, api: Api, announced_in: Path | None) -> None:
        self.client = api.client
        self._announced_in = announced_in
        self._stopped = threading.Event()
        self._away_since: float | None = None
        self._said = threading.Lock()

    def send(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        """The answer to `request(client)`, whatever its status, unless that says that the service is not there now."""
        import httpx

        pause_s, reason = FIRST_PAUSE_S, ""
        while True:
            try:
                response = request(self.client)
                if response.status_code not in AWAY:
                    self._away_since = None
                    return response
                reason = f"it answers {response.status_code}"
                pause_s = max(pause_s, min(LONGEST_PAUSE_S, _retry_after_s(response)))
            except httpx.TransportError as error:
                reason = str(error) or type(error).__name__
            self._wait(pause_s, reason)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def get(self, path: str, **params: Any) -> Any:
        return _json(self.send(lambda client: client.get(path, params=params)))

    def post(self, path: str, body: Any) -> Any:
        return _json(self.send(lambda client: client.post(path, json=body)))

    def stop(self) -> None:
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def rest(self, pause_s: float) -> bool:
        """Wait; True when the line was stopped meanwhile."""
        return self._stopped.wait(pause_s)

    def find_again(self) -> None:
        """Where the service is now, if it has announced itself anew."""
        if self._announced_in is not None and (url := running_url(self._announced_in)):
            self.client.base_url = url

    def _wait(self, pause_s: float, reason: str) -> None:
        now = time.monotonic()
        with self._said:
            if self._away_since is None:
                self._away_since = now
                note(f"The service is away ({reason}); waiting for it …")
        if now - self._away_since > PATIENCE_S:
            raise CliError(f"The service at {self.client.base_url} does not answer: {reason}")
        if self.rest(pause_s):
            raise CliError("interrupted")
        self.find_again()


def _retry_after_s(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("retry-after", 0))
    except ValueError:
        return 0.0


def _json(response: httpx.Response) -> Any:
    raise_problem(response)
    return response.json()
