"""Following changes (floor 5): the catalog's change log, polled, so that every process and worker is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from api.wiring import Services
from proviso.errors import NotFound
from records.catalog import answers, changes, documents, extractions
from records.catalog.documents import DocumentRecord, Standing
from records.catalog.extractions import ExtractionOverview
from records.catalog.rows import ChangeRecord

R = TypeVar("R")
POLL_S = 0.25
SETTLED = ("ready", "failed")
ENDED = ("done", "failed")
BATCH = 500


async def watch_changes(
    services: Services, workspace: str, seq: int
) -> AsyncIterator[tuple[ChangeRecord, Standing | None]]:
    """What has changed in the workspace after the change numbered `seq`, and where each document stands by now. Of several changes of the
    same thing that come at once, the last."""
    while True:
        found = await services.catalog.read(changes.since, workspace, seq, BATCH)
        last = {(change.kind, change.subject, change.collection): change for change in found}
        ids = [change.subject for change in last.values() if change.kind == "document"]
        standings = await services.catalog.read(documents.standings, ids) if ids else {}
        for change in sorted(last.values(), key=lambda change: change.seq):
            yield change, standings.get(change.subject)
        if found:
            seq = found[-1].seq
        else:
            await asyncio.sleep(POLL_S)


def watch_document(services: Services, workspace: str, document_id: str) -> AsyncIterator[DocumentRecord]:
    """The document now and after each change, until it is ready, failed or gone, and no version of it is on its way."""

    def is_over(record: DocumentRecord) -> bool:
        return record.status in SETTLED and (record.pending is None or record.pending.status == "failed")

    return _watch(lambda: services.catalog.read(documents.get, workspace, document_id), is_over)


def watch_extraction(services: Services, workspace: str, extraction_id: str) -> AsyncIterator[ExtractionOverview]:
    """The extraction now and after each change, until it is over or gone."""
    return _watch(
        lambda: services.catalog.read(extractions.get, workspace, extraction_id),
        lambda record: record.finished_at is not None,
    )


def watch_answer(
    services: Services, workspace: str, answer_id: str
) -> AsyncIterator[answers.AnswerRecord | answers.AnswerToCome]:
    """The answer as it is and after each change, until it is there or has failed."""
    return _watch(
        lambda: services.catalog.read(answers.get, workspace, answer_id),
        lambda record: record.status in ENDED,
    )


async def _watch(look: Callable[[], Awaitable[R]], is_over: Callable[[R], bool]) -> AsyncIterator[R]:
    """What `look` finds, whenever it differs from before; NotFound ends it like the end itself."""
    last: R | None = None
    while True:
        try:
            record = await look()
        except NotFound:
            return
        if record != last:
            yield record
            last = record
        if is_over(record):
            return
        await asyncio.sleep(POLL_S)
