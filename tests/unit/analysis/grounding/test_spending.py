"""Tokens of a call: the server's where it reports them, ours where it does not, and none twice."""

from __future__ import annotations

from typing import Literal

import pytest

from analysis.grounding.spending import call_usage
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion
from proviso.types.prices import Price


@pytest.mark.parametrize(
    ("reported", "prompt", "reasoning", "answer"),
    [
        ((900, 40, 10), 900, 40, 10),
        ((None, None, None), 1000, 3, 2),
        ((900, None, 50), 900, 3, 47),
        ((900, None, 1), 900, 3, 0),
    ],
)
def test_thinking_that_is_not_reported_apart_is_not_counted_twice(
    reported: tuple[int | None, int | None, int | None], prompt: int, reasoning: int, answer: int
) -> None:
    completion = Completion("two words", "three words here", "stop", "openai/gpt-oss-20b", *reported)
    usage = call_usage("answer", completion, 1000, lambda text: len(text.split()))
    source: Literal["server", "counted"] = "counted" if None in reported else "server"
    assert usage == CallUsage("answer", prompt, reasoning, answer, source=source)


def test_attempts_that_were_of_no_use_are_counted_in_with_what_they_cost() -> None:
    price = Price(prompt=1_000_000, answer=2_000_000)
    silent = Completion("", "three words here", "", "m", None, None, None, price=price)
    told = Completion("two words", "", "stop", "m", 900, 40, 10, price=price, before=(silent,))
    usage = call_usage("answer", told, 1000, lambda text: len(text.split()))
    assert (usage.prompt, usage.reasoning, usage.answer, usage.attempts) == (1900, 43, 10, 2)
    assert usage.cost == 1900 + 2 * 53
    assert usage.source == "counted"
