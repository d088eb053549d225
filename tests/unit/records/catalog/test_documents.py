"""A document's life in the catalog: from upload to ready, failed, again, and gone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from proviso.errors import Conflict, InvalidRequest, NotFound
from proviso.types.documents import DocumentWarning
from proviso.types.search import Scope
from proviso.wire import to_data
from records.catalog import changes, documents
from records.catalog.catalog import Catalog
from records.catalog.documents import PageCoverage, Pending
from tests.unit.records.catalog.builders import a_failed, a_ready, an_upload, an_uploaded, facts


def test_a_new_upload_is_queued_and_found_again(catalog: Catalog) -> None:
    record, duplicate = catalog.write_now(documents.add, an_upload(metadata={"vendor": "ACME"}))
    assert not duplicate
    assert (record.status, record.version, record.attempt, record.stage) == ("queued", 1, 1, None)
    assert (record.title, record.metadata, record.chunks) == ("msa.pdf", {"vendor": "ACME"}, None)
    assert abs((datetime.now(UTC) - record.created_at).total_seconds()) < 60
    assert catalog.read_now(documents.get, "local", record.id) == record


def test_the_same_bytes_in_the_same_collection_are_the_same_document(catalog: Catalog) -> None:
    first = a_ready(catalog)
    again, duplicate = catalog.write_now(documents.add, an_upload("other-name.pdf", sha256=first.sha256))
    assert duplicate
    assert again == first


def test_the_same_bytes_elsewhere_are_another_document(catalog: Catalog) -> None:
    ids = {
        an_uploaded(catalog).id,
        an_uploaded(catalog, collection="archive").id,
        an_uploaded(catalog, workspace="acme").id,
    }
    assert len(ids) == 3


def test_a_duplicate_of_a_failed_document_is_queued_again_with_its_new_password(catalog: Catalog) -> None:
    failed = a_failed(catalog)
    again, duplicate = catalog.write_now(documents.add, an_upload("locked.pdf", password="s3cret"))
    assert duplicate
    assert (again.id, again.status, again.attempt, again.error) == (failed.id, "queued", 2, None)
    assert catalog.read_now(documents.version, again.version_id).password == "s3cret"


async def test_many_uploads_of_the_same_bytes_at_once_make_one_document(catalog: Catalog) -> None:
    found = await asyncio.gather(*(catalog.write(documents.add, an_upload()) for _ in range(12)))
    assert len({record.id for record, _ in found}) == 1
    assert [duplicate for _, duplicate in found].count(False) == 1


def test_progress_facts_and_publication_show_in_the_record(catalog: Catalog) -> None:
    record = an_uploaded(catalog)
    catalog.write_now(documents.stage, record.version_id, "embedding", 0.42)
    working = catalog.read_now(documents.get, "local", record.id)
    assert (working.status, working.stage, working.progress) == ("processing", "embedding", 0.42)
    catalog.write_now(documents.parsed, record.version_id, facts())
    assert catalog.write_now(documents.publish, record.version_id, 57) is None
    ready = catalog.read_now(documents.get, "local", record.id)
    assert (ready.status, ready.stage, ready.progress, ready.chunks) == ("ready", None, 1.0, 57)
    assert (ready.title, ready.language, ready.pages, ready.chars, ready.tokens) == (
        "Master Services Agreement",
        "en",
        2,
        5_000,
        1_100,
    )
    assert ready.page_coverage == (PageCoverage(1, 5_000, "text_layer"), PageCoverage(2, 0, "none"))
    assert to_data(ready)["warnings"] == [{"code": "needs_ocr", "detail": "Page 2 is an image.", "pages": [2]}]


def test_pages_that_need_ocr_count_as_unread_like_those_without_text(catalog: Catalog) -> None:
    record = an_uploaded(catalog)
    coverage = (
        PageCoverage(1, 900, "text_layer"),
        PageCoverage(2, 7, "text_layer"),
        PageCoverage(3, 0, "none"),
        PageCoverage(4, 800, "text_layer"),
    )
    warnings = (
        DocumentWarning("needs_ocr", "2 of 4 pages have no readable text.", (2, 4)),
        DocumentWarning("text_outside_page", "Text outside the page was left out.", (1,)),
    )
    read = facts(pages=4, page_coverage=coverage, warnings=warnings)
    catalog.write_now(documents.parsed, record.version_id, read)
    catalog.write_now(documents.publish, record.version_id, 1)
    (document,) = catalog.read_now(documents.resolve_scope, Scope("local")).documents
    assert document.unread_pages == (2, 3, 4)


def test_a_failure_has_a_code_and_a_sentence_and_forgets_the_password(catalog: Catalog) -> None:
    record = an_uploaded(catalog, password="s3cret")
    assert catalog.write_now(documents.fail, record.version_id, "wrong_password", "The password does not open it.")
    failed = catalog.read_now(documents.get, "local", record.id)
    assert failed.status == "failed"
    assert failed.error == {"code": "wrong_password", "detail": "The password does not open it."}
    assert catalog.read_now(documents.version, record.version_id).password is None


def test_publication_forgets_the_password(catalog: Catalog) -> None:
    record = an_uploaded(catalog, password="s3cret")
    catalog.write_now(documents.publish, record.version_id, 1)
    assert catalog.read_now(documents.version, record.version_id).password is None


def test_a_password_is_not_in_the_representation_of_a_record(catalog: Catalog) -> None:
    record = an_uploaded(catalog, password="s3cret")
    assert "s3cret" not in repr(catalog.read_now(documents.version, record.version_id))
    assert "s3cret" not in repr(an_upload(password="s3cret"))


def test_steps_that_run_again_after_publication_change_nothing(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    catalog.write_now(documents.stage, ready.version_id, "indexing", 0.97)
    catalog.write_now(documents.parsed, ready.version_id, facts(title="Other"))
    assert catalog.write_now(documents.publish, ready.version_id, 7) is None
    assert not catalog.write_now(documents.fail, ready.version_id, "internal_error", "late")
    assert catalog.read_now(documents.get, "local", ready.id) == ready


def test_reprocessing_a_live_document_keeps_it_live_until_its_successor_is_ready(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    requeued = catalog.write_now(documents.requeue, "local", ready.id, None)
    assert (requeued.status, requeued.version, requeued.version_id) == ("ready", 1, ready.version_id)
    assert requeued.pending == Pending(2, "queued", None, 0.0, "msa.pdf", ready.sha256, None)
    coming = catalog.read_now(documents.newest_version, "local", ready.id)
    catalog.write_now(documents.stage, coming.version_id, "embedding", 0.5)
    pending = catalog.read_now(documents.get, "local", ready.id).pending
    assert pending == Pending(2, "processing", "embedding", 0.5, "msa.pdf", ready.sha256, None)
    assert catalog.read_now(documents.live_versions) == {ready.version_id: 7}
    assert catalog.write_now(documents.publish, coming.version_id, 9) == ready.version_id
    renewed = catalog.read_now(documents.get, "local", ready.id)
    assert (renewed.version, renewed.version_id, renewed.pending) == (2, coming.version_id, None)
    assert catalog.read_now(documents.live_versions) == {coming.version_id: 9}


def test_a_successor_that_fails_leaves_the_live_version_live(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    catalog.write_now(documents.requeue, "local", ready.id, None)
    coming = catalog.read_now(documents.newest_version, "local", ready.id)
    catalog.write_now(documents.fail, coming.version_id, "parser_limit", "Too long.")
    record = catalog.read_now(documents.get, "local", ready.id)
    error = {"code": "parser_limit", "detail": "Too long."}
    assert (record.status, record.version, record.error) == ("ready", 1, error)
    assert record.pending == Pending(2, "failed", None, 0.0, "msa.pdf", ready.sha256, error)


def test_what_is_on_its_way_cannot_be_queued_twice(catalog: Catalog) -> None:
    record = an_uploaded(catalog)
    with pytest.raises(Conflict):
        catalog.write_now(documents.requeue, "local", record.id, None)
    with pytest.raises(NotFound):
        catalog.write_now(documents.requeue, "local", "doc_none", None)


def test_a_document_of_another_workspace_is_not_found(catalog: Catalog) -> None:
    record = an_uploaded(catalog, workspace="acme")
    for work in (documents.get, documents.newest_version, documents.begin_delete):
        with pytest.raises(NotFound):
            catalog.write_now(work, "local", record.id)
    with pytest.raises(NotFound):
        catalog.write_now(documents.requeue, "local", record.id, None)


def test_unfinished_versions_are_those_queued_or_processing(catalog: Catalog) -> None:
    queued, working = an_uploaded(catalog, "a.pdf"), an_uploaded(catalog, "b.pdf")
    catalog.write_now(documents.stage, working.version_id, "parsing", 0.0)
    a_ready(catalog, "c.pdf")
    a_failed(catalog, "d.pdf")
    gone = an_uploaded(catalog, "e.pdf")
    catalog.write_now(documents.begin_delete, "local", gone.id)
    found = catalog.read_now(documents.unfinished)
    assert [version.version_id for version in found] == [queued.version_id, working.version_id]
    assert [version.status for version in found] == ["queued", "processing"]


def test_hostile_names_and_titles_are_stored_readably(catalog: Catalog) -> None:
    record = an_uploaded(catalog, "a\0b\ud800.pdf", sha256="0" * 64)
    catalog.write_now(documents.parsed, record.version_id, facts(title="Contract\0" + "x" * 5_000))
    found = catalog.read_now(documents.get, "local", record.id)
    assert found.filename == "a\ufffdb?.pdf"
    assert found.title.startswith("Contract\ufffdx")
    assert len(found.title) == 1_000


def test_lists_are_newest_first_and_stable_while_documents_arrive(catalog: Catalog) -> None:
    ids = [an_uploaded(catalog, f"{n}.pdf").id for n in range(7)]
    first, cursor = catalog.read_now(documents.listing, "local", limit=3)
    late = an_uploaded(catalog, "late.pdf").id
    second, cursor = catalog.read_now(documents.listing, "local", limit=3, cursor=cursor)
    third, end = catalog.read_now(documents.listing, "local", limit=3, cursor=cursor)
    assert [record.id for record in (*first, *second, *third)] == ids[::-1]
    assert end is None
    assert catalog.read_now(documents.listing, "local", limit=1)[0][0].id == late


def test_lists_narrow_by_collection_status_and_words(catalog: Catalog) -> None:
    a_ready(catalog, "a.pdf")
    an_uploaded(catalog, "Überlassungsvertrag 100%.docx", collection="German")
    a_failed(catalog, "c.pdf", collection="German")

    def names(**wanted: str) -> list[str]:
        return [record.filename for record in catalog.read_now(documents.listing, "local", **wanted)[0]]

    assert names(collection="German") == ["c.pdf", "Überlassungsvertrag 100%.docx"]
    assert names(status="ready") == ["a.pdf"]
    assert names(q="ÜBERLASSUNG") == ["Überlassungsvertrag 100%.docx"]
    assert names(q="services agreement") == ["a.pdf"]
    assert names(q="%") == ["Überlassungsvertrag 100%.docx"]
    assert names(collection="German", status="ready") == []


@pytest.mark.parametrize("cursor", ["x", "", "W10", "WyJhIiwiYiJd", "bnVsbA", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwgImEiXQ"])
def test_a_cursor_that_no_list_gave_is_an_invalid_request(catalog: Catalog, cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        catalog.read_now(documents.listing, "local", cursor=cursor)


def test_a_limit_out_of_range_is_an_invalid_request(catalog: Catalog) -> None:
    for limit in (0, 201):
        with pytest.raises(InvalidRequest, match="limit"):
            catalog.read_now(documents.listing, "local", limit=limit)


def test_collections_sum_up_their_documents(catalog: Catalog) -> None:
    a_ready(catalog, "a.pdf")
    a_failed(catalog, "b.pdf")
    an_uploaded(catalog, "c.pdf", collection="Archive", bytes=5)
    found = catalog.read_now(documents.collections, "local")
    assert [(c.name, c.documents, c.ready, c.processing, c.failed) for c in found] == [
        ("Archive", 1, 0, 1, 0),
        ("default", 2, 1, 0, 1),
    ]
    assert [(c.bytes, c.pages, c.tokens) for c in found] == [(5, 0, 0), (2 * 65_893, 2, 1_100)]
    assert found[0].updated_at.tzinfo is not None
    assert catalog.read_now(documents.count_by_status) == {"ready": 1, "failed": 1, "queued": 1}


def test_every_visible_change_is_logged_in_order(catalog: Catalog) -> None:
    before = catalog.read_now(changes.latest)
    record = a_ready(catalog)
    other = an_uploaded(catalog, workspace="acme")
    found = catalog.read_now(changes.since, "local", before, 100)
    assert [(change.kind, change.subject, change.collection) for change in found] == [
        ("document", record.id, "default")
    ] * 4
    assert [change.seq for change in found] == sorted({change.seq for change in found})
    assert catalog.read_now(changes.since, "local", found[1].seq, 1) == [found[2]]
    assert [c.subject for c in catalog.read_now(changes.since, "acme", 0, 9)] == [other.id]
    assert catalog.read_now(changes.latest) > found[-1].seq


def test_a_change_that_is_rolled_back_is_not_logged(catalog: Catalog) -> None:
    def add_and_fail(session: object) -> None:
        documents.add(session, an_upload())  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        catalog.write_now(add_and_fail)
    assert catalog.read_now(changes.latest) == 0
    assert catalog.read_now(documents.listing, "local") == ([], None)
