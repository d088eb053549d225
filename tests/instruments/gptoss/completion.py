"""A reply made concrete for one request: what `max_tokens` leaves of it, and what it costs; no wire format."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field

from tests.instruments.gptoss import oracle
from tests.instruments.gptoss.replies import Reply, split_pieces

THINKING_HEADER_TOKENS = 3  # <|channel|>analysis<|message|>
ANSWER_HEADER_TOKENS = 6  # <|end|><|start|>assistant<|channel|>final<|message|>
RETURN_TOKENS = 1
SERIAL = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Usage:
    """The token counts of one completion."""

    prompt: int
    completion: int
    reasoning: int

    @property
    def total(self) -> int:
        """Prompt and completion."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Completion:
    """What one request gets, before a server's shape puts it on the wire."""

    model: str
    text: str | None
    reasoning: str | None
    text_pieces: list[str]
    finish_reason: str
    usage: Usage | None
    usage_asked: bool = True
    serial: int = field(default_factory=lambda: next(SERIAL))
    created: int = field(default_factory=lambda: int(time.time()))

    def reasoning_pieces(self) -> list[str]:
        """The thinking as the stream will bring it."""
        return split_pieces(self.reasoning or "")


def complete(reply: Reply, model: str, prompt_tokens: int, max_tokens: int | None, empty: str | None) -> Completion:
    """The reply under the request's `max_tokens`; `empty` is how this server writes content that was never reached."""
    reasoning, text = reply.reasoning, reply.text
    pieces, finish_reason = reply.text_pieces(), reply.finish_reason
    if reply.clip and max_tokens is not None:
        reasoning, clipped, was_cut = _clip(reply, max_tokens, empty)
        if was_cut:
            text, pieces, finish_reason = clipped, split_pieces(clipped or "", reply.piece_chars), "length"
    return Completion(
        model=model,
        text=text,
        reasoning=reasoning,
        text_pieces=pieces,
        finish_reason=finish_reason,
        usage=_usage(reply, reasoning, text, prompt_tokens) if reply.usage else None,
    )


def _clip(reply: Reply, max_tokens: int, empty: str | None) -> tuple[str | None, str | None, bool]:
    left, reasoning = max_tokens, reply.reasoning
    if reasoning:
        left -= THINKING_HEADER_TOKENS
        thinking = oracle.text_tokens(reasoning)
        if len(thinking) > left:
            return oracle.prompt_text(thinking[: max(left, 0)]), empty, True
        left -= len(thinking) + ANSWER_HEADER_TOKENS
    answer = oracle.text_tokens(reply.text) if reply.text else []
    if len(answer) + RETURN_TOKENS > left and answer:
        return reasoning, oracle.prompt_text(answer[: max(left, 0)]) or empty, True
    return reasoning, reply.text, False


def _usage(reply: Reply, reasoning: str | None, text: str | None, prompt_tokens: int) -> Usage:
    thinking = oracle.count_tokens(reasoning)
    headers = THINKING_HEADER_TOKENS + ANSWER_HEADER_TOKENS if reasoning else ANSWER_HEADER_TOKENS - 3
    return Usage(
        prompt=prompt_tokens if reply.prompt_tokens is None else reply.prompt_tokens,
        completion=thinking + oracle.count_tokens(text) + headers + RETURN_TOKENS,
        reasoning=thinking if reply.reasoning_tokens is None else reply.reasoning_tokens,
    )
