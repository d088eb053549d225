"""Asks the model for the quotes of every window (floor 4): several at a time, each quote resolved, no fault silent.

A window whose call fails is told with its fault and the others go on; where the first windows all fail, the rest is not
asked any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from analysis.answering.mapping.findings import Quoted, read_findings
from analysis.answering.mapping.ledger import Ledger
from analysis.answering.mapping.merging import Finding
from analysis.answering.mapping.survey import LABEL, Survey, window_messages
from analysis.answering.mapping.windows import Window, halves
from analysis.context.layout import Means
from analysis.context.planner import WINDOWING
from analysis.grounding.library import Library
from analysis.grounding.quotes import Quotes
from analysis.grounding.spending import call_usage
from proviso.errors import DependencyError, LlmError, NotFound
from proviso.ports import ChatModel
from proviso.types.chat import ChatRequest, Completion

MOST_HALVINGS = 2
"""How often a window is halved whose quotes were more than a reply holds."""
GIVE_UP_AFTER = 6
"""Windows that fail, before any has been answered, until the rest is not asked."""


@dataclass(frozen=True, slots=True)
class WindowRead:
    """One window and what came of it. `why`: the code under which it is recorded when it was not read, or not wholly
    (`call_failed`, `reply_unreadable`, `reply_cut`, `deleted`, `not_asked`); `error` is what the call raised.
    """

    window: Window
    findings: tuple[Finding, ...] = ()
    why: str | None = None
    detail: str | None = None
    error: DependencyError | None = None


class Asking:
    """Asks for the windows of one question."""

    def __init__(self, found: Survey, library: Library, means: Means, model: ChatModel, ledger: Ledger) -> None:
        self._found = found
        self._library = library
        self._means = means
        self._model = model
        self._ledger = ledger
        self._model_name: str | None = None

    async def all(self, model_name: str | None) -> AsyncGenerator[WindowRead, None]:
        """The windows as they come back, in no order. Closing this generator ends the calls that are under way.

        Raises BudgetReached before a call that the budget does not hold.
        """
        self._model_name = model_name
        waiting = iter(self._found.windows)
        running: set[asyncio.Task[WindowRead]] = set()
        done = set[asyncio.Task[WindowRead]]()
        failed, answered = 0, False
        try:
            while True:
                if failed < GIVE_UP_AFTER or answered:
                    self._start(waiting, running)
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for read in [task.result() for task in done]:
                    failed, answered = failed + (read.error is not None), answered or read.error is None
                    yield read
            for window in waiting:
                yield WindowRead(window, why="not_asked", detail="the calls before it had all failed")
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, *done, return_exceptions=True)

    def _start(self, waiting: Iterator[Window], running: set[asyncio.Task[WindowRead]]) -> None:
        while len(running) < WINDOWING.in_flight:
            window = next(waiting, None)
            if window is None:
                return
            running.add(asyncio.create_task(self._read(window)))

    async def _read(self, window: Window, halved: int = 0) -> WindowRead:
        try:
            said, completion = await self._said(window)
        except NotFound:
            return WindowRead(window, why="deleted", detail="deleted while the question was answered")
        except DependencyError as error:
            return WindowRead(window, why="call_failed", detail=f"{error.code}: {error.detail}", error=error)
        if said is None:
            fault = LlmError("The model's reply to a window was not in the form asked for, twice.")
            return WindowRead(window, why="reply_unreadable", detail=fault.detail, error=fault)
        findings = await self._resolved(window, said)
        if completion.finish_reason != "length":
            return WindowRead(window, findings)
        parts = await self._halves(window) if halved < MOST_HALVINGS else [window]
        if len(parts) == 1:
            return WindowRead(window, findings, "reply_cut", "the reply was cut off by its output limit")
        reads = [await self._read(part, halved + 1) for part in parts]
        worst = next((read for read in reads if read.why), WindowRead(window))
        found = (*findings, *(each for read in reads for each in read.findings))
        return WindowRead(window, found, worst.why, worst.detail, worst.error)

    async def _halves(self, window: Window) -> list[Window]:
        document = window.document
        kept = (await self._library.outlines([document]))[document.document_id]
        return await asyncio.to_thread(halves, kept, window, self._means.tokens.count)

    async def _said(self, window: Window) -> tuple[list[Quoted] | None, Completion]:
        """The quotes of a window; a reply in no known form is asked for once more."""
        document = window.document
        kept = (await self._library.outlines([document]))[document.document_id]
        messages = await asyncio.to_thread(window_messages, self._found, window, kept, self._means)
        counted = await asyncio.to_thread(self._means.tokens.count_prompt, messages)
        request = ChatRequest(
            purpose="map",
            messages=messages,
            effort=WINDOWING.effort,
            max_output_tokens=self._found.output_tokens,
            counted_prompt_tokens=counted,
            model=self._model_name,
        )
        completion = await self._complete(request)
        said = read_findings(completion.text)
        if said is None:
            completion = await self._complete(request)
            said = read_findings(completion.text)
        return said, completion

    async def _complete(self, request: ChatRequest) -> Completion:
        most = request.counted_prompt_tokens, request.max_output_tokens
        await self._ledger.hold(*most, "The next window")
        try:
            completion = await self._model.complete(request)
            count = self._means.tokens.count
            usage = await asyncio.to_thread(call_usage, "map", completion, request.counted_prompt_tokens, count)
            self._ledger.book(usage, request.counted_prompt_tokens, completion)
        finally:
            self._ledger.release(*most)
        return completion

    async def _resolved(self, window: Window, said: list[Quoted]) -> tuple[Finding, ...]:
        document = window.document
        quotes = Quotes(self._library, {LABEL: document}, {document.document_id: (window.span,)})
        return tuple([Finding(await quotes.resolve(n, each.quote, LABEL), each.note) for n, each in enumerate(said, 1)])
