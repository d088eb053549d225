"""Quotes that are too many for one call, put together group by group before the last (floor 4).

The numbers of the quotes stay, so that the last call cites quotes and not these drafts. A draft may mention the quotes of its
group and no others. A group whose call fails is told with its fault, and the last call goes on with what it sees itself.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from analysis.answering.blank import instructions
from analysis.answering.mapping.calls import Calls, Wanted, side_by_side
from analysis.answering.mapping.gathered import Gathered
from analysis.answering.mapping.lines import Line, Part, groups, within
from analysis.answering.mapping.telling import Shown, labels_of, quoted_documents
from analysis.answering.reply import Reply
from analysis.context import markup
from analysis.context.layout import Means, Prompt, messages, prepare
from analysis.context.planner import FRAME_TOKENS, WINDOWING
from analysis.evidence.check import MARKER, markers
from proviso.errors import BudgetReached, DependencyError, LlmUnavailable

LEFT_OUT_SHARE = 1 / 3
"""Of the quotes: where the last call would see fewer than the rest, they are put together first."""
MOST_PARTS = 16
"""About: beyond it, groups grow instead of becoming more."""
DRAFTS_SHARE = 0.6
"""Of the evidence budget that all drafts together are asked to keep to."""
WORDS_PER_TOKEN = 0.6
LEAST_WORDS = 80
LEFT_OUT_TOKENS = 12
"""Of the line that says how many quotes of a document are not shown."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One group and the call for it."""

    numbers: tuple[int, ...]
    wanted: Wanted


def wishes(
    gathered: Gathered, quotes: Mapping[int, Line], order: Sequence[int], budget: int, means: Means
) -> list[Wish]:
    """The calls that are wanted: none where enough of the quotes fit into `budget` tokens, or where a group has no room."""
    if len(quotes) - len(within(order, quotes, budget)) <= LEFT_OUT_SHARE * len(quotes):
        return []
    plan, question = gathered.survey.plan, gathered.question
    closing = Prompt(instructions("part.md"), question.text, _closing(0), question.history)
    fixed = prepare(closing, means, plan.context_tokens).fixed_tokens
    room = plan.context_tokens - gathered.output_tokens - fixed - FRAME_TOKENS
    around = _around(gathered, means)
    tokens = [line.tokens + around[line.document_id] for line in quotes.values()]
    size = max(budget, math.ceil(sum(line.tokens for line in quotes.values()) / MOST_PARTS), *tokens)
    parts = groups(quotes, min(size, room), around) if max(tokens) <= room else []
    words = max(LEAST_WORDS, int(DRAFTS_SHARE * WORDS_PER_TOKEN * budget / max(len(parts), 1)))
    prompt = Prompt(instructions("part.md"), question.text, _closing(words), question.history)
    prepared = prepare(prompt, means, plan.context_tokens).prompt
    return [_wish(gathered, quotes, numbers, prepared, means) for numbers in parts]


def _around(gathered: Gathered, means: Means) -> dict[str, int]:
    """What the tags of each document take, by its id."""
    tags = {each.document_id: markup.opening(label, each) for label, each in labels_of(gathered.survey.scope).items()}
    return {
        id_: means.tokens.count(f"{means.shield(tag)}\n{markup.CLOSING}") + LEFT_OUT_TOKENS for id_, tag in tags.items()
    }


def _closing(words: int) -> str:
    return (
        f"Say in at most {words:,} words what the numbered quotes above say to this question, in the form given, every quote by its "
        "number."
    )


def _wish(
    gathered: Gathered, quotes: Mapping[int, Line], numbers: tuple[int, ...], prompt: Prompt, means: Means
) -> Wish:
    ids = tuple(dict.fromkeys(quotes[n].document_id for n in numbers))
    labels = {label: each for label, each in labels_of(gathered.survey.scope).items() if each.document_id in ids}
    texts = quoted_documents(labels, gathered.findings, Shown(quotes, set(numbers)), means)
    wanted = Wanted(
        purpose="reduce_part",
        messages=messages(prompt, "\n\n".join(texts)),
        effort=gathered.effort,
        output_tokens=gathered.output_tokens,
        model=gathered.question.model,
        documents=ids,
    )
    return Wish(numbers, wanted)


async def drafts(wanted: Sequence[Wish], calls: Calls) -> AsyncGenerator[Part, None]:
    """The parts as they come back, in no order. Raises LlmUnavailable where the model is waited for."""
    async with aclosing(side_by_side((_part(wish, calls) for wish in wanted), WINDOWING.in_flight)) as parts:
        async for part in parts:
            yield part


async def _part(wish: Wish, calls: Calls) -> Part:
    try:
        completion = await calls.made(wish.wanted, "Putting quotes together")
    except BudgetReached:  # calls before it were made twice
        return Part(wish.numbers, why="budget")
    except DependencyError as error:
        if calls.waits and isinstance(error, LlmUnavailable):
            raise
        return Part(wish.numbers, why="call_failed")
    draft = await asyncio.to_thread(_draft, completion.text, frozenset(wish.numbers))
    return Part(wish.numbers, draft) if draft else Part(wish.numbers, why="reply_unreadable")


def _draft(text: str, numbers: frozenset[int]) -> str:
    """The answer of a reply, without numbers of quotes that it was not given; "" where it has none."""

    def known(match: re.Match[str]) -> str:
        return "".join(f"[{n}]" for n in markers(match.group()) if n in numbers)

    reply = Reply()
    pieces = [*reply.feed(text), *reply.end()]
    return MARKER.sub(known, "".join(piece.text for piece in pieces if piece.kind == "answer")).strip()
