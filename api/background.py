"""What runs behind the doors (floor 5): durable jobs tied to ingestion, extraction and answers, and the reconciliation at start-up.

A document's job id is its version id and attempt, an extraction unit's is extraction, document and attempt, an answer's is its own:
enqueueing twice is a no-op.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from analysis.extraction.extraction import Extraction
from api.later import LaterAnswers
from ingest.pipeline import Ingestion
from proviso.errors import DependencyError, NotFound, ProvisoError
from proviso.ports import Jobs, VectorIndex
from records.catalog import asked, changes, documents, extractions, idempotency
from records.catalog.catalog import Catalog

INGEST = "ingest"
EXTRACT = "extract"
ANSWER = "answer"
HOUR_S = 3600
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Background:
    """Queues work and settles what went wrong with it."""

    catalog: Catalog
    jobs: Jobs
    ingestion: Ingestion
    extraction: Extraction
    later: LaterAnswers

    async def queue_document(self, version_id: str, attempt: int) -> None:
        await self.jobs.enqueue(INGEST, f"{version_id}.{attempt}", version_id)

    async def queue_units(self, extraction_id: str) -> None:
        """Queue the units of an extraction whose documents are ready or failed; the rest follow when they settle."""
        for unit in await self.catalog.read(extractions.unsettled, extraction_id):
            await self._queue_unit(unit)

    async def queue_answer(self, answer_id: str) -> None:
        await self.jobs.enqueue(ANSWER, answer_id, answer_id)

    async def document_settled(self, document_id: str) -> None:
        """A document became ready, failed or goes: the units that waited for it can run."""
        for unit in await self.catalog.read(extractions.unsettled, None, document_id):
            await self._queue_unit(unit)

    async def job_failed(self, queue: str, subject: str, error: ProvisoError) -> None:
        """The job boundary's last word: the subject is recorded as failed, never stuck."""
        try:
            if queue == INGEST:
                await self.ingestion.fail(subject, error)
            elif queue == ANSWER:
                await self.later.fail(subject, error)
            else:
                await self.extraction.fail(subject, error)
        except NotFound:
            log.info("%s %s was deleted while its job ran", queue, subject)

    async def reconcile(self, index: VectorIndex) -> None:
        """After a crash: queue what is unfinished, delete points that no live or coming version owns; warn where points
        are missing."""
        counts = await index.counts()  # first: what another process begins after this is not taken for an orphan
        unfinished = await self.catalog.read(documents.unfinished)
        for version in unfinished:
            await self.queue_document(version.version_id, version.attempt)
        for unit in await self.catalog.read(extractions.unsettled):
            await self._queue_unit(unit)
        for answer_id in await self.catalog.read(asked.unfinished):
            await self.queue_answer(answer_id)
        live = await self.catalog.read(documents.live_versions)
        known = set(live) | {version.version_id for version in unfinished}
        orphans = sorted(set(counts) - known)
        if orphans:
            log.info("deleting the points of %d versions that are no longer live", len(orphans))
            await index.delete(None, orphans)
        lacking = sum(chunks > counts.get(version_id, 0) for version_id, chunks in live.items())
        if lacking:
            log.warning(
                "the index holds nothing, or not all, of %d documents, which a search does not find: `proviso reindex` builds it again",
                lacking,
            )

    async def housekeep(self) -> None:
        """Every hour: forget idempotency keys and changes that nobody can ask for any more."""
        while True:
            try:
                await self.catalog.write(idempotency.expire)
                await self.catalog.write(changes.expire)
            except DependencyError as error:
                log.warning("housekeeping is put off: %s", error.detail)
            await asyncio.sleep(HOUR_S)

    async def _queue_unit(self, unit: extractions.UnitRecord) -> None:
        if unit.settled_document:
            subject = f"{unit.extraction_id}/{unit.document_id}/{unit.attempt}"
            await self.jobs.enqueue(EXTRACT, subject, subject)
