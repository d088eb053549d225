"""Another version of a document, what a user says about it, and how long a retired version is kept."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from proviso.errors import Conflict, NotFound
from proviso.types.documents import Fact
from records.catalog import answers, changes, documents, extractions
from records.catalog.catalog import Catalog
from records.catalog.documents import DocumentRecord, Edit, NewDocument
from tests.unit.records.catalog.builders import (
    a_cell,
    a_failed,
    a_ready,
    an_answer,
    an_extraction,
    an_upload,
    an_uploaded,
    facts,
    usage,
)


def bytes_of(name: str) -> NewDocument:
    """An upload whose bytes are told by `name`."""
    return an_upload(name, sha256=hashlib.sha256(name.encode()).hexdigest())


def replaced(catalog: Catalog, record: DocumentRecord, name: str = "new.pdf") -> DocumentRecord:
    """A document whose next version is live."""
    catalog.write_now(documents.replace, record.id, bytes_of(name))
    coming = catalog.read_now(documents.newest_version, "local", record.id)
    catalog.write_now(documents.parsed, coming.version_id, facts(title=f"Title of {name}"))
    assert catalog.write_now(documents.publish, coming.version_id, 9) == record.version_id
    return catalog.read_now(documents.get, "local", record.id)


def later(catalog: Catalog) -> list[str]:
    """What is released when the time of grace is over."""
    return catalog.write_now(documents.release, datetime.now(UTC) + timedelta(hours=2))


def numbers(catalog: Catalog, record: DocumentRecord) -> list[int]:
    return [version.number for version in catalog.read_now(documents.kept_versions, "local", record.id)]


def test_what_a_file_says_of_itself_and_contains_is_kept(catalog: Catalog) -> None:
    record = an_uploaded(catalog)
    party = Fact("party", "Acme Inc.", 10, 19, "Supplier")
    catalog.write_now(documents.parsed, record.version_id, facts(facts=(party,), contains={"tables": 3}))
    found = catalog.read_now(documents.get, "local", record.id)
    assert (found.facts, found.contains) == ((party,), {"tables": 3})


def test_nothing_of_a_next_version_shows_before_it_is_live(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    record, fresh = catalog.write_now(documents.replace, ready.id, bytes_of("new.pdf"))
    assert fresh
    coming = catalog.read_now(documents.newest_version, "local", ready.id)
    assert (coming.number, coming.filename) == (2, "new.pdf")
    catalog.write_now(documents.parsed, coming.version_id, facts(title="Another", contains={"tables": 9}))
    record = catalog.read_now(documents.get, "local", ready.id)
    assert (record.filename, record.title, record.sha256, record.contains) == (
        ready.filename,
        ready.title,
        ready.sha256,
        {},
    )
    assert catalog.read_now(documents.listing, "local", q="another")[0] == []
    catalog.write_now(documents.publish, coming.version_id, 9)
    record = catalog.read_now(documents.get, "local", ready.id)
    assert (record.filename, record.title, record.version) == ("new.pdf", "Another", 2)
    assert [found.id for found in catalog.read_now(documents.listing, "local", q="another")[0]] == [ready.id]
    assert numbers(catalog, ready) == [1, 2]


def test_the_same_bytes_are_no_new_version_and_clear_away_a_failed_one(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    catalog.write_now(documents.replace, ready.id, bytes_of("bad.pdf"))
    coming = catalog.read_now(documents.newest_version, "local", ready.id)
    catalog.write_now(documents.fail, coming.version_id, "broken_file", "It ends in the middle.")
    record, fresh = catalog.write_now(documents.replace, ready.id, an_upload("renamed.pdf", sha256=ready.sha256))
    assert (fresh, record.version, record.pending, record.error) == (False, 1, None, None)
    assert record.filename == "renamed.pdf"
    assert numbers(catalog, ready) == [1]
    assert set(catalog.read_now(documents.garbage_keys)) == {
        f"files/{coming.sha256}",
        f"versions/{coming.version_id}",
    }


def test_a_failed_document_takes_other_bytes(catalog: Catalog) -> None:
    failed = a_failed(catalog)
    record, fresh = catalog.write_now(documents.replace, failed.id, bytes_of("sound.pdf"))
    assert (fresh, record.status, record.version, record.error) == (True, "queued", 2, None)
    assert record.filename == "sound.pdf"
    assert catalog.write_now(documents.add, bytes_of("sound.pdf"))[1]
    assert not catalog.write_now(documents.add, an_upload("locked.pdf"))[1]


def test_bytes_belong_to_one_document_of_a_collection_also_while_they_are_on_their_way(catalog: Catalog) -> None:
    first, second = a_ready(catalog, "a.pdf"), a_ready(catalog, "b.pdf")
    with pytest.raises(Conflict, match=second.id):
        catalog.write_now(documents.replace, first.id, an_upload("x.pdf", sha256=second.sha256))
    catalog.write_now(documents.replace, first.id, bytes_of("coming.pdf"))
    with pytest.raises(Conflict, match=first.id):
        catalog.write_now(documents.replace, second.id, bytes_of("coming.pdf"))
    found, duplicate = catalog.write_now(documents.add, bytes_of("coming.pdf"))
    assert (found.id, duplicate) == (first.id, True)
    elsewhere, duplicate = catalog.write_now(documents.add, an_upload("coming.pdf", collection="other"))
    assert not duplicate
    with pytest.raises(Conflict, match=first.id):
        catalog.write_now(documents.edit, "local", elsewhere.id, Edit(collection="default"))


def test_bytes_that_are_about_to_be_replaced_are_not_acknowledged_as_a_duplicate(catalog: Catalog) -> None:
    ready = a_ready(catalog, "old.pdf")
    assert catalog.write_now(documents.add, an_upload("old.pdf"))[1]
    catalog.write_now(documents.replace, ready.id, bytes_of("new.pdf"))
    with pytest.raises(Conflict, match=ready.id):
        catalog.write_now(documents.add, an_upload("old.pdf"))
    catalog.write_now(
        documents.fail, catalog.read_now(documents.newest_version, "local", ready.id).version_id, "x", "x"
    )
    assert catalog.write_now(documents.add, an_upload("old.pdf"))[1]


def test_what_was_let_go_can_be_uploaded_again(catalog: Catalog) -> None:
    ready = a_ready(catalog, "old.pdf")
    replaced(catalog, ready)
    again, duplicate = catalog.write_now(documents.add, an_upload("old.pdf"))
    assert (again.id != ready.id, duplicate) == (True, False)


def test_a_version_on_its_way_or_a_deletion_keeps_others_off(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    catalog.write_now(documents.replace, ready.id, bytes_of("one.pdf"))
    with pytest.raises(Conflict, match="Version 2"):
        catalog.write_now(documents.replace, ready.id, bytes_of("two.pdf"))
    with pytest.raises(NotFound):
        catalog.write_now(documents.replace, "doc_none", bytes_of("two.pdf"))
    catalog.write_now(documents.begin_delete, "local", ready.id)
    for work in (
        lambda session: documents.replace(session, ready.id, bytes_of("two.pdf")),
        lambda session: documents.edit(session, "local", ready.id, Edit(metadata={})),
    ):
        with pytest.raises(Conflict, match="deleting"):
            catalog.write_now(work)


def test_title_metadata_and_collection_are_no_part_of_a_version(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    wanted = Edit(title="Mine", retitled=True, metadata={"a": 1}, collection="moved")
    before = catalog.read_now(changes.latest)
    edited = catalog.write_now(documents.edit, "local", ready.id, wanted)
    assert (edited.title, edited.metadata, edited.collection) == ("Mine", {"a": 1}, "moved")
    told = catalog.read_now(changes.since, "local", before, 9)
    assert [change.collection for change in told] == ["default", "moved"]
    after = replaced(catalog, edited)
    assert (after.title, after.metadata, after.collection) == ("Mine", {"a": 1}, "moved")
    assert catalog.write_now(documents.edit, "local", ready.id, Edit(title=None, retitled=True)).title == (
        "Title of new.pdf"
    )
    assert [found.id for found in catalog.read_now(documents.listing, "local", q="title of new")[0]] == [ready.id]
    assert catalog.write_now(documents.edit, "local", ready.id, Edit()) == catalog.read_now(
        documents.get, "local", ready.id
    )


def test_any_version_that_is_kept_can_be_opened(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    replaced(catalog, ready)
    first = catalog.read_now(documents.kept_version, "local", ready.id, 1)
    live = catalog.read_now(documents.kept_version, "local", ready.id, None)
    assert (first.version_id, first.filename, first.status, first.live) == (
        ready.version_id,
        "msa.pdf",
        "retired",
        False,
    )
    assert (live.number, live.filename, live.live) == (2, "new.pdf", True)
    with pytest.raises(NotFound, match="no version 3; there is 1, 2"):
        catalog.read_now(documents.kept_version, "local", ready.id, 3)
    with pytest.raises(NotFound):
        catalog.read_now(documents.kept_version, "acme", ready.id, None)


def test_documents_are_known_by_bytes_that_are_live_coming_or_failed(catalog: Catalog) -> None:
    live, failed = a_ready(catalog, "live.pdf"), a_failed(catalog, "failed.pdf")
    catalog.write_now(documents.replace, live.id, bytes_of("coming.pdf"))
    hashes = [live.sha256, failed.sha256, bytes_of("coming.pdf").sha256, "0" * 64]
    found = catalog.read_now(documents.known, "local", "default", hashes)
    assert {record.id for record in found} == {live.id, failed.id}
    assert len(found) == 2
    assert catalog.read_now(documents.known, "local", "other", hashes) == []
    standing = catalog.read_now(documents.standings, [live.id, failed.id, "doc_none"])
    assert {id_: (one.status, one.pending) for id_, one in standing.items()} == {
        live.id: ("ready", True),
        failed.id: ("failed", False),
    }


def test_a_retired_version_that_nothing_cites_goes_after_a_while(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    replaced(catalog, ready)
    assert catalog.write_now(documents.release, datetime.now(UTC) - timedelta(hours=1)) == []
    assert later(catalog) == [ready.version_id]
    assert numbers(catalog, ready) == [2]
    assert set(catalog.read_now(documents.garbage_keys)) == {f"versions/{ready.version_id}", f"files/{ready.sha256}"}
    assert later(catalog) == []


def test_an_answer_keeps_the_versions_it_cites_and_no_others(catalog: Catalog) -> None:
    cited, other = a_ready(catalog, "a.pdf"), a_ready(catalog, "b.pdf")
    catalog.write_now(answers.save, "local", {}, an_answer("ans_1", cited.id))
    replaced(catalog, cited, "a2.pdf")
    replaced(catalog, other, "b2.pdf")
    assert later(catalog) == [other.version_id]
    assert (numbers(catalog, cited), numbers(catalog, other)) == ([1, 2], [2])


def test_a_cell_keeps_the_version_it_is_about_until_its_extraction_goes(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    job = catalog.write_now(extractions.create, an_extraction(ready.id))
    catalog.write_now(extractions.record_unit, job.id, ready.id, 1, [a_cell(ready.id, outcome="absent")], usage())
    replaced(catalog, ready)
    ((cell,), _) = catalog.read_now(extractions.cells, job.id)
    assert (cell.version, cell.stale) == (1, True)
    assert later(catalog) == []
    catalog.write_now(extractions.delete, "local", job.id)
    assert later(catalog) == [ready.version_id]


def test_a_unit_at_work_keeps_the_version_it_may_have_begun_with(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    job = catalog.write_now(extractions.create, an_extraction(ready.id))
    assert catalog.write_now(extractions.start_unit, job.id, ready.id, 1)
    replaced(catalog, ready)
    assert later(catalog) == []
    catalog.write_now(extractions.cancel, "local", job.id)
    assert later(catalog) == [ready.version_id]


def test_a_file_that_a_version_still_has_stays(catalog: Catalog) -> None:
    ready = a_ready(catalog)
    a_ready(catalog, collection="elsewhere")
    catalog.write_now(documents.requeue, "local", ready.id, None)
    coming = catalog.read_now(documents.newest_version, "local", ready.id)
    catalog.write_now(documents.publish, coming.version_id, 9)
    assert later(catalog) == [ready.version_id]
    assert catalog.read_now(documents.garbage_keys) == [f"versions/{ready.version_id}"]


def test_a_whole_collection_is_hidden_at_once(catalog: Catalog) -> None:
    gone = [a_ready(catalog, f"{n}.pdf", collection="doomed").id for n in range(3)]
    kept = a_ready(catalog, "kept.pdf")
    assert catalog.write_now(documents.begin_delete_collection, "local", "doomed") == gone
    assert {record.id for record in catalog.read_now(documents.deleting)} == set(gone)
    assert catalog.read_now(documents.get, "local", kept.id).status == "ready"


def test_a_file_that_nobody_came_to_name_is_garbage(catalog: Catalog) -> None:
    ready = a_ready(catalog)

    def unused(session: Session) -> Any:
        for sha256 in (ready.sha256, "f" * 64):
            documents.discard_unused(session, sha256)

    catalog.write_now(unused)
    assert catalog.read_now(documents.garbage_keys) == ["files/" + "f" * 64]
