"""Following changes (floor 5): the catalog's change log, polled, so that every process and worker is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from api.wiring import Services
from proviso.errors import NotFound
from records.catalog import changes, documents, extractions
from records.catalog.documents import DocumentRecord
from records.catalog.extractions import ExtractionOverview
from records.catalog.rows import ChangeRecord

R = TypeVar("R")
POLL_S = 0.25
SETTLED = ("ready", "failed")
BATCH = 500


async def watch_changes(services: Services, workspace: str, seq: int) -> AsyncIterator[ChangeRecord]:
    """Every change of the workspace after the one numbered `seq`."""
    while True:
        found = await services.catalog.read(changes.since, workspace, seq, BATCH)
        for change in found:
            seq = change.seq
            yield change
        if not found:
            await asyncio.sleep(POLL_S)


def watch_document(services: Services, workspace: str, document_id: str) -> AsyncIterator[DocumentRecord]:
    """The document now and after each change, until it is ready, failed or gone."""
    return _watch(
        lambda: services.catalog.read(documents.get, workspace, document_id), lambda record: record.status in SETTLED
    )


def watch_extraction(services: Services, workspace: str, extraction_id: str) -> AsyncIterator[ExtractionOverview]:
    """The extraction now and after each change, until it is over or gone."""
    return _watch(
        lambda: services.catalog.read(extractions.get, workspace, extraction_id),
        lambda record: record.finished_at is not None,
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
