"""The durable ingestion of a version over the real parts: steps may be cut and done again, and nothing is read more often than needed."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from ingest.indexing import BATCH
from ingest.parsing.kinds import PDF, PLAIN
from ingest.parsing.ocr_program import tesseract
from ingest.recognition import OcrSettings
from proviso.errors import NotFound
from records.catalog import documents
from tests.instruments.builders import a_contract, a_text, an_image_only_pdf
from tests.integration.ingestion.place import WORKSPACE, a_place

LONG = a_text(
    [
        f"{n}. Part {n} is delivered within {n} days of the order. " + "It is new, and it works. " * 3
        for n in range(1, 140)
    ]
)
SCAN = [
    ["MASTER SERVICES AGREEMENT", "", f"Page {page} says that the supplier shall deliver goods", "within thirty days."]
    for page in range(1, 4)
]


async def test_a_document_becomes_ready_and_its_progress_never_goes_back(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("long.txt", LONG, PLAIN)
        job = await place.run(version)
        record = place.document(version)
        assert (record.status, record.progress, record.tokens) == ("ready", 1.0, record.chars)
        assert record.chunks == await place.index.count(version) > BATCH
        shown = [progress for _, progress in job.progress]
        assert shown == sorted(shown)
        assert list(job.done)[:3] == ["read", "index 0", f"index {BATCH}"]


async def test_text_and_chunks_are_read_once_for_all_batches_and_the_text_once_more_for_its_names(
    tmp_path: Path,
) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("long.txt", LONG, PLAIN)
        job = await place.run(version)
        assert sum(name.startswith("index") for name in job.done) > 1
        read = Counter(key.rsplit("/", 1)[-1] for key in place.store.read if key.startswith("versions"))
        assert read == {"text": 2, "chunks": 1}


@pytest.mark.parametrize("step", ["read", "index 0", f"index {BATCH}", "publish"])
async def test_a_step_that_was_done_but_not_recorded_is_done_again_without_doubles(tmp_path: Path, step: str) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("long.txt", LONG, PLAIN)
        cut = await place.run_until(version, step)
        await place.run(version, cut)
        record = place.document(version)
        assert record.status == "ready"
        assert await place.index.counts() == {version: record.chunks}


async def test_another_process_goes_on_with_what_is_kept(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("long.txt", LONG, PLAIN)
        cut = await place.run_until(version, f"index {BATCH}")
        known = place.versions
    async with a_place(tmp_path) as place:
        place.versions = known
        cut.place = place
        await place.run(version, cut)
        assert await place.index.count(version) == place.document(version).chunks
        assert "files" not in {key.split("/")[0] for key in place.store.read}


async def test_a_document_deleted_while_it_is_indexed_leaves_nothing(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("long.txt", LONG, PLAIN)
        cut = await place.run_until(version, "index 0")
        await place.catalog.write(documents.begin_delete, WORKSPACE, place.versions[version])
        with pytest.raises(NotFound):
            await place.run(version, cut)
        await place.index.delete(None, [version])
        assert await place.index.count(version) == 0


async def test_a_contract_with_a_text_layer_is_not_sent_to_ocr(tmp_path: Path) -> None:
    async with a_place(tmp_path) as place:
        version = await place.queue("a.pdf", a_contract(1).pdf(), PDF)
        job = await place.run(version)
        assert [name for name in job.done if "recognise" in name] == []
        assert await place.texts.recognised_pages(version) == set()


@pytest.mark.ocr
@pytest.mark.skipif(tesseract() is None, reason="Tesseract is not installed")
class TestScans:
    async def test_pages_without_text_are_recognised_and_read(self, tmp_path: Path) -> None:
        async with a_place(tmp_path) as place:
            version = await place.queue("scan.pdf", an_image_only_pdf(SCAN), PDF)
            job = await place.run(version)
            record = place.document(version)
            assert list(job.done)[:3] == ["read", "recognise 0", "read again"]
            assert [page.source for page in record.page_coverage] == ["ocr"] * 3
            assert "needs_ocr" not in {warning.code for warning in record.warnings}
            assert "Page 2 says that the supplier" in (await place.texts.read(version)).text
            shown = [progress for _, progress in job.progress]
            assert shown == sorted(shown)

    async def test_a_page_that_is_kept_is_not_recognised_again(self, tmp_path: Path) -> None:
        async with a_place(tmp_path) as place:
            version = await place.queue("scan.pdf", an_image_only_pdf(SCAN), PDF)
            cut = await place.run_until(version, "recognise 0")
            kept = {
                page: (tmp_path / "store/versions" / version / "ocr" / str(page)).stat().st_mtime_ns
                for page in (1, 2, 3)
            }
            (tmp_path / "store/versions" / version / "ocr" / "2").unlink()
            await place.run(version, cut)
            again = {
                page: (tmp_path / "store/versions" / version / "ocr" / str(page)).stat().st_mtime_ns
                for page in (1, 2, 3)
            }
            assert [page for page in kept if again[page] != kept[page]] == [2]
            assert place.document(version).status == "ready"

    async def test_a_document_deleted_while_its_pages_are_recognised_leaves_nothing(self, tmp_path: Path) -> None:
        async with a_place(tmp_path) as place:
            version = await place.queue("scan.pdf", an_image_only_pdf(SCAN), PDF)
            await place.run_until(version, "read")
            at_work = asyncio.create_task(place.ingestion.recognise(version, [1, 2, 3], 0))
            while not await place.texts.recognised_pages(version):  # noqa: ASYNC110 (there is no event for a file)
                await asyncio.sleep(0.02)
            await place.catalog.write(documents.begin_delete, WORKSPACE, place.versions[version])
            await place.texts.delete(version)
            with pytest.raises(NotFound):
                await at_work
            assert await place.store.keys(f"versions/{version}") == []

    async def test_pages_beyond_the_limit_stay_unread_and_the_warning_says_so(self, tmp_path: Path) -> None:
        ocr = OcrSettings(on=True, languages="eng", max_pages=2)
        async with a_place(tmp_path, ocr) as place:
            version = await place.queue("scan.pdf", an_image_only_pdf(SCAN), PDF)
            await place.run(version)
            record = place.document(version)
            assert [page.source for page in record.page_coverage] == ["ocr", "ocr", "none"]
            told = {warning.code: warning for warning in record.warnings}
            assert told["ocr_limit"].pages == told["needs_ocr"].pages == (3,)
            assert "PROVISO_OCR_MAX_PAGES" in told["ocr_limit"].detail

    async def test_ocr_can_be_turned_off(self, tmp_path: Path) -> None:
        ocr = OcrSettings(on=False, languages="eng", max_pages=500)
        async with a_place(tmp_path, ocr) as place:
            version = await place.queue("scan.pdf", an_image_only_pdf(SCAN), PDF)
            job = await place.run(version)
            assert "recognise 0" not in job.done
            (warning,) = place.document(version).warnings
            assert (warning.code, warning.pages) == ("needs_ocr", (1, 2, 3))
