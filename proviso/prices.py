"""What model calls cost by the price table of the settings (floor 0, pure); None where a model has no price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from proviso.errors import BudgetReached, InvalidRequest, Place
from proviso.types.answers import CallUsage
from proviso.types.prices import Price


def price_of(prices: Mapping[str, Price], model: str) -> Price | None:
    """The price of a model: under its very name, else under its plain one, so that `openai/gpt-oss-120b` is `gpt-oss:120b`."""
    if model in prices:
        return prices[model]
    return next((price for name, price in prices.items() if _plain(name) == _plain(model)), None)


def priced(call: CallUsage, price: Price | None) -> CallUsage:
    return call if price is None else replace(call, cost=price.of_call(call))


def total_cost(calls: Sequence[CallUsage]) -> float | None:
    """What calls took together; None when there are none, or when any has no price."""
    costs = [call.cost for call in calls]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if costs and len(known) == len(costs) else None


def check_cost(max_cost: float | None, price: Price | None, prompt_tokens: int, output_tokens: int) -> None:
    """Before anything is sent. Raises BudgetReached when so many tokens may cost more than `max_cost`, InvalidRequest when there
    is no price to tell."""
    if max_cost is None:
        return
    if price is None:
        detail = "the model has no price in PROVISO_LLM_PRICES, so what it costs cannot be limited"
        raise InvalidRequest(f"max_cost cannot be kept: {detail}.", places=[Place("/budget/max_cost", detail)])
    most = price.most(prompt_tokens, output_tokens)
    if most > max_cost:
        raise BudgetReached(
            f"This question may cost up to {most:.6g} ({prompt_tokens:,} tokens for the prompt, {output_tokens:,} for thinking "
            f"and answer), and its budget is {max_cost:.6g}."
        )


def _plain(model: str) -> str:
    """`openai/GPT-OSS:120b` → `gpt-oss-120b`."""
    return model.rsplit("/", 1)[-1].lower().replace(":", "-")
