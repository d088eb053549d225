"""Decides how much of a scope is read for a question (floor 4, pure): all of it at once, all of it window by window,
or the passages that search finds.

Long prompts are answered worse, so `full` is for scopes of up to `full_tokens`; beyond that only on request or where
a few passages cannot be an answer, and never over 60 % of what the window has left. What is larger and still must be
read whole is read in windows (`map_reduce`), up to `map_tokens`. Nothing is fetched, counted or packed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.context.completeness import PROVEN_ONLY_WHOLE, completeness
from proviso.errors import ContextOverflow, ScopeTooLarge
from proviso.types.answers import Effort, Mode

AskMode = Literal["auto", "full", "retrieve", "map_reduce"]

OUTPUT_TOKENS: dict[Effort, int] = {"low": 4_000, "medium": 12_000, "high": 30_000}
"""Thinking and answer share this. Too little ends in thinking without an answer; high effort is known to need 30,000.
"""

FULL_SHARE = 0.6
LEAST_ROOM = 500
FRAME_TOKENS = 100
"""Kept free for the markup around the evidence."""


@dataclass(frozen=True, slots=True)
class Windowing:
    """How a scope is read in windows. `window_tokens`: of document text in one; `output_tokens`: kept for thinking and
    quotes; `in_flight`: windows prepared at the same time (how many are asked at once is the model adapter's limit).
    """

    window_tokens: int = 14_000
    least_window_tokens: int = 500
    output_tokens: int = 6_000
    effort: Effort = "low"
    in_flight: int = 8


WINDOWING = Windowing()


@dataclass(frozen=True, slots=True)
class Limits:
    """The model's window (probed or configured) and the settings `full_tokens`, `evidence_tokens` and `map_tokens`."""

    context_tokens: int
    full_tokens: int
    evidence_tokens: int
    map_tokens: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Need:
    """What a request asks of a plan. `fixed_tokens`: the prompt without documents, exactly counted; `documents`: how
    many the scope has; `may_map`: windows are a way that this request can go by itself.
    """

    question: str
    fixed_tokens: int
    effort: Effort
    mode: AskMode = "auto"
    max_output_tokens: int | None = None
    evidence_tokens: int | None = None
    documents: int = 1
    may_map: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`full_limit` is the largest scope this request would read whole, `output_tokens` what is kept free for thinking
    and answer.
    """

    mode: Mode
    reason: str
    context_tokens: int
    output_tokens: int
    full_limit: int
    evidence_budget: int


def plan(need: Need, scope_tokens: int, limits: Limits) -> Plan:
    """The plan for a scope of `scope_tokens`. Raises ScopeTooLarge and ContextOverflow, each with the numbers."""
    output = output_tokens(need.effort, need.max_output_tokens, limits.context_tokens)
    room = _room(need, output, limits)
    kind = completeness(need.question) if need.mode == "auto" else None
    most = _full_limit(need, kind, room, limits)
    if need.mode == "full" and scope_tokens > most:
        raise ScopeTooLarge(
            f"mode full reads up to {most:,} tokens here and the scope has {scope_tokens:,}; "
            "name fewer documents, or use mode map_reduce or retrieve"
        )
    mode = _mode(need, kind, scope_tokens, most, limits)
    budget = min(need.evidence_tokens or limits.evidence_tokens, room - FRAME_TOKENS)
    reason = _reason(need, kind, scope_tokens, most, mode)
    return Plan(mode, reason, limits.context_tokens, output, most, budget)


def full_limit(need: Need, limits: Limits) -> int:
    """The largest scope that would be read whole. Raises ContextOverflow."""
    output = output_tokens(need.effort, need.max_output_tokens, limits.context_tokens)
    kind = completeness(need.question) if need.mode == "auto" else None
    return _full_limit(need, kind, _room(need, output, limits), limits)


def output_tokens(effort: Effort, asked: int | None, context_tokens: int) -> int:
    """The reserve of the effort, at most half of a small window; what the request asks for is taken as it is."""
    return asked or min(OUTPUT_TOKENS[effort], context_tokens // 2)


def window_size(context_tokens: int, fixed_tokens: int) -> tuple[int, int]:
    """Tokens of text that a window holds, and tokens kept for its reply; both smaller where the model's own window is.
    Raises ContextOverflow when nothing is left for text.
    """
    output = min(WINDOWING.output_tokens, context_tokens // 4)
    size = min(WINDOWING.window_tokens, context_tokens - fixed_tokens - output - FRAME_TOKENS)
    if size < WINDOWING.least_window_tokens:
        raise ContextOverflow(
            f"instructions, history and question take {fixed_tokens:,} tokens and a reply is given {output:,}: no room "
            f"for documents in a window of {context_tokens:,}; shorten them"
        )
    return size, output


def map_estimate(need: Need, scope_tokens: int, limits: Limits) -> tuple[int, int]:
    """About how many windows a scope has, at most, and how many prompt tokens they are together."""
    windows = need.documents + scope_tokens // window_size(limits.context_tokens, need.fixed_tokens)[0]
    return windows, scope_tokens + windows * need.fixed_tokens


def _full_limit(need: Need, kind: str | None, room: int, limits: Limits) -> int:
    whole = int(room * FULL_SHARE)
    return whole if kind or need.mode == "full" else min(limits.full_tokens, whole)


def _mode(need: Need, kind: str | None, scope_tokens: int, full_limit: int, limits: Limits) -> Mode:
    if need.mode == "map_reduce":
        _check_map(need, scope_tokens, limits)
        return "map_reduce"
    if need.mode != "retrieve" and scope_tokens <= full_limit:
        return "full"
    if not (need.may_map and kind):
        return "retrieve"
    if kind in PROVEN_ONLY_WHOLE:
        _check_map(need, scope_tokens, limits)
    return "map_reduce" if map_estimate(need, scope_tokens, limits)[1] <= limits.map_tokens else "retrieve"


def _check_map(need: Need, scope_tokens: int, limits: Limits) -> None:
    windows, prompts = map_estimate(need, scope_tokens, limits)
    if prompts > limits.map_tokens:
        raise ScopeTooLarge(
            f"reading the whole scope of {scope_tokens:,} tokens in {need.documents:,} documents would take about "
            f"{windows:,} windows and {prompts:,} prompt tokens; up to {limits.map_tokens:,} are allowed here "
            "(PROVISO_MAP_TOKENS); name fewer documents, or use mode retrieve"
        )


def _room(need: Need, output: int, limits: Limits) -> int:
    room = limits.context_tokens - need.fixed_tokens - output
    if room < LEAST_ROOM:
        raise ContextOverflow(
            f"instructions, history and question take {need.fixed_tokens:,} tokens and the answer is given {output:,}: "
            f"no room for documents in a window of {limits.context_tokens:,}; shorten them or lower max_output_tokens"
        )
    return room


def _reason(need: Need, kind: str | None, scope_tokens: int, full_limit: int, mode: Mode) -> str:
    size = f"the scope has {scope_tokens:,} tokens"
    asked = f"a question of {kind}" if kind else ""
    if need.mode == mode:
        return f"{mode} was asked for; {size}" + (f", {full_limit:,} fit" if mode == "full" else "")
    if mode == "full":
        return f"{asked + ': ' if kind else ''}{size}, up to {full_limit:,} are read whole"
    if mode == "map_reduce":
        return f"{asked}: {size}, more than the {full_limit:,} that are read at once, so all of it is read in windows"
    if kind:
        warning = "what no passage shows may still be there"
        return f"{asked}, but {size} and only up to {full_limit:,} can be read whole: {warning}"
    return f"{size}, more than the {full_limit:,} that are read whole"
