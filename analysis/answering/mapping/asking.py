"""Asks the model for the quotes of every window (floor 4): several at a time, each quote resolved, no fault silent.

A window whose call fails is told with its fault and the others go on; where the first windows all fail, the rest is not
asked any more. Windows that a run before this one has read are not asked again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from analysis.answering.mapping.calls import Calls, NotKept, Wanted, side_by_side
from analysis.answering.mapping.findings import Quoted, read_findings
from analysis.answering.mapping.merging import Finding
from analysis.answering.mapping.survey import LABEL, Survey, window_messages
from analysis.answering.mapping.windows import Window, halves
from analysis.context.layout import Means
from analysis.context.planner import WINDOWING
from analysis.grounding.library import Library
from analysis.grounding.quotes import Quotes
from proviso.errors import DependencyError, LlmError, LlmUnavailable, NotFound
from proviso.types.chat import Completion

Call = Callable[[Wanted], Awaitable[Completion]]
MOST_HALVINGS = 2
"""How often a window is halved whose quotes were more than a reply holds."""
GIVE_UP_AFTER = 6
"""Windows that fail, before any has been answered, until the rest is not asked; the same where the model is out of reach for so
many in a row."""


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
    """Asks for the windows of one question; first `recalled`, then `all`."""

    def __init__(self, found: Survey, library: Library, means: Means, calls: Calls, model_name: str | None) -> None:
        self._found = found
        self._library = library
        self._means = means
        self._calls = calls
        self._model_name = model_name
        self._waiting = deque(found.windows)
        self._answered = False
        self._failed = 0
        self._unreached = 0
        self._out_of_reach: LlmUnavailable | None = None

    async def recalled(self) -> list[WindowRead]:
        """The windows that were read before, by what the model replied then; their quotes are resolved again."""
        reads = list[WindowRead]()
        if not self._calls.any_kept:
            return reads
        windows, self._waiting = self._waiting, deque()
        for window in windows:
            try:
                reads.append(await self._read(window, self._calls.recalled))
                self._note(reads[-1])
            except NotKept:
                self._waiting.append(window)
        return reads

    async def all(self) -> AsyncGenerator[WindowRead, None]:
        """The other windows as they come back, in no order. Closing this generator ends the calls that are under way.

        Raises BudgetReached before a call that the budget does not hold, LlmUnavailable where the model is waited for.
        """
        async with aclosing(side_by_side(self._works(), WINDOWING.in_flight)) as reads:
            async for read in reads:
                self._note(read)
                yield read
        if self._out_of_reach is not None and self._calls.waits:
            raise self._out_of_reach
        for window in self._waiting:
            yield WindowRead(window, why="not_asked", detail="the calls before it had all failed")

    def _works(self) -> Iterator[Coroutine[Any, Any, WindowRead]]:
        while self._waiting and self._goes_on():
            yield self._read(self._waiting.popleft(), partial(self._calls.made, what="The next window"))

    def _goes_on(self) -> bool:
        """Whether another call is worth while."""
        if self._out_of_reach is not None and self._calls.waits:
            return False
        return (self._answered or self._failed < GIVE_UP_AFTER) and self._unreached < GIVE_UP_AFTER

    def _note(self, read: WindowRead) -> None:
        if read.error is None:
            self._answered, self._unreached = True, 0
            return
        self._failed += 1
        if isinstance(read.error, LlmUnavailable):
            self._unreached += 1
            self._out_of_reach = read.error

    async def _read(self, window: Window, call: Call, halved: int = 0) -> WindowRead:
        try:
            said, completion = await self._said(window, call)
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
        reads = [await self._read(part, call, halved + 1) for part in parts]
        worst = next((read for read in reads if read.why), WindowRead(window))
        found = (*findings, *(each for read in reads for each in read.findings))
        return WindowRead(window, found, worst.why, worst.detail, worst.error)

    async def _halves(self, window: Window) -> list[Window]:
        document = window.document
        kept = (await self._library.outlines([document]))[document.document_id]
        return await asyncio.to_thread(halves, kept, window, self._means.tokens.count)

    async def _said(self, window: Window, call: Call) -> tuple[list[Quoted] | None, Completion]:
        """The quotes of a window; a reply in no known form is asked for once more."""
        document = window.document
        kept = (await self._library.outlines([document]))[document.document_id]
        messages = await asyncio.to_thread(window_messages, self._found, window, kept, self._means)
        wanted = Wanted(
            purpose="map",
            messages=messages,
            effort=WINDOWING.effort,
            output_tokens=self._found.output_tokens,
            model=self._model_name,
            documents=(document.document_id,),
        )
        completion = await call(wanted)
        said = read_findings(completion.text)
        if said is None:
            completion = await call(replace(wanted, again=1))
            said = read_findings(completion.text)
        return said, completion

    async def _resolved(self, window: Window, said: list[Quoted]) -> tuple[Finding, ...]:
        document = window.document
        quotes = Quotes(self._library, {LABEL: document}, {document.document_id: (window.span,)})
        return tuple([Finding(await quotes.resolve(n, each.quote, LABEL), each.note) for n, each in enumerate(said, 1)])
