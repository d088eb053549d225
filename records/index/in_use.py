"""The index in use and the embedder whose vectors it holds (records): one pair, taken together and given up together.

Whoever searches or writes takes the pair at the beginning and keeps it to the end; another pair may be put to use meanwhile, and the one
before is closed when the last who took it is done. So no vector of one embedder ever meets those of another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from proviso.ports import Embedder, VectorIndex


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """`generation` is the number by which the catalog knows the index."""

    index: VectorIndex
    embedder: Embedder
    generation: int = 0


@dataclass(slots=True)
class _Held:
    pair: Pair
    users: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)


class InUse:
    """The pair in use in this process; lives on one event loop. `follow` takes up the index that the catalog names, if that is another."""

    def __init__(self, pair: Pair, follow: Callable[[], Awaitable[None]] | None = None) -> None:
        self._held = _Held(pair)
        self._follow = follow

    @property
    def pair(self) -> Pair:
        """For a look; who does something with it takes it."""
        return self._held.pair

    @contextmanager
    def taken(self) -> Iterator[Pair]:
        """The pair, open at least until this ends."""
        held = self._held
        held.users += 1
        held.free.clear()
        try:
            yield held.pair
        finally:
            held.users -= 1
            if not held.users:
                held.free.set()

    async def keep(self, work: Callable[[Pair], Awaitable[None]]) -> None:
        """`work(pair)`, which may be repeated, on the index that is in use when it is over: after a commit that concerns what an index
        holds, this is what makes sure that a coming index does not miss it."""
        while True:
            with self.taken() as pair:
                await work(pair)
            await self.follow()
            if self.pair is pair:
                return

    async def follow(self) -> None:
        if self._follow is not None:
            await self._follow()

    def put(self, pair: Pair) -> Awaitable[Pair]:
        """From here on `pair` is in use; await the one before, which is given when nobody uses it any more."""
        before, self._held = self._held, _Held(pair)
        return _given_up(before)


async def _given_up(held: _Held) -> Pair:
    if held.users:
        await held.free.wait()
    return held.pair
