"""What a model call took (floor 4, pure): tokens as the server reported them, else as counted here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proviso.prices import priced, total_cost
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion


def call_usage(purpose: str, completion: Completion, counted_prompt: int, count: Callable[[str], int]) -> CallUsage:
    """The tokens of a call, with those of its attempts that were of no use, and what they cost where the model has a price."""
    attempts = [
        priced(_attempt(purpose, each, counted_prompt, count), each.price) for each in (*completion.before, completion)
    ]
    return CallUsage(
        purpose=purpose,
        prompt=sum(each.prompt for each in attempts),
        reasoning=sum(each.reasoning for each in attempts),
        answer=sum(each.answer for each in attempts),
        cached=sum(each.cached for each in attempts),
        cost=total_cost(attempts),
        attempts=len(attempts),
        source="server" if all(each.source == "server" for each in attempts) else "counted",
    )


def _attempt(purpose: str, completion: Completion, counted_prompt: int, count: Callable[[str], int]) -> CallUsage:
    """One attempt. A server that does not report thinking apart counts it into the answer; it is taken out again."""
    told = (completion.prompt_tokens, completion.reasoning_tokens, completion.answer_tokens)
    call = _tokens(purpose, completion, counted_prompt, count)
    return replace(call, cached=completion.cached_tokens, source="counted" if None in told else "server")


def _tokens(purpose: str, completion: Completion, counted_prompt: int, count: Callable[[str], int]) -> CallUsage:
    prompt = completion.prompt_tokens if completion.prompt_tokens is not None else counted_prompt
    reasoning = completion.reasoning_tokens
    if reasoning is not None and completion.answer_tokens is not None:
        return CallUsage(purpose, prompt, reasoning, completion.answer_tokens)
    thought = count(completion.reasoning) if reasoning is None else reasoning
    if completion.answer_tokens is None:
        return CallUsage(purpose, prompt, thought, count(completion.text))
    return CallUsage(purpose, prompt, thought, max(0, completion.answer_tokens - thought))


def with_second_try(prompt: int, output: int) -> tuple[int, int]:
    """The most that a call takes whose answer is of no use: the prompt again, and up to twice the output."""
    return 2 * prompt, 3 * output
