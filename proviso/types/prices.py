"""What a model takes (floor 0)."""

from __future__ import annotations

from dataclasses import dataclass

from proviso.types.answers import CallUsage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """For a million tokens, in the user's own currency; thinking is charged as answer. `cached`: for prompt tokens that the server
    says it had read before."""

    prompt: float
    answer: float
    cached: float | None = None

    def of_call(self, call: CallUsage) -> float:
        """What one call took."""
        cached = min(call.cached, call.prompt)
        rate = self.prompt if self.cached is None else self.cached
        paid = (call.prompt - cached) * self.prompt + cached * rate + (call.reasoning + call.answer) * self.answer
        return paid / MILLION

    def most(self, prompt_tokens: int, output_tokens: int) -> float:
        """The most that so many tokens can take: nothing cached, the whole output used."""
        return (prompt_tokens * self.prompt + output_tokens * self.answer) / MILLION
