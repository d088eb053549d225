"""Extractions: units run and recorded once, cells that replace each other, totals that add up."""

from __future__ import annotations

import asyncio

import pytest

from proviso.errors import Conflict, InvalidRequest, NotFound
from proviso.types.answers import Usage
from proviso.types.extractions import Totals
from proviso.wire import to_data
from records.catalog import changes, documents, extractions
from records.catalog.catalog import Catalog
from records.catalog.extractions import ExtractionOverview
from tests.unit.records.catalog.builders import (
    FIELDS,
    a_cell,
    a_failed,
    a_ready,
    an_extraction,
    an_uploaded,
    usage,
)


def started(catalog: Catalog, *names: str) -> ExtractionOverview:
    ids = [a_ready(catalog, name).id for name in names]
    return catalog.write_now(extractions.create, an_extraction(*ids))


def now(catalog: Catalog, job: ExtractionOverview) -> ExtractionOverview:
    return catalog.read_now(extractions.get, "local", job.id)


def test_a_new_extraction_has_a_pending_unit_for_each_document(catalog: Catalog) -> None:
    job = started(catalog, "a", "b")
    assert (job.status, job.waiting_for, job.finished_at) == ("queued", None, None)
    assert job.fields == FIELDS
    assert job.totals == Totals(2, 0, 4, 0, 0, 0, 0, 0, 0)
    units = catalog.read_now(extractions.units_of, job.id)
    assert [(unit.document_id, unit.status, unit.attempt) for unit in units] == [
        (document_id, "pending", 1) for document_id in job.document_ids
    ]
    data = to_data(job)
    assert data["schema"] == {"type": "object", "properties": {"governing_law": {"type": "string"}}}
    assert data["webhook"] is None


def test_an_extraction_of_nothing_is_complete(catalog: Catalog) -> None:
    job = catalog.write_now(extractions.create, an_extraction())
    assert job.status == "completed"
    assert job.finished_at is not None


def test_units_run_are_recorded_and_end_the_extraction(catalog: Catalog) -> None:
    job = started(catalog, "a", "b")
    first, second = job.document_ids
    assert catalog.write_now(extractions.start_unit, job.id, first, 1)
    assert now(catalog, job).status == "running"
    cells = [a_cell(first), a_cell(first, "/term", "absent")]
    assert not catalog.write_now(extractions.record_unit, job.id, first, 1, cells, usage(100))
    assert now(catalog, job).totals == Totals(2, 1, 4, 1, 0, 1, 0, 0, 0)
    assert catalog.write_now(extractions.start_unit, job.id, second, 1)
    assert catalog.write_now(extractions.record_unit, job.id, second, 1, [a_cell(second)], usage(50, "counted"))
    done = now(catalog, job)
    assert (done.status, done.totals) == ("completed", Totals(2, 2, 3, 2, 0, 1, 0, 0, 0))
    assert done.finished_at is not None
    assert (done.usage.prompt, done.usage.calls, done.usage.reasoning_source) == (150, 2, "counted")
    assert catalog.read_now(extractions.cells, job.id) == ([*cells, a_cell(second)], None)
    assert catalog.read_now(extractions.unsettled) == []


def test_recording_the_same_attempt_again_changes_nothing(catalog: Catalog) -> None:
    job = started(catalog, "a")
    (document_id,) = job.document_ids
    for _ in range(2):
        assert catalog.write_now(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], usage(100))
    done = now(catalog, job)
    assert (done.totals.found, done.usage.prompt, done.usage.calls) == (1, 100, 1)
    assert not catalog.write_now(extractions.start_unit, job.id, document_id, 1)


def test_failed_cells_make_it_complete_with_failures_and_retry_runs_only_their_units(catalog: Catalog) -> None:
    job = started(catalog, "a", "b")
    good, bad = job.document_ids
    catalog.write_now(extractions.record_unit, job.id, good, 1, [a_cell(good)], None)
    failed = [a_cell(bad), a_cell(bad, "/term", "failed")]
    assert catalog.write_now(extractions.record_unit, job.id, bad, 1, failed, usage(10))
    assert now(catalog, job).status == "completed_with_failures"
    assert catalog.write_now(extractions.retry, "local", job.id) == [(bad, 2)]
    again = now(catalog, job)
    assert (again.status, again.finished_at, again.totals.found) == ("queued", None, 2)
    assert [(unit.document_id, unit.attempt) for unit in catalog.read_now(extractions.unsettled, job.id)] == [(bad, 2)]
    assert not catalog.write_now(extractions.record_unit, job.id, bad, 1, [], None)
    assert catalog.write_now(extractions.record_unit, job.id, bad, 2, [a_cell(bad), a_cell(bad, "/term")], usage(20))
    done = now(catalog, job)
    assert (done.status, done.totals.found, done.totals.failed, done.usage.prompt) == ("completed", 3, 0, 30)
    assert catalog.write_now(extractions.retry, "local", job.id) == []
    assert now(catalog, job).status == "completed"


