"""A question as asked (floor 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from analysis.context.planner import AskMode
from proviso.types.answers import Answer, Effort, Evidence, Receipt
from proviso.types.chat import Message
from proviso.types.search import Scope


@dataclass(frozen=True, slots=True)
class Question:
    """Text, scope and wishes. None means: the service's default."""

    scope: Scope
    text: str
    mode: AskMode = "auto"
    effort: Effort | None = None
    model: str | None = None
    max_output_tokens: int | None = None
    evidence_tokens: int | None = None
    max_tokens: int | None = None
    """Budget: prompt and output tokens of the whole request together."""
    max_cost: float | None = None
    """Budget: what the whole request may cost at most, by the price table."""
    history: tuple[Message, ...] = ()
    include_reasoning: bool = False


@dataclass(frozen=True, slots=True)
class AskEvent:
    """One step of an answer in the making, named as in API.md: receipt, progress, reasoning, evidence, answer, retry,
    done.
    """

    name: Literal["receipt", "progress", "reasoning", "evidence", "answer", "retry", "done"]
    data: Receipt | Evidence | Answer | dict[str, Any]
