"""The last call of a question read in windows (floor 4): told what was found, it writes the answer.

It sees as many quotes as the evidence budget holds. Where many have no room, all are put together in parts before, if the budget of
the request holds those calls; then it sees the parts and the most pertinent quotes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from analysis.answering.blank import instructions
from analysis.answering.draft import Draft
from analysis.answering.mapping.calls import Calls
from analysis.answering.mapping.closing import closing_words
from analysis.answering.mapping.gathered import Gathered
from analysis.answering.mapping.ledger import Ledger
from analysis.answering.mapping.lines import Line, Part, lines, ranked, within
from analysis.answering.mapping.parts import Wish, drafts, wishes
from analysis.answering.mapping.result import answer_of, with_draft
from analysis.answering.mapping.telling import Shown, Told, labels_of, tell
from analysis.answering.question import AskEvent
from analysis.answering.speaking import spoken
from analysis.context.layout import Means, Prompt, messages, prepare
from analysis.context.planner import FRAME_TOKENS
from analysis.grounding.library import Library
from analysis.grounding.quotes import Quotes
from analysis.grounding.spending import call_usage, with_second_try
from proviso.errors import ContextOverflow
from proviso.ports import ChatModel
from proviso.types.answers import Receipt
from proviso.types.chat import ChatRequest

REDUCE_CLOSING = (
    "Answer from the numbered quotes and the counts above only, in the form given: outcome, then the answer with [n]. "
    "If the quotes do not hold the answer, the outcome is not_in_documents."
)
LEAST_QUOTES_SHARE = 0.25
"""Of the evidence budget, for quotes beside parts however long these are."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What there is to tell and the room for it: quotes by number, their `order` by pertinence, tokens of everything else
    (`told_tokens`, of it without parts), what the quotes may take (`budget`), and the window's room for all of it.
    """

    prompt: Prompt
    fixed_tokens: int
    quotes: Mapping[int, Line]
    order: Sequence[int]
    told_tokens: int
    budget: int
    room: int


class Reducing:
    """Writes answers. Raises BudgetReached, ContextOverflow, and what the model raises in the last call."""

    def __init__(self, library: Library, means: Means, model: ChatModel) -> None:
        self._library = library
        self._means = means
        self._model = model

    async def answer(
        self, gathered: Gathered, receipt: Receipt, calls: Calls, ledger: Ledger
    ) -> AsyncGenerator[AskEvent, None]:
        """`progress` of the parts, then answer and done."""
        frame = await asyncio.to_thread(self._frame, gathered)
        parts, means = list[Part](), self._means
        wanted = await asyncio.to_thread(wishes, gathered, frame.quotes, frame.order, frame.budget, means)
        # Drafts may be longer than they were asked to be.
        last = frame.fixed_tokens + frame.told_tokens + 2 * frame.budget, gathered.output_tokens
        missing = [wish for wish in wanted if not calls.has(wish.wanted)]
        affords: bool = await asyncio.to_thread(self._affords, ledger, missing, last)
        if wanted and affords:
            done = len(gathered.survey.windows)
            yield AskEvent("progress", {"done": done, "total": done + len(wanted)})
            with ledger.aside(*last):
                async with aclosing(drafts(wanted, calls)) as coming:
                    async for part in coming:
                        parts.append(part)
                        yield AskEvent("progress", {"done": done + len(parts), "total": done + len(wanted)})
        async with aclosing(self._last(gathered, frame, parts, receipt, ledger)) as events:
            async for event in events:
                yield event

    def _affords(self, ledger: Ledger, wanted: Sequence[Wish], last: tuple[int, int]) -> bool:
        """Whether the budget holds these calls and the last."""
        prompts = sum(self._means.tokens.count_prompt(each.wanted.messages) for each in wanted)
        return ledger.holds(prompts + last[0], sum(each.wanted.output_tokens for each in wanted) + last[1])

    async def _last(
        self, gathered: Gathered, frame: Frame, parts: Sequence[Part], receipt: Receipt, ledger: Ledger
    ) -> AsyncGenerator[AskEvent, None]:
        question, means = gathered.question, self._means
        shown, told = await asyncio.to_thread(self._told, gathered, frame, parts)
        request = await asyncio.to_thread(self._request, gathered, frame, told)
        counted = request.counted_prompt_tokens
        ledger.check(counted, request.max_output_tokens, "Putting the answer together")
        request = replace(request, may_repeat=ledger.holds(*with_second_try(counted, request.max_output_tokens)))
        draft = Draft(Quotes(self._library, labels_of(gathered.survey.scope), {}), gathered.findings.evidence)
        async with aclosing(
            spoken(self._model, request, draft, include_reasoning=question.include_reasoning)
        ) as events:
            async for event in events:
                yield event
        left_out = len(told.dropped)
        closing = closing_words(gathered.outcomes, left_out) if draft.outcome != "needs_clarification" else ""
        if closing:
            yield AskEvent("answer", {"text": f"\n\n{closing}" if draft.answer else closing})
        assert draft.completion is not None
        usage = await asyncio.to_thread(call_usage, "reduce", draft.completion, counted, means.tokens.count)
        ledger.book(usage, counted, draft.completion)
        done = answer_of(gathered, ledger, receipt, shown, told.dropped)
        yield AskEvent("done", with_draft(done, draft, gathered, closing))

    def _frame(self, gathered: Gathered) -> Frame:
        plan, question, means = gathered.survey.plan, gathered.question, self._means
        raw = Prompt(instructions("reduce.md"), question.text, REDUCE_CLOSING, question.history)
        prepared = prepare(raw, means, plan.context_tokens)
        room = plan.context_tokens - gathered.output_tokens - prepared.fixed_tokens - FRAME_TOKENS
        verified = gathered.findings.verified
        quotes = lines(verified, means)
        told = means.tokens.count(_tell(gathered, Shown(quotes, ()), means).text)
        budget = max(0, min(question.evidence_tokens or plan.evidence_budget, room - told))
        order = ranked(question.text, verified)
        return Frame(prepared.prompt, prepared.fixed_tokens, quotes, order, told, budget, room)

    def _told(self, gathered: Gathered, frame: Frame, parts: Sequence[Part]) -> tuple[Shown, Told]:
        """Parts and quotes, as far as the window holds them."""
        means, parts = self._means, sorted(parts, key=lambda part: part.numbers)
        taken = sum(means.tokens.count(part.draft) for part in parts if part.draft)
        budget = max(frame.budget - taken, int(LEAST_QUOTES_SHARE * frame.budget)) if taken else frame.budget
        without = means.tokens.count(_tell(gathered, Shown(frame.quotes, (), parts), means).text)
        while without > frame.room and any(part.draft for part in parts):
            last = max(at for at, part in enumerate(parts) if part.draft)
            parts[last] = replace(parts[last], draft=None, why="budget")
            without = means.tokens.count(_tell(gathered, Shown(frame.quotes, (), parts), means).text)
        numbers = within(frame.order, frame.quotes, min(budget, frame.room - without))
        shown = Shown(frame.quotes, numbers, parts)
        return shown, _tell(gathered, shown, means)

    def _request(self, gathered: Gathered, frame: Frame, told: Told) -> ChatRequest:
        """Raises ContextOverflow."""
        plan, scope, output = gathered.survey.plan, gathered.survey.scope, gathered.output_tokens
        prompt = messages(frame.prompt, told.text)
        counted = self._means.tokens.count_prompt(prompt)
        if counted + output > plan.context_tokens:
            raise ContextOverflow(
                f"the table of {len(scope.documents):,} documents with the question has {counted:,} tokens and "
                f"{output:,} are kept for the answer, but the window holds {plan.context_tokens:,}; "
                "name fewer documents or lower max_output_tokens"
            )
        model, workspace = gathered.question.model, scope.workspace
        return ChatRequest("reduce", prompt, gathered.effort, output, counted, model, workspace=workspace)


def _tell(gathered: Gathered, shown: Shown, means: Means) -> Told:
    return tell(gathered.survey.scope, gathered.findings, gathered.outcomes, shown, means)
