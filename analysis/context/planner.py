"""Decides how much of a scope is read for a question (floor 4, pure): all of it, or the passages that search finds.

Long prompts are answered worse, so `full` is for scopes of up to `full_tokens`; beyond that only on request or where
a few passages cannot be an answer, and never over 60 % of what the window has left. Nothing is fetched, counted or
packed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.context.completeness import completeness
from proviso.errors import ContextOverflow, InvalidRequest, ScopeTooLarge
from proviso.types.answers import Effort

AskMode = Literal["auto", "full", "retrieve", "map_reduce"]

OUTPUT_TOKENS: dict[Effort, int] = {"low": 4_000, "medium": 12_000, "high": 30_000}
"""Thinking and answer share this. Too little ends in thinking without an answer; high effort is known to need 30,000.
"""

FULL_SHARE = 0.6
LEAST_ROOM = 500
FRAME_TOKENS = 100
"""Kept free for the markup around the evidence."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The model's window (probed or configured) and the settings `full_tokens` and `evidence_tokens`."""

    context_tokens: int
    full_tokens: int
    evidence_tokens: int


@dataclass(frozen=True, slots=True)
class Need:
    """What a request asks of a plan. `fixed_tokens`: the prompt without documents, exactly counted."""

    question: str
    fixed_tokens: int
    effort: Effort
    mode: AskMode = "auto"
    max_output_tokens: int | None = None
    evidence_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`full_limit` is the largest scope this request would read whole, `output_tokens` what is kept free for thinking
    and answer.
    """

    mode: Literal["full", "retrieve"]
    reason: str
    context_tokens: int
    output_tokens: int
    full_limit: int
    evidence_budget: int


def plan(need: Need, scope_tokens: int, limits: Limits) -> Plan:
    """The plan for a scope of `scope_tokens`. Raises ScopeTooLarge, ContextOverflow and InvalidRequest, each with the
    numbers.
    """
    if need.mode == "map_reduce":
        raise InvalidRequest("mode map_reduce is not available yet; use auto, full or retrieve")
    output = _output_tokens(need, limits)
    room = _room(need, output, limits)
    kind = completeness(need.question) if need.mode == "auto" else None
    whole = int(room * FULL_SHARE)
    full_limit = whole if kind or need.mode == "full" else min(limits.full_tokens, whole)
    if need.mode == "full" and scope_tokens > full_limit:
        raise ScopeTooLarge(
            f"mode full reads up to {full_limit:,} tokens here and the scope has {scope_tokens:,}; "
            "name fewer documents, or use mode retrieve"
        )
    full = need.mode != "retrieve" and scope_tokens <= full_limit
    budget = min(need.evidence_tokens or limits.evidence_tokens, room - FRAME_TOKENS)
    reason = _reason(need, kind, scope_tokens, full_limit, full)
    return Plan("full" if full else "retrieve", reason, limits.context_tokens, output, full_limit, budget)


def _output_tokens(need: Need, limits: Limits) -> int:
    """The reserve of the effort, at most half of a small window; what the request asks for is taken as it is."""
    return need.max_output_tokens or min(OUTPUT_TOKENS[need.effort], limits.context_tokens // 2)


def _room(need: Need, output: int, limits: Limits) -> int:
    room = limits.context_tokens - need.fixed_tokens - output
    if room < LEAST_ROOM:
        raise ContextOverflow(
            f"instructions, history and question take {need.fixed_tokens:,} tokens and the answer is given {output:,}: "
            f"no room for documents in a window of {limits.context_tokens:,}; shorten them or lower max_output_tokens"
        )
    return room


def _reason(need: Need, kind: str | None, scope_tokens: int, full_limit: int, full: bool) -> str:
    size = f"the scope has {scope_tokens:,} tokens"
    asked = f"a question of {kind}" if kind else ""
    if full and need.mode == "full":
        return f"full was asked for; {size}, {full_limit:,} fit"
    if full:
        return f"{asked + ': ' if kind else ''}{size}, up to {full_limit:,} are read whole"
    if need.mode == "retrieve":
        return f"retrieve was asked for; {size}"
    if kind:
        warning = "what no passage shows may still be there"
        return f"{asked}, but {size} and only up to {full_limit:,} can be read whole: {warning}"
    return f"{size}, more than the {full_limit:,} that are read whole"
