"""Answers in the background (floor 5): a durable job for each, begun again from its question where it was cut.

A model that is out of reach is waited for; every other fault ends in a recorded problem. A job that is cut asks its question
again, with the same budget: what the cut run had used is not known.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace

from analysis.answering.answering import Answering
from analysis.answering.question import Question
from proviso.errors import InternalError, LlmUnavailable, ProvisoError
from proviso.ports import Job
from proviso.types.answers import Answer
from proviso.wire import from_data
from records.catalog import asked, usage
from records.catalog.catalog import Catalog
from records.catalog.rows import AskedRecord
from records.jobs.faults import fault_data

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


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
        recorded = await self.catalog.write(asked.finish, answer)
        if recorded and answer.model:
            await self.catalog.write(usage.record, question.workspace, answer.model, answer.receipt.calls)

    async def fail(self, answer_id: str, error: ProvisoError) -> None:
        """The job boundary's last word."""
        await self.catalog.write(asked.fail, answer_id, fault_data(error))

    async def _patiently(self, question: AskedRecord) -> Answer:
        until, pause_s = time.monotonic() + self.patience_s, FIRST_PAUSE_S
        while True:
            try:
                return await self._ask(question)
            except LlmUnavailable as error:
                wait_s = min(max(pause_s, error.retry_after_s or 0.0), LONGEST_PAUSE_S)
                if time.monotonic() + wait_s > until:
                    raise
                await self.catalog.write(asked.advance, question.id, {"waiting_for": "llm"})
            await asyncio.sleep(wait_s)
            pause_s *= 2

    async def _ask(self, question: AskedRecord) -> Answer:
        async with aclosing(self.answering.stream(from_data(Question, question.question))) as events:
            async for event in events:
                if isinstance(event.data, Answer):
                    return event.data
                if event.name == "progress" and isinstance(event.data, dict):
                    await self.catalog.write(asked.advance, question.id, event.data)
        raise InternalError("The answer ended without an end.")
