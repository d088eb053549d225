"""From a question to a grounded answer (floor 4): scope → context → model → quotes resolved → answer with evidence and receipt.

Without a model the same road ends at the best passages, and says so. Nothing here knows HTTP.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from analysis.answering.asking import request_of
from analysis.answering.blank import blank, instructions
from analysis.answering.coverage import coverage_of, nearly_whole
from analysis.answering.draft import Draft
from analysis.answering.effort import DEFAULT_EFFORT
from analysis.answering.mapping.keeping import Keeping
from analysis.answering.mapping.road import MapReduce
from analysis.answering.mapping.survey import Survey
from analysis.answering.question import AskEvent, Question
from analysis.answering.speaking import spoken
from analysis.context.context import Context
from analysis.context.history import searched_as
from analysis.context.layout import Means as PromptMeans
from analysis.context.layout import Prompt
from analysis.context.tokens import Tokens
from analysis.evidence.check import VERIFIED
from analysis.grounding.contexts import Contexts, Planned, Wishes, with_routes
from analysis.grounding.library import Library
from analysis.grounding.passages import Passages
from analysis.grounding.quotes import Quotes
from analysis.grounding.spending import call_usage
from analysis.llm.sanitize import shield
from proviso.errors import LlmError
from proviso.ids import new_id
from proviso.ports import ChatModel
from proviso.types.answers import Answer, PerDocument, Receipt, Usage
from proviso.types.chat import Completion
from proviso.types.search import ResolvedScope
from records.catalog import documents
from records.catalog.catalog import Catalog

PASSAGES = 8
"""Passages shown when there is no model."""

CLOSING = (
    "Answer from the documents above only, in the form given: outcome, quotes copied letter by letter, then the answer "
    "with [n]. If they do not contain the answer, the outcome is not_in_documents."
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What will be sent first; `survey` where the scope is read window by window."""

    planned: Planned
    survey: Survey | None = None

    @property
    def receipt(self) -> Receipt:
        return self.planned.context.receipt

    @property
    def is_readable(self) -> bool:
        """Whether any words are shown to the model."""
        return any(part.end > part.start for part in self.receipt.packed)


@dataclass(frozen=True, slots=True)
class Means:
    """What answers are made with."""

    catalog: Catalog
    library: Library
    contexts: Contexts
    passages: Passages
    tokens: Tokens
    model: ChatModel | None


