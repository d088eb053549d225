"""The calls of one request that makes many (floor 4): within its budget, several at a time, and, where somebody keeps them,
none made twice.

A call is known by what is asked in it: the same prompt for the same documents is the same call. So what was kept before a
process was cut stands for the call itself; everything that follows from a reply is found out again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from analysis.answering.mapping.keeping import Keeping, KeptCall
from analysis.answering.mapping.ledger import Ledger
from analysis.context.tokens import Tokens
from analysis.grounding.spending import call_usage, with_second_try
from proviso.errors import DependencyError, LlmTimeout, LlmUnavailable
from proviso.ports import ChatModel
from proviso.types.answers import CallUsage, Effort
from proviso.types.chat import ChatRequest, Completion, Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked. `documents`: ids of those whose words are in the prompt; `again`: how often the same was asked before."""

    purpose: str
    messages: tuple[Message, ...]
    effort: Effort
    output_tokens: int
    model: str | None
    documents: tuple[str, ...]
    again: int = 0

    @property
    def key(self) -> str:
        said = [[message.role, message.content] for message in self.messages]
        rest = [self.purpose, self.effort, self.output_tokens, self.model, self.documents, self.again]
        return hashlib.sha256(json.dumps([said, rest]).encode()).hexdigest()


class NotKept(Exception):
    """The call would have to be made."""


class Calls:
    """Makes calls, or recalls them. `ledger` is told of each once."""

    def __init__(
        self,
        model: ChatModel,
        ledger: Ledger,
        tokens: Tokens,
        keeping: Keeping | None = None,
        workspace: str | None = None,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._tokens = tokens
        self._keeping = keeping
        self._workspace = workspace
        self._kept: dict[str, KeptCall] = {}

    @property
    def waits(self) -> bool:
        return self._keeping is not None and self._keeping.waits

    @property
    def any_kept(self) -> bool:
        return bool(self._kept)

    async def recall(self) -> None:
        """Learn what was kept: all of it was spent, also where nobody will ask for it again."""
        for call in await self._keeping.kept() if self._keeping else ():
            if call.usage is not None and call.completion is not None:
                self._ledger.book(call.usage, call.counted, call.completion)
            elif call.usage is not None:
                self._ledger.lose(call.usage)
            if call.key is not None:
                self._kept[call.key] = call

    def has(self, wanted: Wanted) -> bool:
        """Whether it need not be made."""
        return wanted.key in self._kept

    async def recalled(self, wanted: Wanted) -> Completion:
        """What was replied when this was asked. Raises what was raised then, and NotKept."""
        call = self._kept.get(wanted.key)
        if call is None:
            raise NotKept
        if call.error is not None:
            raise call.error
        assert call.completion is not None
        return call.completion

    async def made(self, wanted: Wanted, what: str) -> Completion:
        """The reply, recalled or asked for. Raises BudgetReached (`what` is in its sentence), and what the model raises."""
        try:
            return await self.recalled(wanted)
        except NotKept:
            pass
        counted = await asyncio.to_thread(self._tokens.count_prompt, wanted.messages)
        await self._ledger.hold(counted, wanted.output_tokens, what)
        try:
            return await self._ask(wanted, counted)
        finally:
            self._ledger.release(counted, wanted.output_tokens)

    async def _ask(self, wanted: Wanted, counted: int) -> Completion:
        twice = with_second_try(counted, wanted.output_tokens)  # of it the first try is set aside already
        request = ChatRequest(
            purpose=wanted.purpose,
            messages=wanted.messages,
            effort=wanted.effort,
            max_output_tokens=wanted.output_tokens,
            counted_prompt_tokens=counted,
            model=wanted.model,
            workspace=self._workspace,
            may_repeat=self._ledger.holds(twice[0] - counted, twice[1] - wanted.output_tokens),
        )
        try:
            completion = await self._model.complete(request)
        except DependencyError as error:
            lost = await self._lost(wanted, counted, error)
            if not isinstance(error, LlmUnavailable | LlmTimeout):  # these may pass: the call will be made again
                await self._keep(KeptCall(wanted.key, wanted.documents, counted, lost, error=error))
            raise
        usage = await asyncio.to_thread(call_usage, wanted.purpose, completion, counted, self._tokens.count)
        self._ledger.book(usage, counted, completion)
        await self._keep(
            KeptCall(wanted.key, wanted.documents, counted, usage, replace(completion, reasoning="", before=()))
        )
        return completion

    async def _lost(self, wanted: Wanted, counted: int, error: DependencyError) -> CallUsage | None:
        """What a failed call took, booked; None where the server took none of it."""
        if not error.spent:
            return None
        last = replace(error.spent[-1], before=error.spent[:-1])
        usage = await asyncio.to_thread(call_usage, wanted.purpose, last, counted, self._tokens.count)
        self._ledger.lose(usage)
        return usage

    async def _keep(self, call: KeptCall) -> None:
        if self._keeping is not None:
            await self._keeping.keep(call)


async def side_by_side(works: Iterator[Coroutine[Any, Any, T]], most: int) -> AsyncGenerator[T, None]:
    """Results as they come, in no order. The next work is taken when fewer than `most` are under way; closing this generator, or
    an error of one, ends them all."""
    running, done = set[asyncio.Task[T]](), set[asyncio.Task[T]]()
    try:
        while True:
            while len(running) < most and (work := next(works, None)) is not None:
                running.add(asyncio.create_task(work))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, *done, return_exceptions=True)
