"""The budget of an extraction (floor 4): what its calls have used, what is under way, and room for the next.

What units have recorded stands in the catalog; calls that are over but not yet recorded, and those under way, are known to the
process that makes them. With several workers each knows its own, so that as many calls may go over the budget as the others make.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from analysis.extraction.unit import Unit, UnitReading
from proviso.errors import BudgetReached
from proviso.types.answers import CallUsage, Usage
from proviso.types.prices import Price

Spent = Callable[[CallUsage], None]
Holding = Callable[[int, int], AbstractAsyncContextManager[Spent]]
"""Around one call of so many prompt and output tokens; is told what it took. Raises BudgetReached."""


def unlimited(prompt: int, output: int) -> AbstractAsyncContextManager[Spent]:
    """No budget."""
    return nullcontext(lambda call: None)


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens and what they cost; 0.0 where there is no price."""

    tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.cost + other.cost)

    @classmethod
    def of(cls, used: Usage | CallUsage) -> Amount:
        return cls(used.prompt + used.reasoning + used.answer, used.cost or 0.0)


@dataclass(frozen=True, slots=True)
class Budget:
    """`max_tokens` and `max_cost` of an extraction, and the price of its model."""

    max_tokens: int | None = None
    max_cost: float | None = None
    price: Price | None = None

    @property
    def is_set(self) -> bool:
        return self.max_tokens is not None or self.max_cost is not None

    def most(self, prompt: int, output: int) -> Amount:
        return Amount(prompt + output, self.price.most(prompt, output) if self.price else 0.0)

    def check(self, used: Amount, most: Amount) -> None:
        """Raises BudgetReached when `most` more would be over it, or when what it would cost is not known."""
        if self.max_tokens is not None and used.tokens + most.tokens > self.max_tokens:
            raise BudgetReached(f"{used.tokens:,} tokens are used, and the budget is {self.max_tokens:,}.")
        if self.max_cost is not None and (self.price is None or used.cost + most.cost > self.max_cost):
            raise BudgetReached(f"{used.cost:.6g} is spent, and the budget is {self.max_cost:.6g}.")


@dataclass(slots=True)
class Purses:
    """The budgets of all extractions that this process works on. By unit: calls that are over, and the one under way."""

    reading: UnitReading
    _over: dict[Unit, Amount] = field(default_factory=dict)
    _under_way: dict[Unit, Amount] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, unit: Unit, budget: Budget, before: Sequence[CallUsage]) -> Holding:
        """Holds the calls of a unit against its extraction's budget. `before`: its calls so far, which nothing has recorded yet."""
        if not budget.is_set:
            return unlimited
        self._over[unit] = sum(map(Amount.of, before), Amount())

        @asynccontextmanager
        async def holding(prompt: int, output: int) -> AsyncIterator[Spent]:
            most = budget.most(prompt, output)
            async with self._changed:
                while not await self._fits(unit, budget, most):
                    await self._changed.wait()
                self._under_way[unit] = most
            try:
                yield lambda call: self._spent(unit, call)
            finally:
                await self._end(unit)

        return holding

    @asynccontextmanager
    async def recording(self, unit: Unit) -> AsyncIterator[None]:
        """Around the step that records a unit: from then on the catalog knows of its calls."""
        async with self._changed:
            yield
            self._over.pop(unit, None)
            self._changed.notify_all()

    async def _fits(self, unit: Unit, budget: Budget, most: Amount) -> bool:
        """False while calls under way hold what they may not take. Raises BudgetReached when waiting will not help."""
        recorded = Amount.of((await self.reading.extraction(unit)).usage)
        used = recorded + self._of_all(unit, self._over)
        held = self._of_all(unit, self._under_way)
        try:
            budget.check(used + held, most)
        except BudgetReached:
            if held == Amount():
                raise
            return False
        return True

    @staticmethod
    def _of_all(unit: Unit, amounts: Mapping[Unit, Amount]) -> Amount:
        """What all units of the same extraction have there."""
        mine = (amount for each, amount in amounts.items() if each.extraction_id == unit.extraction_id)
        return sum(mine, Amount())

    def _spent(self, unit: Unit, call: CallUsage) -> None:
        self._over[unit] = self._over.get(unit, Amount()) + Amount.of(call)

    async def _end(self, unit: Unit) -> None:
        async with self._changed:
            self._under_way.pop(unit, None)
            self._changed.notify_all()
