"""The durable extraction of one document (floor 4): plan → ask group by group → resolve and record, every field with an outcome.

A unit is a document of an extraction; its job's subject is `extraction id/document id/attempt`. Steps record what the model said;
the last step resolves quotes and writes all cells in one commit, so that a repeated step never doubles a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.extraction.asking import GroupAsking
from analysis.extraction.groups import group_fields
from analysis.extraction.purse import Budget, Purses
from analysis.extraction.recording import Recording
from analysis.extraction.unit import Unit, UnitReading, asked_again
from analysis.extraction.waiting import with_patience
from analysis.grounding.contexts import Contexts
from analysis.grounding.library import Library
from analysis.grounding.passages import Passages
from proviso.errors import DependencyError, DocumentNotReady, LlmUnavailable, NotFound, ProvisoError
from proviso.ports import Job
from proviso.types.answers import CallUsage
from proviso.types.extractions import Field
from proviso.wire import from_data, to_data
from records.catalog import extractions
from records.catalog.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Means:
    """What extractions are made with; `asking` is None when there is no model. `patience_s`: how long a dead model is waited for."""

    catalog: Catalog
    library: Library
    contexts: Contexts
    passages: Passages
    asking: GroupAsking | None
    patience_s: float


class Extraction:
    """Runs units. Faults of the model end in failed cells with their code, never in a lost one."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._reading = UnitReading(means.catalog)
        self._purses = Purses(self._reading)
        self._recording = Recording(means.catalog, means.library, means.passages)

    def script(self, job: Job, subject: str) -> None:
        """The job of one unit."""
        plan: dict[str, Any] = job.step("plan", self.plan, subject)
        if not plan["run"]:
            return
        replies: list[dict[str, Any]] = []
        for n in range(plan["groups"]):
            calls = [call for reply in replies for call in reply["calls"]]
            replies.append(job.step(f"ask {n}", self.ask, subject, plan["fields"], n, calls))
        job.step("record", self.record, subject, plan, replies)

    async def plan(self, subject: str) -> dict[str, Any]:
        """Whether the unit runs, which fields it asks for, in how many groups, and why it cannot be asked at all."""
        unit = Unit.of(subject)
        if not await self._means.catalog.write(extractions.start_unit, *unit.key):
            return {"run": False}
        record, fields = await self._fields(unit)
        reason = await self._reason_not_to_ask(record.workspace, unit.document_id)
        groups = len(group_fields(fields)) if self._means.asking and reason is None else 0
        return {"run": True, "groups": groups, "fields": _pointers(fields), "reason": reason}

    async def _reason_not_to_ask(self, workspace: str, document_id: str) -> str | None:
        try:
            document = await self._reading.document(workspace, document_id)
        except NotFound:
            return "document_deleted"
        except DocumentNotReady:
            return "document_failed"
        return None if document.chars else "document_unreadable"

    async def ask(
        self, subject: str, pointers: list[str], n: int, calls: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        """What the model says of group `n`, as JSON; a fault of the model is part of the result. `calls`: of the groups before."""
        unit = Unit.of(subject)
        record = await self._reading.extraction(unit)
        group = group_fields([field for field in record.fields if field.pointer in set(pointers)])[n]
        asking = self._means.asking
        if asking is None:  # planned with a model, resumed without one
            return _fault(group, "llm_unavailable")
        if not await self._means.catalog.write(extractions.start_unit, *unit.key):
            return _fault(group, "cancelled")
        document = await self._reading.document(record.workspace, unit.document_id)
        call = self._reading.call(record)
        budget = Budget(record.max_tokens, record.max_cost, asking.price(record.model))
        hold = self._purses.of(unit, budget, [from_data(CallUsage, before) for before in calls or ()])
        try:
            reply = await with_patience(
                lambda: asking.ask(call, document, group, hold),
                self._means.catalog,
                unit,
                self._means.patience_s,
            )
        except LlmUnavailable:
            return _fault(group, "llm_unavailable")
        except DependencyError as error:
            return _fault(group, f"{error.code}: {error.detail}")
        return {"asked": _pointers(group), **to_data(reply)}

    async def record(self, subject: str, plan: dict[str, Any], replies: list[dict[str, Any]]) -> None:
        """Resolve quotes and write every cell of the unit, in one commit."""
        unit = Unit.of(subject)
        record, _ = await self._fields(unit)
        asked = set(plan["fields"])
        fields = [field for field in record.fields if field.pointer in asked]
        if plan["reason"]:
            cells = self._recording.failed(unit.document_id, fields, plan["reason"])
        elif not plan["groups"]:
            document = await self._reading.document(record.workspace, unit.document_id)
            cells = await self._recording.candidates(record.workspace, document, fields)
        else:
            document = await self._reading.document(record.workspace, unit.document_id)
            cells = await self._recording.from_replies(document, fields, replies)
        async with self._purses.recording(unit):
            await self._recording.write(record, unit, cells, asked, replies)

    async def fail(self, subject: str, error: ProvisoError) -> None:
        """The job boundary's last word: every field of the unit that was to be asked fails with the error's code."""
        unit = Unit.of(subject)
        record, fields = await self._fields(unit)
        cells = self._recording.failed(unit.document_id, fields, f"{error.code}: {error.detail}")
        async with self._purses.recording(unit):
            await self._recording.write(record, unit, cells, set(_pointers(fields)), [])

    async def _fields(self, unit: Unit) -> tuple[extractions.ExtractionRecord, list[Field]]:
        """The extraction, and the fields this attempt asks for: all at first, then those that failed."""
        record = await self._reading.extraction(unit)
        before = await self._reading.cells(unit)
        return record, asked_again(record.fields, before) if unit.attempt > 1 and before else list(record.fields)


def _pointers(fields: Sequence[Field]) -> list[str]:
    return [field.pointer for field in fields]


def _fault(group: Sequence[Field], reason: str) -> dict[str, Any]:
    return {
        "asked": _pointers(group),
        "cells": [],
        "fault": reason,
        "calls": [],
        "mode": None,
        "tokens_read": 0,
        "spans": [],
    }
