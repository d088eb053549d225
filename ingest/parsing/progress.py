"""How far a parser has come (floor 4): a parser says `report(done, total)` after each page or so; whoever runs it may listen.

Nobody has to listen, and nothing of this changes what is read. It costs a parser one line, and it is what lets a long file take long
while a file that hangs is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report(done: int, total: int) -> None:
    """`done` of `total` pages (or other parts) have been read."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Inside, `listener` hears what is reported."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
