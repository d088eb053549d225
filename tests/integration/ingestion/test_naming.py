"""A version that becomes ready can be named: its document point is there, says how it is called, and goes with it."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.kinds import PLAIN
from proviso.types.search import DocumentHit, DocumentQuery, Within
from records.catalog import documents
from records.catalog.editing import Edit
from records.index.bm25 import query_vector
from tests.instruments.builders import a_text
from tests.integration.ingestion.place import WORKSPACE, Place, a_place

BETWEEN = (
    "This Supply Agreement is made as of March 1, 2024 by and between Vericel Corporation, a Michigan corporation "
    '("Vericel"), and Blorptek Inc., a Delaware corporation ("Blorptek").'
)
SUPPLY = a_text(["SUPPLY AGREEMENT", BETWEEN, "1. Term. This Agreement lasts for one year."])


async def called(place: Place, question: str) -> list[DocumentHit]:
    query = DocumentQuery(WORKSPACE, Within(None), query_vector(question), 5)
    return await place.index.documents(query)


async def test_a_ready_document_is_found_by_its_file_name_its_title_and_its_parties(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("vericel-supply_2024.txt", SUPPLY, PLAIN)
        await place.run(version)
        (hit,) = await called(place, "Blorptek")
        assert (hit.version_id, hit.document_id) == (version, place.versions[version])
        assert {"file:vericelsupply2024", "coined:vericel", "coined:blorptek", "party:blorptek"} <= set(hit.aliases)
        assert place.document(version).title == "SUPPLY AGREEMENT"
        assert "title:supply agreement" in hit.aliases
        assert (await called(place, "supply"))[0].names > 0
        assert await place.index.counts() == {version: place.document(version).chunks}


async def test_a_version_that_is_not_ready_cannot_be_named(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("a.txt", SUPPLY, PLAIN)
        await place.run_until(version, "index 0")
        assert await called(place, "Vericel") == []


async def test_a_publish_that_is_done_again_leaves_one_name(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("a.txt", SUPPLY, PLAIN)
        await place.run(version, await place.run_until(version, "publish"))
        assert len(await called(place, "Vericel")) == 1


async def test_a_title_given_by_hand_replaces_the_one_that_was_found(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("a.txt", SUPPLY, PLAIN)
        await place.run(version)
        edit = Edit(title="Moth deal", retitled=True)
        await place.catalog.write(documents.edit, WORKSPACE, place.versions[version], edit)
        await place.ingestion.naming.tell(await place.catalog.read(documents.version, version))
        (hit,) = await called(place, "the moth deal")
        assert "title:moth deal" in hit.aliases
        assert "title:supply agreement" not in hit.aliases


async def test_a_document_that_is_deleted_is_named_no_more(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("a.txt", SUPPLY, PLAIN)
        await place.run(version)
        await place.index.delete(WORKSPACE, [version])
        assert await called(place, "Vericel") == []
        assert await place.index.counts() == {}