class Answering:
    """Answers questions. Raises NotFound and DocumentNotReady for the scope, and what contexts and models raise."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._mapping = MapReduce(means.library, PromptMeans(means.tokens, shield), means.model)

    async def context(self, question: Question) -> Context:
        """What `stream` would send first."""
        return (await self._plan(question, await self._scope(question))).planned.context

    async def ask(self, question: Question) -> Answer:
        """The whole answer at once."""
        async with aclosing(self.stream(question)) as events:
            async for event in events:
                if isinstance(event.data, Answer):
                    return event.data
        raise LlmError("The answer broke off.")

    async def stream(self, question: Question, keeping: Keeping | None = None) -> AsyncGenerator[AskEvent, None]:
        """Events in the order of API.md; the last is `done` with the whole answer. `keeping`: of the calls of an answer in many."""
        started = time.perf_counter()
        scope = await self._scope(question)
        plan = await self._plan(question, scope)
        if plan.survey is not None and self._means.model is not None:
            self._mapping.check(question, plan.survey)
        yield AskEvent("receipt", self._receipt(plan))
        async with aclosing(self._road(question, scope, plan, keeping)) as events:
            async for event in events:
                yield await self._ended(event, scope, started) if event.name == "done" else event

    def _road(
        self, question: Question, scope: ResolvedScope, plan: _Plan, keeping: Keeping | None
    ) -> AsyncGenerator[AskEvent, None]:
        if self._means.model is None:
            return self._passages(question, scope, plan)
        if not plan.is_readable:
            return self._nothing(scope, plan)
        if plan.survey is not None:
            return self._mapping.answer(question, plan.survey, plan.receipt, keeping)
        return self._modelled(question, scope, plan.planned, self._means.model)

    async def _scope(self, question: Question) -> ResolvedScope:
        return await self._means.catalog.read(documents.resolve_scope, question.scope)

    async def _plan(self, question: Question, scope: ResolvedScope) -> _Plan:
        prompt = Prompt(instructions("answer.md"), question.text, CLOSING, question.history)
        wishes = Wishes(
            queries=(question.text,),
            effort=question.effort or DEFAULT_EFFORT,
            mode=question.mode,
            max_output_tokens=question.max_output_tokens,
            evidence_tokens=question.evidence_tokens,
            may_map=self._means.model is not None,
        )
        decided = await self._means.contexts.decide(scope, prompt, wishes)
        if decided.plan.mode != "map_reduce":
            return _Plan(await self._means.contexts.pack(wishes, decided))
        survey = await self._mapping.survey(question, decided.scope, decided.plan, await self._filenames(scope))
        first = with_routes(await self._mapping.context(survey), decided)
        return _Plan(Planned(first, survey.output_tokens), survey)

    def _receipt(self, plan: _Plan) -> Receipt:
        """The receipt of the context; without a model it says that it is of what would have been sent."""
        receipt = plan.receipt
        if self._means.model is not None:
            return receipt
        return replace(
            receipt, reason=f"no model is configured, so nothing was sent; it would have been: {receipt.reason}"
        )

    async def _passages(self, question: Question, scope: ResolvedScope, plan: _Plan) -> AsyncGenerator[AskEvent, None]:
        """No model: the passages that fit best, each of them evidence of itself."""
        asked = searched_as(question.text, question.history)
        evidence = await self._means.passages.evidence(asked, scope, PASSAGES)
        for item in evidence:
            yield AskEvent("evidence", item)
        yield AskEvent("done", replace(blank(self._receipt(plan)), outcome="passages", evidence=evidence))

    async def _nothing(self, scope: ResolvedScope, plan: _Plan) -> AsyncGenerator[AskEvent, None]:
        """Nothing can be read: that is the finding, and no model is asked."""
        unread = sum(len(item.pages) for item in plan.receipt.pages_unread)
        why = f"{len(scope.documents)} ready document(s), {unread} page(s) without readable text"
        text = f"Nothing in the scope can be read ({why}), so nothing was asked of the model."
        yield AskEvent("answer", {"text": text})
        yield AskEvent("done", replace(blank(plan.receipt), answer=text))

    async def _modelled(
        self, question: Question, scope: ResolvedScope, planned: Planned, model: ChatModel
    ) -> AsyncGenerator[AskEvent, None]:
        request = request_of(question, planned, model)
        draft = Draft(Quotes(self._means.library, planned.context.labels, planned.context.passages))
        async with aclosing(spoken(model, request, draft, include_reasoning=question.include_reasoning)) as events:
            async for event in events:
                yield event
        assert draft.completion is not None
        answer = self._answer(question, planned, draft, draft.completion)
        cited = _cited(answer) if len(scope.documents) > 1 else None
        yield AskEvent("done", replace(answer, per_document=cited))

    def _answer(self, question: Question, planned: Planned, draft: Draft, completion: Completion) -> Answer:
        counted = planned.context.receipt.prompt_tokens_counted
        call = call_usage("answer", completion, counted, self._means.tokens.count)
        receipt = replace(
            planned.context.receipt,
            prompt_tokens_reported=completion.prompt_tokens,
            truncation="checked" if completion.truncation_checked else "unavailable",
            calls=(call,),
            finish_reason=completion.finish_reason,
        )
        outcome = draft.outcome
        assert outcome is not None
        asks_back = outcome == "needs_clarification"
        return Answer(
            id=new_id("ans"),
            outcome=outcome,
            answer=None if asks_back else draft.answer,
            clarification=draft.clarification,
            evidence=() if asks_back else draft.evidence,
            unsupported=draft.unsupported(),
            per_document=None,
            receipt=receipt,
            usage=Usage(call.prompt, call.reasoning, call.source, call.answer, call.attempts, call.cost),
            reasoning=completion.reasoning if question.include_reasoning else None,
            model=completion.model,
            effort=question.effort or DEFAULT_EFFORT,
            took_ms=0,
            set_aside=draft.set_aside,
        )

    async def _ended(self, event: AskEvent, scope: ResolvedScope, started: float) -> AskEvent:
        """The last event with the time since `started`, and an absence with what was read to say so."""
        answer = event.data
        assert isinstance(answer, Answer)
        if answer.outcome == "not_in_documents":
            kept = await self._means.library.outlines(nearly_whole(answer.receipt, scope))
            texts = {document_id: each.text for document_id, each in kept.items()}
            coverage = coverage_of(answer.receipt, scope, await self._filenames(scope), texts)
            answer = replace(answer, coverage=coverage)
        return AskEvent("done", replace(answer, took_ms=round(1000 * (time.perf_counter() - started))))

    async def _filenames(self, scope: ResolvedScope) -> dict[str, str]:
        """What the documents of the scope that cannot be read are called, by id."""
        unreadable = (*scope.not_ready, *scope.failed)
        return await self._means.catalog.read(documents.filenames, scope.workspace, unreadable) if unreadable else {}


def _cited(answer: Answer) -> tuple[PerDocument, ...] | None:
    """The documents that an answer rests on, each with the numbers of its verified evidence."""
    if answer.outcome != "answered":
        return None
    numbers: dict[str, list[int]] = {}
    for item in answer.evidence:
        if item.state in VERIFIED:
            numbers.setdefault(item.document_id, []).append(item.n)
    titles = {item.document_id: item.title for item in answer.evidence}
    return tuple(PerDocument(id_, "answered", tuple(ns), title=titles[id_]) for id_, ns in numbers.items())
