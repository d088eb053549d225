"""What is said to and by a chat model (floor 0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from proviso.types.answers import Effort
from proviso.types.prices import Price

Role = Literal["developer", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call: one instruction message at index 0 (role `developer`), counted before it is sent.

    `workspace`: whose tokens these are; None where nobody keeps books. `may_repeat`: an answer of no use is asked for once more, which
    takes the prompt again and up to twice the output.
    """

    purpose: str
    messages: tuple[Message, ...]
    effort: Effort
    max_output_tokens: int
    counted_prompt_tokens: int
    model: str | None = None
    json_schema: dict[str, Any] | None = None
    workspace: str | None = None
    may_repeat: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished call: text without harmony markers, thinking apart, and tokens as the server reported them (None: not reported)."""

    text: str
    reasoning: str
    finish_reason: str
    model: str
    prompt_tokens: int | None
    reasoning_tokens: int | None
    answer_tokens: int | None
    truncation_checked: bool = False
    """The server's count of prompt tokens was there, was comparable with ours, and agreed."""
    cached_tokens: int = 0
    """Of the prompt, as far as the server says so."""
    price: Price | None = None
    """What the model takes; None: the settings do not say."""
    before: tuple[Completion, ...] = ()
    """Attempts at the same answer that were of no use, as far as they came."""


@dataclass(frozen=True, slots=True)
class ChatDelta:
    """One piece of a streamed call: `reasoning` or `text`; `retry` voids everything before it; `done` carries the completion."""

    kind: Literal["reasoning", "text", "retry", "done"]
    text: str = ""
    completion: Completion | None = None
