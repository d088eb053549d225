"""The script of a server: rules, a queue, a last resort, faults; decides which reply a request gets. Thread-safe."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.replies import NO_FAULT, Fault, Reply, an_error

Said = Reply | str
Answering = Callable[[Exchange], Said]
Matching = Callable[[Exchange], bool]


@dataclass(slots=True)
class Rule:
    """A reply for every request that matches, so many times at most."""

    matches: Matching
    says: Answering
    left: int | None = None


class Script:
    """What will be said. A fault uses up no reply."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[Said | Answering] = deque()
        self._rules: list[Rule] = []
        self._always: Answering | None = None
        self._faults: deque[Fault] = deque()
        self.unmatched: list[Exchange] = []

    def push(self, reply: Said | Answering) -> None:
        """Adds to the end of the queue."""
        with self._lock:
            self._queue.append(reply)

    def add_rule(self, when: str | re.Pattern[str] | Matching, says: Said | Answering, times: int | None) -> None:
        """Rules are tried in the order in which they came."""
        with self._lock:
            self._rules.append(Rule(matches=_as_matching(when), says=_as_answering(says), left=times))

    def set_always(self, says: Said | Answering | None) -> None:
        """What is said when no rule matches and the queue is empty."""
        with self._lock:
            self._always = None if says is None else _as_answering(says)

    def add_fault(self, fault: Fault, times: int) -> None:
        """The next requests are spoilt in this way."""
        with self._lock:
            self._faults.extend([fault] * times)

    def clear(self) -> None:
        """Forgets everything that was scripted."""
        with self._lock:
            self._queue.clear()
            self._rules.clear()
            self._faults.clear()
            self._always = None

    @property
    def left(self) -> int:
        """Queued replies that nobody has asked for yet."""
        with self._lock:
            return len(self._queue)

    def choose(self, request: Exchange) -> tuple[Reply, Fault]:
        """The reply and the fault of one request."""
        with self._lock:
            fault = self._faults.popleft() if self._faults else NO_FAULT
            spoilt = fault.as_reply()
            if spoilt is not None:
                return spoilt, fault
            says = self._pick(request, keep=fault.break_at() is not None)
        return self._speak(says, request), fault

    def _pick(self, request: Exchange, *, keep: bool) -> Answering | None:
        for rule in self._rules:
            if rule.left != 0 and rule.matches(request):
                if rule.left is not None and not keep:
                    rule.left -= 1
                return rule.says
        if self._queue:
            return _as_answering(self._queue[0] if keep else self._queue.popleft())
        return self._always

    def _speak(self, says: Answering | None, request: Exchange) -> Reply:
        if says is None:
            self.unmatched.append(request)
            return an_error(400, f"unscripted: nothing is scripted for {request.last_user[:200]!r}")
        said = says(request)
        return Reply(text=said) if isinstance(said, str) else said


def _as_answering(says: Said | Answering) -> Answering:
    if isinstance(says, str | Reply):
        said = says
        return lambda request: said
    return says


def _as_matching(when: str | re.Pattern[str] | Matching) -> Matching:
    if isinstance(when, str):
        when = re.compile(when, re.IGNORECASE | re.DOTALL)
    if isinstance(when, re.Pattern):
        pattern = when
        return lambda request: pattern.search(request.last_user) is not None
    return when
