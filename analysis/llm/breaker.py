"""A pause for an endpoint that cannot be reached (floor 4): after several connection faults in a row, calls fail at once.

One call is let through when the pause is over; what becomes of it decides for the others. Nothing is sent from here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import openai

from proviso.errors import LlmUnavailable

FAULTS_IN_A_ROW = 3
REST_S = 5.0
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
    _trying: bool = field(default=False, init=False)

    @property
    def is_open(self) -> bool:
        """Whether the endpoint was found out of reach so often that calls wait for a single one to try it."""
        return self._faults >= self.faults_in_a_row

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. Raises LlmUnavailable at once while the endpoint rests, or while another call tries it."""
        trial = self._admit()
        try:
            yield
        except Exception as error:
            if is_unreachable(error):
                self._failed()
            elif isinstance(error, openai.APIStatusError):
                self._faults = 0  # whatever it says, it answers
            raise
        else:
            self._faults = 0
        finally:
            if trial:
                self._trying = False

    def _admit(self) -> bool:
        """Whether this call is the one that tries a resting endpoint."""
        if not self.is_open:
            return False
        wait_s = self._rests_until - self.now()
        if wait_s > 0 or self._trying:
            raise LlmUnavailable(
                f"The model server at {self.place} could not be reached {self._faults} times in a row; "
                "it is tried again in a moment.",
                retry_after_s=max(LEAST_WAIT_S, wait_s),
            )
        self._trying = True
        return True

    def _failed(self) -> None:
        self._faults += 1
        if self.is_open:
            self._rests_until = self.now() + self.rest_s


def is_unreachable(error: Exception) -> bool:
    """No connection, as opposed to a connection on which nothing was said in time."""
    if isinstance(error, openai.APITimeoutError):
        return type(error.__cause__).__name__ == "ConnectTimeout"
    return isinstance(error, openai.APIConnectionError)
