"""Following changes (floor 5): the catalog's change log, polled, so that every process and worker is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from api.wiring import Services
from proviso.errors import NotFound
from records.catalog import changes, documents, extractions
from records.catalog.documents import DocumentRecord
from records.catalog.extractions import ExtractionRecord
from records.catalog.rows import ChangeRecord

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


async def watch_document(services: Services, workspace: str, document_id: str) -> AsyncIterator[DocumentRecord]:
    """The document now and after each change, until it is ready, failed or gone."""
    last = None
    while True:
        try:
            record = await services.catalog.read(documents.get, workspace, document_id)
        except NotFound:
            return
        if record != last:
            yield record
            last = record
        if record.status in SETTLED:
            return
        await asyncio.sleep(POLL_S)


async def watch_extraction(services: Services, workspace: str, extraction_id: str) -> AsyncIterator[ExtractionRecord]:
    """The extraction now and after each change, until it is over or gone."""
    last = None
    while True:
        try:
            record = await services.catalog.read(extractions.get, workspace, extraction_id)
        except NotFound:
            return
        if record != last:
            yield record
            last = record
        if record.finished_at is not None:
            return
        await asyncio.sleep(POLL_S)
