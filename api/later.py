"""Answers in the background (floor 5): a durable job for each, begun again from its question where it was cut.

The calls of an answer in many are kept as they come, so that a run after a cut makes only those that were not over; what they took
counts in the budget. A model that is out of reach is waited for; every other fault ends in a recorded problem.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace

from analysis.answering.answering import Answering
from analysis.answering.question import Question
from api.keeping import KeptCalls
from proviso.errors import InternalError, LlmUnavailable, ProvisoError
from proviso.ports import Job
from proviso.types.answers import Answer
from proviso.wire import from_data
from records.catalog import asked
from records.catalog.catalog import Catalog
from records.catalog.rows import AskedRecord
from records.jobs.faults import fault_data

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class Patience:
    """How long a model out of reach is still waited for, and how long until the next try."""

    limit_s: float
    until: float = 0.0
    pause_s: float = 0.0

    def begin(self) -> None:
        self.until, self.pause_s = time.monotonic() + self.limit_s, FIRST_PAUSE_S

    def pause(self, asked_for_s: float | None) -> float | None:
        """Seconds until the next try; None when patience is over."""
        wait_s = min(max(self.pause_s, asked_for_s or 0.0), LONGEST_PAUSE_S)
        self.pause_s *= 2
        return wait_s if time.monotonic() + wait_s <= self.until else None


@dataclass(frozen=True, slots=True)
class LaterAnswers:
    """Answers questions that wait in the catalog. `patience_s`: how long a model out of reach is waited for."""

    catalog: Catalog
    answering: Answering
    patience_s: float

    def script(self, job: Job, answer_id: str) -> None:
        """The job of one question."""
        job.step("answer", self.answer, answer_id)

    async def answer(self, answer_id: str) -> None:
        """Asks and records; does nothing where the end is recorded already."""
        question = await self.catalog.write(asked.start, answer_id)
        if question is None:
            return
        answer = replace(await self._patiently(question), id=answer_id)
        await self.catalog.write(asked.finish, answer)

    async def fail(self, answer_id: str, error: ProvisoError) -> None:
        """The job boundary's last word."""
        await self.catalog.write(asked.fail, answer_id, fault_data(error))

    async def _patiently(self, question: AskedRecord) -> Answer:
        """Patience begins anew with every run that got further; when it is over, the answer stands on what was read, if anything was."""
        keeping, patience, count = KeptCalls(self.catalog, question.id), Patience(self.patience_s), -1
        while True:
            try:
                return await self._ask(question, keeping)
            except LlmUnavailable as error:
                if keeping.count > count:
                    patience.begin()
                    count = keeping.count
                wait_s = patience.pause(error.retry_after_s)
                if wait_s is None:
                    if not (keeping.waits and await keeping.kept()):
                        raise
                    keeping.waits = False
                    continue
            await self.catalog.write(asked.wait, question.id, "llm")
            await asyncio.sleep(wait_s)

    async def _ask(self, question: AskedRecord, keeping: KeptCalls) -> Answer:
        asked_for = from_data(Question, question.question)
        async with aclosing(self.answering.stream(asked_for, keeping)) as events:
            async for event in events:
                if isinstance(event.data, Answer):
                    return event.data
                if event.name == "progress" and isinstance(event.data, dict):
                    await self.catalog.write(asked.advance, question.id, event.data)
        raise InternalError("The answer ended without an end.")
