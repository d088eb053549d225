"""What goes, goes wholly: points, texts, files, rows; with an index that is away, later.

Catalog, store and texts are the product's own; the index is a double that can be away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.removal import Removal
from proviso.errors import IndexUnavailable, NotFound
from proviso.types.documents import Parsed
from records.catalog import answers, documents
from records.catalog.catalog import Catalog
from records.catalog.documents import DocumentRecord, NewDocument
from records.index.in_use import InUse, Pair
from records.store.folder import FolderStore
from records.texts import Texts
from tests.unit.records.catalog.builders import an_answer, an_upload, facts


@dataclass
class Points:
    """An index as far as a deletion sees it."""

    held: set[str] = field(default_factory=set)
    away: bool = False

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        if self.away:
            raise IndexUnavailable("The index does not answer.")
        self.held -= set(version_ids)


@dataclass
class Shelf:
    """Everything a deletion touches, with documents that are wholly there."""

    folder: Path
    catalog: Catalog
    points: Points
    settled: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = FolderStore(self.folder / "store")
        self.texts = Texts(self.store)
        in_use = InUse(Pair(self.points, None))  # type: ignore[arg-type]
        self.removal = Removal(self.catalog, self.store, self.texts, in_use, self._hear)

    async def _hear(self, document_id: str) -> None:
        self.settled.append(document_id)

    async def put(self, new: NewDocument, into: str | None = None) -> DocumentRecord:
        """A ready document, or the next version of one."""
        await self.store.put(f"files/{new.sha256}", b"the bytes")
        if into is None:
            record, _ = await self.catalog.write(documents.add, new)
        else:
            record, _ = await self.catalog.write(documents.replace, into, new)
        coming = await self.catalog.read(documents.newest_version, "local", record.id)
        parsed = Parsed("Some words.", (), "text/plain")
        await self.texts.save(coming.version_id, parsed, ())
        await self.texts.keep(coming.version_id, {"ocr/1": b"read off a picture"})
        self.points.held.add(coming.version_id)
        await self.catalog.write(documents.parsed, coming.version_id, facts())
        await self.catalog.write(documents.publish, coming.version_id, 1)
        return await self.catalog.read(documents.get, "local", record.id)

    def files(self) -> set[str]:
        """Keys in the store, without the parts of a version."""
        found = (p.relative_to(self.folder / "store").parts for p in (self.folder / "store").rglob("*") if p.is_file())
        return {"/".join(parts[:2]) for parts in found}

    def long_retired(self) -> None:
        with sqlite3.connect(self.folder / "catalog.sqlite") as connection:
            connection.execute("UPDATE versions SET retired_at = '2020-01-01 00:00:00' WHERE retired_at IS NOT NULL")


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield Shelf(tmp_path, catalog, Points())
    catalog.close()


async def test_nothing_of_a_deleted_document_is_left_and_all_of_another(shelf: Shelf) -> None:
    gone, kept = await shelf.put(an_upload("gone.pdf")), await shelf.put(an_upload("kept.pdf"))
    await shelf.put(an_upload("gone-2.pdf"), gone.id)
    await shelf.removal.delete("local", gone.id)
    assert shelf.files() == {f"files/{kept.sha256}", f"versions/{kept.version_id}"}
    assert shelf.points.held == {kept.version_id}
    assert shelf.settled == [gone.id]
    assert await shelf.catalog.read(documents.garbage_keys) == []
    with pytest.raises(NotFound):
        await shelf.removal.delete("local", gone.id)


async def test_bytes_that_two_documents_have_stay_with_the_second(shelf: Shelf) -> None:
    first = await shelf.put(an_upload("same.pdf"))
    second = await shelf.put(an_upload("same.pdf", collection="other"))
    await shelf.removal.delete("local", first.id)
    assert shelf.files() == {f"files/{second.sha256}", f"versions/{second.version_id}"}


async def test_with_the_index_away_a_document_is_hidden_at_once_and_gone_when_it_is_back(shelf: Shelf) -> None:
    gone = await shelf.put(an_upload())
    shelf.points.away = True
    with pytest.raises(IndexUnavailable):
        await shelf.removal.delete("local", gone.id)
    assert (await shelf.catalog.read(documents.get, "local", gone.id)).status == "deleting"
    await shelf.removal.finish_all()
    assert (await shelf.catalog.read(documents.get, "local", gone.id)).status == "deleting"
    shelf.points.away = False
    await shelf.removal.finish_all()
    assert (shelf.files(), shelf.points.held) == (set(), set())
    with pytest.raises(NotFound):
        await shelf.catalog.read(documents.get, "local", gone.id)


async def test_with_the_index_away_a_whole_collection_is_hidden_at_once(shelf: Shelf) -> None:
    gone = [await shelf.put(an_upload(f"{n}.pdf", collection="doomed")) for n in range(3)]
    kept = await shelf.put(an_upload("kept.pdf"))
    shelf.points.away = True
    with pytest.raises(IndexUnavailable):
        await shelf.removal.delete_collection("local", "doomed")
    states = [(await shelf.catalog.read(documents.get, "local", record.id)).status for record in gone]
    assert states == ["deleting"] * 3
    shelf.points.away = False
    await shelf.removal.finish_all()
    assert shelf.points.held == {kept.version_id}
    with pytest.raises(NotFound):
        await shelf.removal.delete_collection("local", "doomed")


async def test_retired_versions_are_let_go_at_start_up_unless_they_are_cited(shelf: Shelf) -> None:
    cited, other = await shelf.put(an_upload("a.pdf")), await shelf.put(an_upload("b.pdf"))
    await shelf.catalog.write(answers.save, "local", {}, an_answer("ans_1", cited.id))
    newer = [await shelf.put(an_upload("a2.pdf"), cited.id), await shelf.put(an_upload("b2.pdf"), other.id)]
    everything = shelf.files()
    await shelf.removal.finish_all()
    assert shelf.files() == everything, "whoever had begun to read them may still do so"
    shelf.long_retired()
    await shelf.removal.finish_all()
    assert shelf.files() == everything - {f"files/{other.sha256}", f"versions/{other.version_id}"}
    assert {f"versions/{record.version_id}" for record in newer} <= shelf.files()
    assert (await shelf.texts.read(cited.version_id)).text == "Some words."
    with pytest.raises(NotFound):
        await shelf.texts.read(other.version_id)
