"""A question answered window by window (floor 4): survey, quotes of every window, merged and counted, one last call.

Where no window gives a verified quote there is nothing to put together: that is the finding, and no last call is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from analysis.answering.blank import blank, instructions
from analysis.answering.draft import Draft
from analysis.answering.mapping.absences import Absences
from analysis.answering.mapping.asking import Asking, WindowRead
from analysis.answering.mapping.ledger import Ledger
from analysis.answering.mapping.merging import Findings, merge
from analysis.answering.mapping.outcomes import Outcomes, closing_words, nothing_found, numbers_of, outcomes
from analysis.answering.mapping.survey import Survey, first_context, packed, survey
from analysis.answering.mapping.telling import Told, tell
from analysis.answering.question import AskEvent, Question
from analysis.answering.speaking import spoken
from analysis.context.context import Context
from analysis.context.layout import Means, Prompt, messages, prepare
from analysis.context.packing import in_stable_order
from analysis.context.planner import FRAME_TOKENS, WINDOWING, Plan, output_tokens
from analysis.evidence.figures import values
from analysis.grounding.library import Library
from analysis.grounding.quotes import Quotes
from analysis.grounding.spending import call_usage
from proviso.errors import ContextOverflow
from proviso.ports import ChatModel
from proviso.prices import total_cost
from proviso.types.answers import Answer, Dropped, Effort, Mapped, Receipt, Unsupported, Usage
from proviso.types.chat import ChatRequest
from proviso.types.search import ResolvedScope

REDUCE_EFFORT: Effort = "high"
"""Putting quotes of many documents together is synthesis."""

MAP_CLOSING = (
    "Copy out, in the form given, every place of the document part above that bears on this question; outcome nothing "
    "where there is none."
)
REDUCE_CLOSING = (
    "Answer from the numbered quotes and the counts above only, in the form given: outcome, then the answer with [n]. "
    "If the quotes do not hold the answer, the outcome is not_in_documents."
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything the windows gave."""

    survey: Survey
    reads: tuple[WindowRead, ...]
    findings: Findings
    outcomes: Outcomes
    ledger: Ledger


class MapReduce:
    """Answers window by window. Raises BudgetReached, ContextOverflow, what the model raised when every window failed,
    and what it raises in the last call.
    """

    def __init__(self, library: Library, means: Means, model: ChatModel | None) -> None:
        self._library = library
        self._means = means
        self._model = model

    async def survey(self, question: Question, scope: ResolvedScope, plan: Plan) -> Survey:
        """The windows of the scope."""
        prompt = Prompt(instructions("map.md"), question.text, MAP_CLOSING, question.history)
        return await survey(scope, plan, prompt, self._library, self._means)

    def check(self, question: Question, found: Survey) -> None:
        """Raises BudgetReached where the budget does not hold the prompts of all windows and the output of the last call."""
        what = f"Reading {len(found.windows):,} windows and putting the answer together"
        self._ledger(question).check(found.prompt_tokens, _reduce_output(question, found.plan), what)

    def _ledger(self, question: Question) -> Ledger:
        price = self._model.price(question.model) if self._model else None
        return Ledger(question.max_tokens, question.max_cost, price)

    async def context(self, found: Survey) -> Context:
        """The first window as it will be asked, and the plan."""
        return await first_context(found, self._library, self._means)

    async def answer(self, question: Question, found: Survey, receipt: Receipt) -> AsyncGenerator[AskEvent, None]:
        """`progress` of the windows, then evidence, answer, done."""
        assert self._model is not None
        ledger, reads = self._ledger(question), list[WindowRead]()
        total = len(found.windows)
        yield AskEvent("progress", {"done": 0, "total": total})
        asking = Asking(found, self._library, self._means, self._model, ledger)
        async with aclosing(asking.all(question.model)) as coming:
            async for read in coming:
                reads.append(read)
                yield AskEvent("progress", {"done": len(reads), "total": total})
        _raise_if_all_failed(reads)
        gathered = await asyncio.to_thread(_gathered, found, reads, ledger)
        for item in gathered.findings.evidence:
            yield AskEvent("evidence", item)
        road = self._reduced if gathered.findings.verified else self._nothing
        async with aclosing(road(question, gathered, receipt)) as events:
            async for event in events:
                yield event

    async def _nothing(
        self, question: Question, gathered: Gathered, receipt: Receipt
    ) -> AsyncGenerator[AskEvent, None]:
        text = nothing_found(gathered.outcomes)
        yield AskEvent("answer", {"text": text})
        done = _answer(question, gathered, _receipt(receipt, gathered, ()))
        yield AskEvent("done", replace(done, answer=text, effort=WINDOWING.effort))

    async def _reduced(
        self, question: Question, gathered: Gathered, receipt: Receipt
    ) -> AsyncGenerator[AskEvent, None]:
        model = self._model
        assert model is not None
        told, request = await asyncio.to_thread(self._request, question, gathered)
        most = request.counted_prompt_tokens, request.max_output_tokens
        gathered.ledger.check(*most, "Putting the answer together")
        draft = Draft(Quotes(self._library, told.labels, {}), gathered.findings.evidence)
        async with aclosing(spoken(model, request, draft, include_reasoning=question.include_reasoning)) as events:
            async for event in events:
                yield event
        closing = closing_words(gathered.outcomes) if draft.outcome != "needs_clarification" else ""
        if closing:
            yield AskEvent("answer", {"text": f"\n\n{closing}" if draft.answer else closing})
        completion = draft.completion
        assert completion is not None
        count = self._means.tokens.count
        usage = await asyncio.to_thread(call_usage, "reduce", completion, request.counted_prompt_tokens, count)
        gathered.ledger.book(usage, request.counted_prompt_tokens, completion)
        done = _answer(question, gathered, _receipt(receipt, gathered, told.dropped))
        yield AskEvent("done", _with_draft(done, draft, question, gathered, closing))

    def _request(self, question: Question, gathered: Gathered) -> tuple[Told, ChatRequest]:
        """The last call: as many quotes as the evidence budget holds. Raises ContextOverflow."""
        plan, scope, means = gathered.survey.plan, gathered.survey.scope, self._means
        effort, output = question.effort or REDUCE_EFFORT, _reduce_output(question, plan)
        raw = Prompt(instructions("reduce.md"), question.text, REDUCE_CLOSING, question.history)
        prepared = prepare(raw, means, plan.context_tokens)
        room = plan.context_tokens - output - prepared.fixed_tokens - FRAME_TOKENS
        frame = tell(scope, gathered.findings, gathered.outcomes, 0, means)
        budget = min(question.evidence_tokens or plan.evidence_budget, room - means.tokens.count(frame.text))
        told = tell(scope, gathered.findings, gathered.outcomes, max(budget, 0), means)
        prompt = messages(prepared.prompt, told.text)
        counted = means.tokens.count_prompt(prompt)
        if counted + output > plan.context_tokens:
            raise ContextOverflow(
                f"the table of {len(scope.documents):,} documents with the question has {counted:,} tokens and "
                f"{output:,} are kept for the answer, but the window holds {plan.context_tokens:,}; "
                "name fewer documents or lower max_output_tokens"
            )
        return told, ChatRequest("reduce", prompt, effort, output, counted, question.model)


