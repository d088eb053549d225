"""From a question to a grounded answer (floor 4): scope → context → model → quotes resolved → answer with evidence and receipt.

Without a model the same road ends at the best passages, and says so. Nothing here knows HTTP.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

from analysis.answering.draft import Draft
from analysis.answering.question import AskEvent, Question
from analysis.context.context import Context
from analysis.context.layout import Prompt
from analysis.context.tokens import Tokens
from analysis.grounding.contexts import Contexts, Planned, Wishes
from analysis.grounding.library import Library
from analysis.grounding.passages import Passages
from analysis.grounding.quotes import Quotes
from analysis.grounding.spending import call_usage
from proviso.errors import BudgetReached, LlmError
from proviso.ids import new_id
from proviso.ports import ChatModel
from proviso.types.answers import Answer, CallUsage, Effort, Receipt, Usage
from proviso.types.chat import ChatRequest, Completion
from proviso.types.search import ResolvedScope
from records.catalog import documents
from records.catalog.catalog import Catalog

T = TypeVar("T")
DEFAULT_EFFORT: Effort = "medium"
PASSAGES = 8
"""Passages shown when there is no model."""

CLOSING = (
    "Answer from the documents above only, in the form given: outcome, quotes copied letter by letter, then the answer "
    "with [n]. If they do not contain the answer, the outcome is not_in_documents."
)


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

    async def context(self, question: Question) -> Context:
        """What `stream` would send first."""
        return (await self._plan(question, await self._scope(question))).context

    async def ask(self, question: Question) -> Answer:
        """The whole answer at once."""
        async for event in self.stream(question):
            if isinstance(event.data, Answer):
                return event.data
        raise LlmError("The answer broke off.")

    async def stream(self, question: Question) -> AsyncGenerator[AskEvent, None]:
        """Events in the order of API.md; the last is `done` with the whole answer."""
        started = time.perf_counter()
        scope = await self._scope(question)
        planned = await self._plan(question, scope)
        yield AskEvent("receipt", self._receipt(planned))
        road = (
            self._passages if self._means.model is None else self._modelled if _is_readable(planned) else self._nothing
        )
        async with aclosing(road(question, scope, planned)) as events:
            async for event in events:
                yield _timed(event, started)

    async def _scope(self, question: Question) -> ResolvedScope:
        return await self._means.catalog.read(documents.resolve_scope, question.scope)

    async def _plan(self, question: Question, scope: ResolvedScope) -> Planned:
        prompt = Prompt(_instructions(), question.text, CLOSING, question.history)
        wishes = Wishes(
            queries=(question.text,),
            effort=question.effort or DEFAULT_EFFORT,
            mode=question.mode,
            max_output_tokens=question.max_output_tokens,
            evidence_tokens=question.evidence_tokens,
        )
        return await self._means.contexts.build(scope, prompt, wishes)

    def _receipt(self, planned: Planned) -> Receipt:
        """The receipt of the context; without a model it says that it is of what would have been sent."""
        receipt = planned.context.receipt
        if self._means.model is not None:
            return receipt
        return replace(
            receipt, reason=f"no model is configured, so nothing was sent; it would have been: {receipt.reason}"
        )

    async def _passages(
        self, question: Question, scope: ResolvedScope, planned: Planned
    ) -> AsyncGenerator[AskEvent, None]:
        """No model: the passages that fit best, each of them evidence of itself."""
        evidence = await self._means.passages.evidence(question.text, scope, PASSAGES)
        for item in evidence:
            yield AskEvent("evidence", item)
        blank = _blank(self._receipt(planned))
        yield AskEvent("done", replace(blank, outcome="passages", evidence=evidence))

    async def _nothing(
        self, question: Question, scope: ResolvedScope, planned: Planned
    ) -> AsyncGenerator[AskEvent, None]:
        """Nothing can be read: that is the finding, and no model is asked."""
        unread = sum(len(item.pages) for item in planned.context.receipt.pages_unread)
        why = f"{len(scope.documents)} ready document(s), {unread} page(s) without readable text"
        text = f"Nothing in the scope can be read ({why}), so nothing was asked of the model."
        yield AskEvent("answer", {"text": text})
        yield AskEvent("done", replace(_blank(planned.context.receipt), answer=text))

    async def _modelled(
        self, question: Question, scope: ResolvedScope, planned: Planned
    ) -> AsyncGenerator[AskEvent, None]:
        model = self._means.model
        assert model is not None
        request = _request(question, planned)
        draft = Draft(Quotes(self._means.library, planned.context.labels, planned.context.passages))
        completion: Completion | None = None
        async with closing_stream(model.stream(request)) as deltas:
            async for delta in deltas:
                completion = delta.completion or completion
                async for event in draft.hear(delta):
                    if event.name != "reasoning" or question.include_reasoning:
                        yield event
        async for event in draft.end():
            yield event
        if completion is None or draft.outcome is None:
            raise LlmError("The model's reply held no answer; ask again, or with another effort.")
        yield AskEvent("done", self._answer(question, planned, draft, completion))

    def _answer(self, question: Question, planned: Planned, draft: Draft, completion: Completion) -> Answer:
        usage, call = self._usage(planned.context.receipt, completion)
        receipt = replace(
            planned.context.receipt,
            prompt_tokens_reported=completion.prompt_tokens,
            truncation="checked" if completion.truncation_checked else "unavailable",
            calls=(call,),
            finish_reason=completion.finish_reason,
        )
        outcome = draft.outcome
        assert outcome is not None
        return Answer(
            id=new_id("ans"),
            outcome=outcome,
            answer=None if outcome == "needs_clarification" else draft.answer,
            clarification=draft.clarification if outcome == "needs_clarification" else None,
            evidence=draft.evidence,
            unsupported=draft.unsupported(),
            per_document=None,
            receipt=receipt,
            usage=usage,
            reasoning=completion.reasoning if question.include_reasoning else None,
            model=completion.model,
            effort=question.effort or DEFAULT_EFFORT,
            took_ms=0,
        )

    def _usage(self, receipt: Receipt, completion: Completion) -> tuple[Usage, CallUsage]:
        """As the server reported, else as counted here."""
        call = call_usage("answer", completion, receipt.prompt_tokens_counted, self._means.tokens.count)
        source: Literal["server", "counted"] = "counted" if completion.reasoning_tokens is None else "server"
        return Usage(call.prompt, call.reasoning, source, call.answer, 1), call


def _is_readable(planned: Planned) -> bool:
    """Whether the context shows the model any words."""
    return any(part.end > part.start for part in planned.context.receipt.packed)


def _timed(event: AskEvent, started: float) -> AskEvent:
    """The last event with the time since `started`."""
    if not isinstance(event.data, Answer):
        return event
    return AskEvent("done", replace(event.data, took_ms=round(1000 * (time.perf_counter() - started))))


@asynccontextmanager
async def closing_stream(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Closes a stream that is a generator however the block ends, and with it the connection it reads from."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


def _request(question: Question, planned: Planned) -> ChatRequest:
    receipt = planned.context.receipt
    most = receipt.prompt_tokens_counted + planned.output_tokens
    if question.max_tokens is not None and most > question.max_tokens:
        raise BudgetReached(
            f"This question may take {most:,} tokens ({receipt.prompt_tokens_counted:,} for the prompt, "
            f"{planned.output_tokens:,} kept for thinking and answer), and its budget is {question.max_tokens:,}."
        )
    return ChatRequest(
        purpose="answer",
        messages=planned.context.messages,
        effort=question.effort or DEFAULT_EFFORT,
        max_output_tokens=planned.output_tokens,
        counted_prompt_tokens=receipt.prompt_tokens_counted,
        model=question.model,
    )


def _blank(receipt: Receipt) -> Answer:
    """An answer that no model had a part in."""
    return Answer(
        id=new_id("ans"),
        outcome="not_in_documents",
        answer=None,
        clarification=None,
        evidence=(),
        unsupported=(),
        per_document=None,
        receipt=receipt,
        usage=Usage(0, 0, "counted", 0, 0),
        reasoning=None,
        model=None,
        effort=None,
        took_ms=0,
    )


@cache
def _instructions() -> str:
    return files(__package__ or "analysis.answering").joinpath("prompts/answer.md").read_text("utf-8")
