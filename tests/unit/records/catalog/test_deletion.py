"""Deleting documents: invisible at once, forgotten when finished, and never another document's file."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from proviso.errors import DocumentNotReady, NotFound
from proviso.types.search import Scope
from proviso.wire import to_data
from records.catalog import answers, changes, documents, extractions, idempotency
from records.catalog.catalog import Catalog
from tests.unit.records.catalog.builders import a_cell, a_ready, an_answer, an_extraction, an_upload, an_uploaded, usage


def test_a_document_being_deleted_is_invisible_to_scopes_and_to_its_jobs(catalog: Catalog) -> None:
    record = a_ready(catalog)
    assert catalog.write_now(documents.begin_delete, "local", record.id) == [record.version_id]
    assert catalog.read_now(documents.get, "local", record.id).status == "deleting"
    assert catalog.read_now(documents.resolve_scope, Scope("local")).documents == ()
    assert catalog.read_now(documents.live_versions) == {}
    with pytest.raises(NotFound):
        catalog.read_now(documents.resolve_scope, Scope("local", document_ids=(record.id,)))
    with pytest.raises(NotFound):
        catalog.write_now(documents.stage, record.version_id, "embedding", 0.5)
    with pytest.raises(NotFound):
        catalog.read_now(documents.version, record.version_id)
    assert not catalog.write_now(documents.fail, record.version_id, "internal_error", "late")


def test_an_interrupted_deletion_is_found_and_can_be_begun_again(catalog: Catalog) -> None:
    record = a_ready(catalog)
    versions = catalog.write_now(documents.begin_delete, "local", record.id)
    assert [found.id for found in catalog.read_now(documents.deleting)] == [record.id]
    assert catalog.write_now(documents.begin_delete, "local", record.id) == versions
    catalog.write_now(documents.finish_delete, record.id)
    assert catalog.read_now(documents.deleting) == []


def test_a_finished_deletion_leaves_nothing_but_the_file_to_clear(catalog: Catalog) -> None:
    record = a_ready(catalog)
    catalog.write_now(documents.requeue, "local", record.id, None)
    assert len(catalog.write_now(documents.begin_delete, "local", record.id)) == 2
    keys = catalog.write_now(documents.finish_delete, record.id)
    assert keys == [f"files/{record.sha256}"]
    assert catalog.write_now(documents.finish_delete, record.id) == []
    with pytest.raises(NotFound):
        catalog.read_now(documents.get, "local", record.id)
    assert catalog.read_now(documents.garbage_keys) == keys
    catalog.write_now(documents.swept, keys)
    assert catalog.read_now(documents.garbage_keys) == []
    assert catalog.read_now(changes.since, "local", 0, 100)[-1].subject == record.id


def test_a_live_document_is_not_forgotten_without_being_deleted_first(catalog: Catalog) -> None:
    record = a_ready(catalog)
    assert catalog.write_now(documents.finish_delete, record.id) == []
    assert catalog.read_now(documents.get, "local", record.id) == record


def test_a_file_that_another_document_uses_stays(catalog: Catalog) -> None:
    first, second = a_ready(catalog), a_ready(catalog, collection="archive")
    catalog.write_now(documents.begin_delete, "local", first.id)
    assert catalog.write_now(documents.finish_delete, first.id) == []
    catalog.write_now(documents.begin_delete, "local", second.id)
    assert catalog.write_now(documents.finish_delete, second.id) == [f"files/{second.sha256}"]


def test_uploading_the_bytes_of_a_document_being_deleted_makes_a_new_one_and_keeps_the_file(catalog: Catalog) -> None:
    old = a_ready(catalog)
    catalog.write_now(documents.begin_delete, "local", old.id)
    new, duplicate = catalog.write_now(documents.add, an_upload())
    assert not duplicate
    assert new.id != old.id
    assert catalog.write_now(documents.finish_delete, old.id) == []


def test_uploading_bytes_whose_file_waits_to_be_cleared_keeps_it(catalog: Catalog) -> None:
    old = a_ready(catalog)
    catalog.write_now(documents.begin_delete, "local", old.id)
    assert catalog.write_now(documents.finish_delete, old.id)
    an_uploaded(catalog)
    assert catalog.read_now(documents.garbage_keys) == []


def test_the_words_of_a_deleted_document_leave_stored_answers_and_cells(catalog: Catalog) -> None:
    gone, kept = a_ready(catalog, "a.pdf"), a_ready(catalog, "b.pdf")
    catalog.write_now(answers.save, "local", {"question": "Which law?"}, an_answer("ans_1", gone.id, kept.id))
    job = catalog.write_now(extractions.create, an_extraction(gone.id, kept.id))
    for document_id in (gone.id, kept.id):
        catalog.write_now(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], usage())
    catalog.write_now(documents.begin_delete, "local", gone.id)
    catalog.write_now(documents.finish_delete, gone.id)
    first, second = catalog.read_now(answers.get, "local", "ans_1").evidence
    assert (first.quote, first.text, first.state, first.section) == ("", None, "deleted", "12.3")
    assert (second.state, second.text) == ("exact", "the laws of the State of Delaware")
    cells, _ = catalog.read_now(extractions.cells, job.id)
    assert [cell.evidence[0].state for cell in cells] == ["deleted", "exact"]
    assert cells[0].evidence[0].text is None


ASK = ("local", "POST /v1/ask", "key-1")


def delete(catalog: Catalog, document_id: str) -> None:
    catalog.write_now(documents.begin_delete, "local", document_id)
    catalog.write_now(documents.finish_delete, document_id)


def replayed(catalog: Catalog) -> list[tuple[str, str, str | None]]:
    stored = catalog.write_now(idempotency.begin, *ASK, "hash")
    assert stored is not None
    return [(item["state"], item["quote"], item["text"]) for item in stored.body["evidence"]]


DELAWARE = "the laws of the State of Delaware"
BLANK, WHOLE = ("deleted", "", None), ("exact", DELAWARE, DELAWARE)


def test_an_idempotency_key_does_not_give_the_words_of_a_deleted_document_again(catalog: Catalog) -> None:
    gone, kept = a_ready(catalog, "a.pdf"), a_ready(catalog, "b.pdf")
    catalog.write_now(idempotency.begin, *ASK, "hash")
    catalog.write_now(idempotency.finish, *ASK, 200, to_data(an_answer("ans_1", gone.id, kept.id)))
    uploads = ("local", "POST /v1/documents", "key-1")
    catalog.write_now(idempotency.begin, *uploads, "hash")
    catalog.write_now(idempotency.finish, *uploads, 202, {"items": [{"id": gone.id}]})
    delete(catalog, gone.id)
    assert replayed(catalog) == [BLANK, WHOLE]
    stored = catalog.write_now(idempotency.begin, *uploads, "hash")
    assert stored is not None
    assert stored.body == {"items": [{"id": gone.id}]}


def test_what_is_stored_after_a_deletion_is_stored_without_the_words(catalog: Catalog) -> None:
    gone, kept = a_ready(catalog, "a.pdf"), a_ready(catalog, "b.pdf")
    job = catalog.write_now(extractions.create, an_extraction(gone.id, kept.id))
    catalog.write_now(idempotency.begin, *ASK, "hash")
    delete(catalog, gone.id)
    answer = an_answer("ans_1", gone.id, kept.id)
    saved = catalog.write_now(answers.save, "local", {"question": "Which law?"}, answer)
    catalog.write_now(idempotency.finish, *ASK, 200, to_data(answer))
    for document_id in (gone.id, kept.id):
        catalog.write_now(extractions.record_unit, job.id, document_id, 1, [a_cell(document_id)], usage())
    assert [(item.state, item.quote, item.text) for item in saved.evidence] == [BLANK, WHOLE]
    assert replayed(catalog) == [BLANK, WHOLE]
    cells, _ = catalog.read_now(extractions.cells, job.id)
    assert [(cell.evidence[0].state, cell.evidence[0].quote) for cell in cells] == [BLANK[:2], WHOLE[:2]]


async def test_words_stored_while_their_document_is_deleted_do_not_stay(catalog: Catalog) -> None:
    gone = [a_ready(catalog, f"{n}.pdf").id for n in range(8)]
    jobs = [catalog.write_now(extractions.create, an_extraction(document_id)).id for document_id in gone]
    for document_id in gone:
        catalog.write_now(documents.begin_delete, "local", document_id)
    await asyncio.gather(
        *(catalog.write(documents.finish_delete, document_id) for document_id in gone),
        *(catalog.write(answers.save, "local", {}, an_answer(f"ans_{n}", *gone)) for n in range(4)),
        *(
            catalog.write(extractions.record_unit, job, document_id, 1, [a_cell(document_id)], usage())
            for job, document_id in zip(jobs, gone, strict=True)
        ),
    )
    kept, _ = catalog.read_now(answers.listing, "local")
    cells = [cell for job in jobs for cell in catalog.read_now(extractions.cells, job)[0]]
    assert {item.state for holder in (*kept, *cells) for item in holder.evidence} == {"deleted"}


def test_a_deleted_password_is_not_left_in_the_database_file(tmp_path: Path) -> None:
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    record = an_uploaded(catalog, password="correct-horse-battery")
    catalog.write_now(documents.fail, record.version_id, "wrong_password", "no")
    catalog.close()
    connection = sqlite3.connect(tmp_path / "catalog.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert all(b"correct-horse-battery" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_failed_document_in_a_scope_is_listed_and_named_it_is_not_ready(catalog: Catalog) -> None:
    record = an_uploaded(catalog)
    catalog.write_now(documents.fail, record.version_id, "broken_file", "It ends in the middle.")
    assert catalog.read_now(documents.resolve_scope, Scope("local")).failed == (record.id,)
    with pytest.raises(DocumentNotReady, match="failed"):
        catalog.read_now(documents.resolve_scope, Scope("local", document_ids=(record.id,)))