def test_a_cancelled_extraction_takes_no_more_cells_and_can_be_taken_up_again(catalog: Catalog) -> None:
    job = started(catalog, "a", "b")
    first, second = job.document_ids
    catalog.write_now(extractions.record_unit, job.id, first, 1, [a_cell(first)], None)
    catalog.write_now(extractions.start_unit, job.id, second, 1)
    cancelled = catalog.write_now(extractions.cancel, "local", job.id)
    assert (cancelled.status, cancelled.totals.documents_done) == ("cancelled", 1)
    assert not catalog.write_now(extractions.record_unit, job.id, second, 1, [a_cell(second)], None)
    assert not catalog.write_now(extractions.start_unit, job.id, second, 1)
    assert catalog.read_now(extractions.unsettled) == []
    assert catalog.write_now(extractions.cancel, "local", job.id).status == "cancelled"
    assert catalog.write_now(extractions.retry, "local", job.id) == [(second, 2)]
    assert catalog.write_now(extractions.record_unit, job.id, second, 2, [a_cell(second)], None)
    with pytest.raises(Conflict):
        catalog.write_now(extractions.cancel, "local", job.id)


def test_retrying_what_runs_is_a_conflict(catalog: Catalog) -> None:
    with pytest.raises(Conflict):
        catalog.write_now(extractions.retry, "local", started(catalog, "a").id)


def test_units_say_whether_their_document_is_ready_failed_or_gone(catalog: Catalog) -> None:
    ready, waiting, failed = a_ready(catalog, "a"), an_uploaded(catalog, "b"), a_failed(catalog, "c")
    leaving = a_ready(catalog, "d")
    catalog.write_now(documents.begin_delete, "local", leaving.id)
    ids = (ready.id, waiting.id, failed.id, leaving.id, "doc_gone")
    job = catalog.write_now(extractions.create, an_extraction(*ids))
    units = catalog.read_now(extractions.unsettled, job.id)
    assert [(unit.document_id, unit.settled_document) for unit in units] == list(
        zip(ids, (True, False, True, True, True), strict=True)
    )


def test_an_extraction_of_which_nothing_can_run_yet_waits_for_documents(catalog: Catalog) -> None:
    waiting = an_uploaded(catalog, "b")
    job = catalog.write_now(extractions.create, an_extraction(waiting.id))
    assert job.waiting_for == "documents"
    catalog.write_now(documents.fail, waiting.version_id, "broken_file", "no")
    assert now(catalog, job).waiting_for is None


def test_waiting_for_the_model_is_said_and_taken_back(catalog: Catalog) -> None:
    job = started(catalog, "a")
    catalog.write_now(extractions.waiting, job.id, "llm")
    assert now(catalog, job).waiting_for == "llm"
    before = catalog.read_now(changes.latest)
    catalog.write_now(extractions.waiting, job.id, "llm")
    assert catalog.read_now(changes.latest) == before
    catalog.write_now(extractions.waiting, job.id, None)
    assert now(catalog, job).waiting_for is None
    catalog.write_now(extractions.cancel, "local", job.id)
    catalog.write_now(extractions.waiting, job.id, "llm")
    assert now(catalog, job).waiting_for is None


def test_cells_are_paged_and_narrowed_in_the_order_of_documents_and_fields(catalog: Catalog) -> None:
    job = started(catalog, "a", "b")
    for document_id in reversed(job.document_ids):
        cells = [a_cell(document_id), a_cell(document_id, "/term", "absent")]
        catalog.write_now(extractions.record_unit, job.id, document_id, 1, cells, None)
    seen, cursor = [], None
    for _ in range(4):
        (cell,), cursor = catalog.read_now(extractions.cells, job.id, limit=1, cursor=cursor)
        seen.append((cell.document_id, cell.field))
    assert cursor is None
    assert seen == [(document_id, field) for document_id in job.document_ids for field in ("/governing_law", "/term")]
    absent, _ = catalog.read_now(extractions.cells, job.id, outcome="absent")
    assert {cell.field for cell in absent} == {"/term"}
    one, _ = catalog.read_now(extractions.cells, job.id, document_id=job.document_ids[1])
    assert {cell.document_id for cell in one} == {job.document_ids[1]}
    with pytest.raises(InvalidRequest):
        catalog.read_now(extractions.cells, job.id, cursor="nonsense")


