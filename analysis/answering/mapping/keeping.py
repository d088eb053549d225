"""What whoever keeps the calls of a request beyond its process is given, and gives back (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from proviso.errors import DependencyError
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call that is over: the `completion` (without thinking), or the `error` with which it failed for good, and what it took.

    `key` is None when the words of the reply are gone with a document they came from: it cannot be read again, but what it took
    was taken.
    """

    key: str | None
    documents: tuple[str, ...]
    counted: int
    usage: CallUsage | None = None
    completion: Completion | None = None
    error: DependencyError | None = None


class Keeping(Protocol):
    """Keeps the calls of one request beyond the process that makes them."""

    @property
    def waits(self) -> bool:
        """Whether a model out of reach is waited for: the request then ends with LlmUnavailable and is made again later."""

    async def kept(self) -> Sequence[KeptCall]:
        """In the order in which they were kept."""

    async def keep(self, call: KeptCall) -> None:
        """Durable when this returns, as far as that can be had: a call that could not be kept is no fault of the request."""