def _reduce_output(question: Question, plan: Plan) -> int:
    return output_tokens(question.effort or REDUCE_EFFORT, question.max_output_tokens, plan.context_tokens)


def _raise_if_all_failed(reads: Sequence[WindowRead]) -> None:
    errors = [read.error for read in reads if read.error is not None]
    if errors and all(read.why for read in reads) and not any(read.findings for read in reads):
        raise errors[0]


def _gathered(found: Survey, reads: Sequence[WindowRead], ledger: Ledger) -> Gathered:
    order = [document.document_id for document in in_stable_order(found.scope.documents)]
    findings = merge((each for read in reads for each in read.findings), order)
    plan = Mapped(len(found.windows), found.window_tokens, found.prompt_tokens)
    return Gathered(found, tuple(reads), findings, outcomes(found.scope, reads, findings, plan), ledger)


def _receipt(receipt: Receipt, gathered: Gathered, left_out: Sequence[Dropped]) -> Receipt:
    """The receipt of what was done: windows that were not read are dropped, and so are quotes without room."""
    ledger, result = gathered.ledger, gathered.outcomes
    asked = {packed(read.window) for read in gathered.reads if read.why in {None, "reply_cut"}}
    whole = [part for part in map(packed, gathered.survey.windows) if part in asked]
    not_whole = {part.document_id for part in result.dropped}
    return replace(
        receipt,
        packed=tuple(whole),
        dropped=(*result.dropped, *left_out),
        documents_read=len({part.document_id for part in whole} - not_whole),
        prompt_tokens_counted=ledger.counted,
        prompt_tokens_reported=ledger.reported,
        truncation="checked" if ledger.checked else "unavailable",
        calls=tuple(ledger.calls),
        finish_reason=ledger.completions[-1].finish_reason if ledger.completions else None,
        mapped=result.mapped,
    )


def _answer(question: Question, gathered: Gathered, receipt: Receipt) -> Answer:
    """The parts that do not depend on the last call."""
    calls = gathered.ledger.calls
    return replace(
        blank(receipt),
        evidence=gathered.findings.evidence,
        per_document=gathered.outcomes.per_document,
        usage=Usage(
            prompt=sum(call.prompt for call in calls),
            reasoning=sum(call.reasoning for call in calls),
            reasoning_source="server" if gathered.ledger.reasoning_reported else "counted",
            answer=sum(call.answer for call in calls),
            calls=len(calls),
            cost=total_cost(calls),
        ),
        model=gathered.ledger.completions[-1].model if calls else None,
        effort=question.effort or REDUCE_EFFORT,
    )


def _with_draft(done: Answer, draft: Draft, question: Question, gathered: Gathered, closing: str) -> Answer:
    outcome, completion = draft.outcome, draft.completion
    assert outcome is not None
    assert completion is not None
    asked_back = outcome == "needs_clarification"
    said = "\n\n".join(part for part in (draft.answer, closing) if part)
    return replace(
        done,
        outcome=outcome,
        answer=None if asked_back else said or None,
        clarification=draft.clarification if asked_back else None,
        evidence=draft.evidence,
        unsupported=_unproven(draft.unsupported(), gathered),
        reasoning=completion.reasoning if question.include_reasoning else None,
    )


def _unproven(found: Sequence[Unsupported], gathered: Gathered) -> tuple[Unsupported, ...]:
    """Without what the service itself proves: numbers it counted, and absences in documents that were read whole."""
    result = gathered.outcomes
    counted = values(" ; ".join(str(n) for n in numbers_of(result, gathered.findings)))
    without = {each.document_id for each in result.having("not_in_document") if not each.detail}
    absences = Absences(
        without=(result.titles[id_] for id_ in without),
        others=(title for id_, title in result.titles.items() if id_ not in without),
    )

    def proven(each: Unsupported) -> bool:
        if each.why == "number_not_in_evidence":
            return values(each.text) <= counted
        return absences.prove(each.text)

    return tuple(each for each in found if not proven(each))