def test_a_cell_is_stale_once_a_newer_version_is_live(catalog: Catalog) -> None:
    job = started(catalog, "a")
    (document_id,) = job.document_ids
    catalog.write_now(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], None)
    catalog.write_now(documents.requeue, "local", document_id, None)
    assert not catalog.read_now(extractions.cells, job.id)[0][0].stale
    coming = catalog.read_now(documents.newest_version, "local", document_id)
    catalog.write_now(documents.publish, coming.version_id, 7)
    assert catalog.read_now(extractions.cells, job.id)[0][0].stale


async def test_units_recorded_at_once_end_the_extraction_exactly_once(catalog: Catalog) -> None:
    job = started(catalog, *(f"{n}" for n in range(8)))
    finished = await asyncio.gather(
        *(
            catalog.write(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], None)
            for document_id in job.document_ids
        )
    )
    assert finished.count(True) == 1
    assert now(catalog, job).status == "completed"


def test_lists_titles_and_counts(catalog: Catalog) -> None:
    jobs = [started(catalog, f"{n}") for n in range(3)]
    first, cursor = catalog.read_now(extractions.listing, "local", 2)
    rest, end = catalog.read_now(extractions.listing, "local", 2, cursor)
    assert [job.id for job in (*first, *rest)] == [job.id for job in reversed(jobs)]
    assert end is None
    assert catalog.read_now(extractions.listing, "acme") == ([], None)
    assert catalog.read_now(extractions.count_by_status) == {"queued": 3}
    assert catalog.read_now(extractions.title_of, jobs[0].document_ids[0]) == "Master Services Agreement"
    assert catalog.read_now(extractions.title_of, "doc_gone") == "doc_gone"


def test_a_job_reads_what_was_asked_and_what_it_has_used_but_no_unit(catalog: Catalog) -> None:
    job = catalog.write_now(extractions.create, an_extraction("doc_a", "doc_b", max_tokens=90))
    nothing = catalog.read_now(extractions.of_unit, job.id)
    assert not hasattr(nothing, "totals")
    assert not hasattr(nothing, "document_ids")
    assert (nothing.workspace, nothing.effort, nothing.max_tokens, nothing.fields) == ("local", "low", 90, FIELDS)
    assert nothing.usage == job.usage == Usage(0, 0, "server", 0, 0)
    catalog.write_now(extractions.record_unit, job.id, "doc_a", 1, [a_cell("doc_a", "/term", "failed")], usage(10))
    catalog.write_now(extractions.record_unit, job.id, "doc_b", 1, [], Usage(5, 1, "counted", 2, 3, cost=0.5))
    catalog.write_now(extractions.retry, "local", job.id)
    catalog.write_now(extractions.record_unit, job.id, "doc_a", 2, [], usage(20))
    used = Usage(35, 1_025, "counted", 826, 5, cost=0.5)
    assert catalog.read_now(extractions.of_unit, job.id).usage == now(catalog, job).usage == used
    with pytest.raises(NotFound):
        catalog.read_now(extractions.of_unit, "ext_gone")


def test_units_that_wait_for_one_document_are_found_by_it(catalog: Catalog) -> None:
    jobs = [catalog.write_now(extractions.create, an_extraction("doc_a", "doc_b")).id for _ in range(2)]
    found = catalog.read_now(extractions.unsettled, document_id="doc_b")
    assert [(unit.extraction_id, unit.document_id) for unit in found] == [(job, "doc_b") for job in jobs]
    assert len(catalog.read_now(extractions.unsettled, jobs[1], "doc_b")) == 1


def test_a_deleted_extraction_is_gone_with_its_cells_and_its_late_jobs_are_ignored(catalog: Catalog) -> None:
    job = started(catalog, "a")
    (document_id,) = job.document_ids
    catalog.write_now(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], None)
    with pytest.raises(NotFound):
        catalog.write_now(extractions.delete, "acme", job.id)
    catalog.write_now(extractions.delete, "local", job.id)
    for work in (extractions.get, extractions.cancel, extractions.retry, extractions.delete):
        with pytest.raises(NotFound):
            catalog.write_now(work, "local", job.id)
    with pytest.raises(NotFound):
        catalog.read_now(extractions.totals, job.id)
    assert catalog.read_now(extractions.cells, job.id) == ([], None)
    assert not catalog.write_now(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], None)
    assert not catalog.write_now(extractions.start_unit, job.id, document_id, 1)
