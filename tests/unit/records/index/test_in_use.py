"""Index and embedder are taken together, and what was in use before stays open for who took it."""

from __future__ import annotations

import asyncio
from typing import Any

from records.index.in_use import InUse, Pair

NOTHING: Any = None


def a_pair(generation: int) -> Pair:
    return Pair(NOTHING, NOTHING, generation)


async def test_who_took_a_pair_keeps_it_and_who_comes_later_gets_the_next() -> None:
    first, second = a_pair(0), a_pair(1)
    in_use = InUse(first)
    with in_use.taken() as mine, in_use.taken():
        before = asyncio.ensure_future(in_use.put(second))  # type: ignore[arg-type]
        with in_use.taken() as later:
            assert (mine, later) == (first, second)
        await asyncio.sleep(0)
        assert not before.done()
    assert await before is first
    assert await in_use.put(a_pair(2)) is second


async def test_a_write_is_done_again_in_an_index_that_was_put_to_use_meanwhile() -> None:
    coming = [a_pair(1), a_pair(2)]

    async def follow() -> None:
        if coming:
            await in_use.put(coming.pop(0))

    in_use, written = InUse(a_pair(0), follow), []

    async def write(pair: Pair) -> None:
        written.append(pair.generation)

    await in_use.keep(write)
    assert written == [0, 1, 2]
    await in_use.keep(write)
    assert written == [0, 1, 2, 2]
