"""Tokens of one request that makes many calls (floor 4): what was spent, what is under way, and the budget for both."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from proviso.errors import BudgetReached
from proviso.prices import check_cost, total_cost
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion
from proviso.types.prices import Price


@dataclass(slots=True)
class Ledger:
    """`max_tokens` and `max_cost`: the budget, prompt and output of all calls together; None is no limit."""

    max_tokens: int | None
    max_cost: float | None = None
    price: Price | None = None
    held: list[tuple[int, int]] = field(default_factory=list)
    """Prompt and output tokens set aside for calls under way."""
    kept_back: list[tuple[int, int]] = field(default_factory=list)
    """The same for calls that will come."""
    _freed: asyncio.Event = field(default_factory=asyncio.Event)
    counted: int = 0
    """Prompt tokens of finished calls as counted here."""
    calls: list[CallUsage] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)

    @property
    def spent(self) -> int:
        return sum(call.prompt + call.reasoning + call.answer for call in self.calls)

    def check(self, prompt: int, output: int, what: str) -> None:
        """Raises BudgetReached when so many tokens more would be over the budget, InvalidRequest when there is no price to tell."""
        if over := self._over(prompt, output):
            held = sum(map(sum, self.held))
            under_way = f", {held:,} are under way" if held else ""
            spent = f"{self.spent:,} tokens in {len(self.calls):,} calls are spent"
            raise BudgetReached(f"{what} may take {prompt + output:,} tokens; {spent}{under_way}, and {over}.")

    async def hold(self, prompt: int, output: int, what: str) -> None:
        """Set tokens aside for a call that begins; where that would be too much, wait for calls under way, which mostly
        take less than was set aside for them.
        """
        while self.held and self._over(prompt, output):
            self._freed.clear()
            await self._freed.wait()
        self.check(prompt, output, what)
        self.held.append((prompt, output))

    @contextmanager
    def aside(self, prompt: int, output: int) -> Iterator[None]:
        """Keep tokens for a call that comes after others; none of these waits for it."""
        self.kept_back.append((prompt, output))
        try:
            yield
        finally:
            self.kept_back.remove((prompt, output))

    def release(self, prompt: int, output: int) -> None:
        self.held.remove((prompt, output))
        self._freed.set()

    def holds(self, prompt: int, output: int) -> bool:
        """Whether the budget has so many tokens more, beside those set aside."""
        return self._over(prompt, output) is None

    def _over(self, prompt: int, output: int) -> str | None:
        """Which budget would be exceeded, in words."""
        coming = [*self.held, *self.kept_back, (prompt, output)]
        tokens = self.spent + sum(map(sum, coming))
        if self.max_tokens is not None and tokens > self.max_tokens:
            return f"the budget is {self.max_tokens:,}"
        if self.max_cost is None:
            return None
        check_cost(self.max_cost, self.price, prompt, output)
        assert self.price is not None
        cost = (total_cost(self.calls) or 0.0) + sum(self.price.most(*each) for each in coming)
        return f"at up to {cost:.6g} in all the budget is {self.max_cost:.6g}" if cost > self.max_cost else None

    def book(self, usage: CallUsage, counted: int, completion: Completion) -> None:
        """A call that is over."""
        self.calls.append(usage)
        self.counted += counted
        self.completions.append(completion)

    def lose(self, usage: CallUsage) -> None:
        """A call that failed: it says nothing of what was read, but it was spent."""
        self.calls.append(usage)

    @property
    def reported(self) -> int | None:
        """Prompt tokens as the server reported them; None unless it did so for every call."""
        prompts = [completion.prompt_tokens for completion in self.completions]
        return sum(p for p in prompts if p is not None) if prompts and None not in prompts else None

    @property
    def checked(self) -> bool:
        """Whether every call is known to have been read whole."""
        return bool(self.completions) and all(completion.truncation_checked for completion in self.completions)
