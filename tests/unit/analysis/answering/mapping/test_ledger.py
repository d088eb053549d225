"""A budget holds for what is spent and for what is under way."""

from __future__ import annotations

import asyncio

import pytest

from analysis.answering.mapping.ledger import Ledger
from proviso.errors import BudgetReached, InvalidRequest
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion
from proviso.types.prices import Price


def a_completion(prompt: int | None, *, checked: bool = True) -> Completion:
    return Completion("text", "", "stop", "gpt-oss", prompt, 1, 2, checked)


def test_calls_under_way_count_until_they_are_over() -> None:
    ledger = Ledger(1_000, held=[(500, 100)])
    with pytest.raises(BudgetReached, match="500 tokens; 0 tokens in 0 calls are spent, 600 are under way"):
        ledger.check(400, 100, "A window")
    ledger.book(CallUsage("map", 100, 10, 20), 100, a_completion(100))
    ledger.release(500, 100)
    ledger.check(800, 70, "A window")
    with pytest.raises(BudgetReached, match="130 tokens in 1 calls are spent, and the budget is 1,000"):
        ledger.check(800, 71, "A window")


async def test_a_call_waits_for_others_to_take_less_than_was_set_aside() -> None:
    ledger = Ledger(1_000)
    await ledger.hold(500, 400, "A window")
    waiting = asyncio.create_task(ledger.hold(300, 100, "A window"))
    await asyncio.sleep(0)
    assert not waiting.done()
    ledger.book(CallUsage("map", 500, 0, 50), 500, a_completion(500))
    ledger.release(500, 400)
    await waiting
    assert ledger.held == [(300, 100)]


async def test_a_call_that_does_not_fit_alone_is_refused() -> None:
    with pytest.raises(BudgetReached):
        await Ledger(1_000).hold(900, 101, "A window")


async def test_without_a_budget_everything_is_held() -> None:
    ledger = Ledger(None)
    await ledger.hold(10**9, 10**9, "A window")
    assert ledger.held == [(10**9, 10**9)]


async def test_nobody_waits_for_a_call_that_comes_later_but_its_tokens_are_kept() -> None:
    ledger = Ledger(1_000)
    with ledger.aside(300, 300):
        assert ledger.holds(300, 100)
        assert not ledger.holds(300, 101)
        with pytest.raises(BudgetReached):
            await ledger.hold(300, 101, "A part")
    assert ledger.holds(900, 100)


def test_what_one_call_does_not_report_is_not_reported_at_all() -> None:
    ledger = Ledger(None)
    assert (ledger.reported, ledger.checked) == (None, False)
    ledger.book(CallUsage("map", 100, 0, 0), 99, a_completion(100))
    assert (ledger.reported, ledger.checked, ledger.counted) == (100, True, 99)
    ledger.book(CallUsage("map", 50, 0, 0), 50, a_completion(None, checked=False))
    assert (ledger.reported, ledger.checked) == (None, False)


def test_a_budget_of_money_counts_what_was_paid_and_what_is_under_way() -> None:
    ledger = Ledger(None, max_cost=0.01, price=Price(prompt=1.0, answer=10.0))
    ledger.book(CallUsage("map", 2_000, 0, 100, cost=0.003), 2_000, a_completion(2_000))
    ledger.held.append((1_000, 200))
    with pytest.raises(BudgetReached, match=r"at up to 0\.012 in all the budget is 0\.01"):
        ledger.check(1_000, 500, "A window")


def test_money_cannot_be_limited_without_a_price() -> None:
    with pytest.raises(InvalidRequest, match="no price"):
        Ledger(None, max_cost=1.0).check(1, 1, "A window")


def test_a_call_that_failed_is_spent_and_says_nothing_of_what_was_read() -> None:
    ledger = Ledger(max_tokens=200)
    ledger.lose(CallUsage("map", 100, 20, 10))
    assert ledger.spent == 130
    assert (ledger.counted, ledger.reported, ledger.checked) == (0, None, False)
    assert not ledger.holds(60, 20)
