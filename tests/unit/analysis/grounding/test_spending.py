"""Tokens of a call: the server's where it reports them, ours where it does not, and none twice."""

from __future__ import annotations

import pytest

from analysis.grounding.spending import call_usage
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion


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
    assert usage == CallUsage("answer", prompt, reasoning, answer)
