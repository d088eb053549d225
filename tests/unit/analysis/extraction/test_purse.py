"""Calls of an extraction that run at once keep its budget together."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from analysis.extraction.purse import Budget, Purses
from analysis.extraction.unit import Unit, UnitReading
from proviso.errors import BudgetReached
from proviso.types.answers import CallUsage, Usage
from proviso.types.prices import Price

ONE, TWO = Unit("ext_a", "doc_1", 1), Unit("ext_a", "doc_2", 1)
OTHER = Unit("ext_b", "doc_1", 1)


def a_call(tokens: int, cost: float | None = None) -> CallUsage:
    return CallUsage("extract", tokens, 0, 0, cost=cost)


class Recorded:
    """What the catalog has of every extraction."""

    def __init__(self) -> None:
        self.usage = Usage(0, 0, "server", 0, 0)

    async def extraction(self, unit: Unit) -> Any:
        return SimpleNamespace(usage=self.usage)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def purses(recorded: Recorded) -> Purses:
    return Purses(cast(UnitReading, recorded))


async def test_a_call_that_may_go_over_the_budget_is_not_begun(purses: Purses) -> None:
    hold = purses.of(ONE, Budget(max_tokens=100), [a_call(50)])
    async with hold(20, 30) as spent:
        spent(a_call(25))
    async with hold(10, 15):
        pass
    with pytest.raises(BudgetReached, match="75 tokens are used, and the budget is 100"):
        async with hold(10, 16):
            pytest.fail("the call was made")


async def test_what_the_catalog_has_counts_and_so_do_calls_that_it_does_not_have_yet(
    purses: Purses, recorded: Recorded
) -> None:
    async with purses.of(ONE, Budget(max_tokens=100), [])(10, 10) as spent:
        spent(a_call(40))
    hold = purses.of(TWO, Budget(max_tokens=100), [])
    with pytest.raises(BudgetReached):
        async with hold(30, 31):
            pass
    async with purses.recording(ONE):
        recorded.usage = Usage(40, 0, "server", 0, 1)
    async with hold(30, 30):
        pass


async def test_a_call_waits_for_one_under_way_that_may_leave_room(purses: Purses) -> None:
    first, second = (purses.of(unit, Budget(max_tokens=100), []) for unit in (ONE, TWO))
    begun = asyncio.Event()

    async def later() -> None:
        async with second(40, 40):
            begun.set()

    async with first(40, 40) as spent:
        waiting = asyncio.create_task(later())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not begun.is_set()
        async with purses.of(OTHER, Budget(max_tokens=100), [])(40, 40):
            pass
        spent(a_call(15))
    await asyncio.wait_for(waiting, 5)
    assert begun.is_set()


async def test_a_call_that_fails_leaves_its_room(purses: Purses) -> None:
    hold = purses.of(ONE, Budget(max_tokens=100), [])
    with pytest.raises(RuntimeError):
        async with hold(50, 50):
            raise RuntimeError
    async with hold(50, 50):
        pass


async def test_costs_are_kept_alike(purses: Purses) -> None:
    price = Price(prompt=1_000_000, answer=2_000_000)
    hold = purses.of(ONE, Budget(max_cost=10.0, price=price), [a_call(1, 3.0)])
    async with hold(1, 3) as spent:
        spent(a_call(1, 1.5))
    with pytest.raises(BudgetReached, match=r"4\.5 is spent, and the budget is 10"):
        async with hold(0, 3):
            pass


async def test_without_a_price_a_limit_of_cost_lets_nothing_through(purses: Purses) -> None:
    with pytest.raises(BudgetReached):
        async with purses.of(ONE, Budget(max_cost=10.0), [])(1, 1):
            pass


async def test_without_a_budget_nothing_is_held(purses: Purses) -> None:
    hold = purses.of(ONE, Budget(), [])
    async with asyncio.timeout(5), hold(10**9, 10**9) as spent:
        spent(a_call(10**9))
        async with hold(10**9, 10**9):  # beside it: nobody waits
            under_way = dict(purses._under_way)
    assert under_way == {}
