"""What a model call took (floor 4, pure): tokens as the server reported them, else as counted here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proviso.prices import priced
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion


def call_usage(purpose: str, completion: Completion, counted_prompt: int, count: Callable[[str], int]) -> CallUsage:
    """The tokens of a finished call and, where the model has a price, what they cost."""
    call = _tokens(purpose, completion, counted_prompt, count)
    return priced(replace(call, cached=completion.cached_tokens), completion.price)


def _tokens(purpose: str, completion: Completion, counted_prompt: int, count: Callable[[str], int]) -> CallUsage:
    """A server that does not report thinking apart counts it into the answer; it is taken out again."""
    prompt = completion.prompt_tokens if completion.prompt_tokens is not None else counted_prompt
    reasoning = completion.reasoning_tokens
    if reasoning is not None and completion.answer_tokens is not None:
        return CallUsage(purpose, prompt, reasoning, completion.answer_tokens)
    thought = count(completion.reasoning) if reasoning is None else reasoning
    if completion.answer_tokens is None:
        return CallUsage(purpose, prompt, thought, count(completion.text))
    return CallUsage(purpose, prompt, thought, max(0, completion.answer_tokens - thought))
