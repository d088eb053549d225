"""A question answered window by window (floor 4): survey, quotes of every window, merged and counted, one last call.

Where no window gives a verified quote there is nothing to put together: that is the finding, and no last call is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from types import MappingProxyType

from analysis.answering.blank import instructions
from analysis.answering.mapping.asking import Asking, WindowRead
from analysis.answering.mapping.calls import Calls
from analysis.answering.mapping.closing import nothing_found
from analysis.answering.mapping.gathered import gather, reduce_output
from analysis.answering.mapping.keeping import Keeping
from analysis.answering.mapping.ledger import Ledger
from analysis.answering.mapping.reducing import Reducing
from analysis.answering.mapping.result import answer_of
from analysis.answering.mapping.survey import Survey, first_context, survey
from analysis.answering.question import AskEvent, Question
from analysis.context.context import Context
from analysis.context.layout import Means, Prompt
from analysis.context.planner import WINDOWING, Plan
from analysis.grounding.library import Library
from proviso.ports import ChatModel
from proviso.types.answers import Receipt
from proviso.types.search import ResolvedScope

MAP_CLOSING = (
    "Copy out, in the form given, every place of the document part above that bears on this question; outcome nothing "
    "where there is none."
)


class MapReduce:
    """Answers window by window. Raises BudgetReached, ContextOverflow, what the model raised when every window failed,
    and what it raises in the last call.
    """

    def __init__(self, library: Library, means: Means, model: ChatModel | None) -> None:
        self._library = library
        self._means = means
        self._model = model

    async def survey(
        self, question: Question, scope: ResolvedScope, plan: Plan, filenames: Mapping[str, str] = MappingProxyType({})
    ) -> Survey:
        """The windows of the scope. `filenames`: of its documents that are not ready or failed, by id."""
        prompt = Prompt(instructions("map.md"), question.text, MAP_CLOSING, question.history)
        found = await survey(scope, plan, prompt, self._library, self._means)
        return replace(found, filenames=filenames)

    def check(self, question: Question, found: Survey) -> None:
        """Raises BudgetReached where the budget does not hold the prompts of all windows and the output of the last call."""
        what = f"Reading {len(found.windows):,} windows and putting the answer together"
        self._ledger(question).check(found.prompt_tokens, reduce_output(question, found.plan), what)

    def _ledger(self, question: Question) -> Ledger:
        price = self._model.price(question.model) if self._model else None
        return Ledger(question.max_tokens, question.max_cost, price)

    async def context(self, found: Survey) -> Context:
        """The first window as it will be asked, and the plan."""
        return await first_context(found, self._library, self._means)

    async def answer(
        self, question: Question, found: Survey, receipt: Receipt, keeping: Keeping | None = None
    ) -> AsyncGenerator[AskEvent, None]:
        """`progress` of the windows, then evidence, answer, done. What `keeping` has kept of a run before this one is not asked
        again.
        """
        assert self._model is not None
        ledger, total = self._ledger(question), len(found.windows)
        calls = Calls(self._model, ledger, self._means.tokens, keeping, found.scope.workspace)
        await calls.recall()
        asking = Asking(found, self._library, self._means, calls, question.model)
        reads = await asking.recalled()
        yield AskEvent("progress", {"done": len(reads), "total": total})
        async with aclosing(asking.all()) as coming:
            async for read in coming:
                reads.append(read)
                yield AskEvent("progress", {"done": len(reads), "total": total})
        _raise_if_all_failed(reads)
        gathered = await asyncio.to_thread(gather, question, found, reads)
        for item in gathered.findings.evidence:
            yield AskEvent("evidence", item)
        if not gathered.findings.verified:
            text = nothing_found(gathered.outcomes)
            yield AskEvent("answer", {"text": text})
            done = answer_of(gathered, ledger, receipt)
            yield AskEvent("done", replace(done, answer=text, effort=WINDOWING.effort))
            return
        reducing = Reducing(self._library, self._means, self._model)
        async with aclosing(reducing.answer(gathered, receipt, calls, ledger)) as events:
            async for event in events:
                yield event


def _raise_if_all_failed(reads: Sequence[WindowRead]) -> None:
    errors = [read.error for read in reads if read.error is not None]
    if errors and all(read.why for read in reads) and not any(read.findings for read in reads):
        raise errors[0]
