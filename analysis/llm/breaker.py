"""A pause for an endpoint that cannot be reached (floor 4): after several connection faults in a row, calls fail at once.

When the pause is over, a short look decides whether calls go on. Nothing is sent from here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import openai

from proviso.errors import LlmUnavailable

FAULTS_IN_A_ROW = 3
REST_S = 1.0
LEAST_WAIT_S = 1.0


@dataclass(slots=True)
class Breaker:
    """Of one endpoint. `rest_s`: how long calls fail at once before one is tried again."""

    place: str
    faults_in_a_row: int = FAULTS_IN_A_ROW
    rest_s: float = REST_S
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    _faults: int = field(default=0, init=False)
    _rests_until: float = field(default=0.0, init=False)
    _door: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether the endpoint was found out of reach so often that calls wait for a single one to try it."""
        return self._faults >= self.faults_in_a_row

    async def admit(self, knock: Callable[[], Awaitable[bool]]) -> None:
        """Before a call. Raises LlmUnavailable at once while the endpoint rests; when that is over, one caller asks `knock` whether
        somebody answers again, and the others wait for its word."""
        if not self.is_open:
            return
        async with self._door:
            if self._faults < self.faults_in_a_row:  # another caller's look let everybody go on
                return
            if self.now() >= self._rests_until:
                if await knock():
                    self._faults = 0
                    return
                self._rests_until = self.now() + self.rest_s
            raise LlmUnavailable(
                f"The model server at {self.place} could not be reached {self._faults} times in a row; "
                "it is tried again in a moment.",
                retry_after_s=max(LEAST_WAIT_S, self._rests_until - self.now()),
            )

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call: keeps count of what could not be reached."""
        try:
            yield
        except Exception as error:
            if is_unreachable(error):
                self._faults += 1
                self._rests_until = self.now() + self.rest_s
            elif isinstance(error, openai.APIStatusError):
                self._faults = 0  # whatever it says, it answers
            raise
        else:
            self._faults = 0


def is_unreachable(error: Exception) -> bool:
    """No connection, as opposed to a connection on which nothing was said in time."""
    if isinstance(error, openai.APITimeoutError):
        return type(error.__cause__).__name__ == "ConnectTimeout"
    return isinstance(error, openai.APIConnectionError)
