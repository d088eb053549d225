"""Reader children: results cross whole, limits hold, and nothing a file does ends the pool."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ingest.chunking.chunk import chunk_parsed
from ingest.embedding.wordpiece import WordPiece
from ingest.parsing import registry
from ingest.parsing.kinds import DOCX, PDF, PLAIN
from ingest.reading.crossing import Progress
from ingest.reading.pool import FileToRead, Fit, Limits, ReaderPool
from ingest.structure.structured import structured
from proviso.errors import (
    InvalidRequest,
    NoPageImage,
    NotFound,
    ParserCrashed,
    ParserLimit,
    StoreUnavailable,
    WrongPassword,
)
from tests.instruments.builders import a_docx_bomb, a_pdf, a_pdf_bomb, a_text

pytestmark = pytest.mark.timeout(120)
FIT = Fit("wordpiece", 256)


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    """Two children with ordinary limits."""
    opened = ReaderPool(2, Limits(1024, 30, 60), FIT)
    yield opened
    await opened.close()


def stored(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def children() -> list[psutil.Process]:
    """Reader children of this process that are alive."""
    found = psutil.Process().children()
    return [each for each in found if "ingest.reading.child" in each.cmdline()]


async def test_what_a_child_reads_is_what_parser_structure_and_chunker_give(pool: ReaderPool, tmp_path: Path) -> None:
    pages = [["1. Term", "", "One year — ‘naïve’."], ["2. Fees", "", "Two."]]
    path = stored(tmp_path, "a.pdf", a_pdf(pages, outline=[("Term", 1)], title="Lease"))
    read = await pool.read(FileToRead(path, PDF, "a.pdf"))
    here = structured(registry.parse(path, PDF, "a.pdf", None), "a.pdf")
    assert read.parsed() == replace(here, metadata={}, anchors={}, links=())
    count = WordPiece().count
    assert list(read.chunks()) == chunk_parsed(here, count, FIT.max_tokens)
    assert (read.facts.title, read.facts.chars, read.facts.chunks) == (here.title, len(here.text), len(read.chunks()))
    assert [page.page for page in read.facts.pages] == [1, 2]
    assert set(read.cpu_s) == {"parse", "structure", "chunk", "encode"}


async def test_chunks_for_an_embedder_that_is_not_ours_are_fitted_by_the_estimate(tmp_path: Path) -> None:
    path = stored(tmp_path, "a.txt", a_text(["The supplier shall deliver. " * 200]))
    sizes = {}
    for counter in ("wordpiece", "estimated"):
        pool = ReaderPool(1, Limits(1024, 30, 60), Fit(counter, 64))
        chunks = (await pool.read(FileToRead(path, PLAIN, "a.txt"))).chunks()
        assert max(piece.tokens for piece in chunks) <= 64
        sizes[counter] = len(chunks)
        await pool.close()
    assert sizes["estimated"] > sizes["wordpiece"]


async def test_a_child_is_kept_and_no_more_than_the_pool_size_are_started(pool: ReaderPool, tmp_path: Path) -> None:
    assert children() == []
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    results = await asyncio.gather(*(pool.read(FileToRead(path, PLAIN, "a.txt")) for _ in range(20)))
    assert {parsed.text for parsed in results} == {"Words.\n"}
    assert len(children()) == 2
    await pool.close()
    assert children() == []


async def test_a_child_is_replaced_after_enough_files(tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(1024, 30, 60, files=5), FIT)
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    await pool.read(FileToRead(path, PLAIN, "a.txt"))
    (first,) = children()
    for _ in range(5):
        await pool.read(FileToRead(path, PLAIN, "a.txt"))
    (second,) = children()
    assert first.pid != second.pid
    await pool.close()


async def test_errors_of_a_file_cross_as_what_they_are_and_keep_the_child(pool: ReaderPool, tmp_path: Path) -> None:
    locked = stored(tmp_path, "a.pdf", a_pdf([["Secret."]], password="right"))
    with pytest.raises(WrongPassword, match=r"a\.pdf"):
        await pool.read(FileToRead(locked, PDF, "a.pdf", "wrong"))
    with pytest.raises(ParserLimit, match="unpacks to"):
        await pool.read(FileToRead(stored(tmp_path, "b.docx", a_docx_bomb(200)), DOCX, "b.docx"))
    with pytest.raises(StoreUnavailable):
        await pool.read(FileToRead(tmp_path / "gone.txt", PLAIN, "gone.txt"))
    assert len(children()) == 1
    assert (await pool.read(FileToRead(locked, PDF, "a.pdf", "right"))).text == "Secret."


async def test_a_password_is_on_no_command_line_and_no_secret_in_the_environment(
    pool: ReaderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISO_LLM_API_KEY", "top-secret")
    await pool.read(
        FileToRead(stored(tmp_path, "a.pdf", a_pdf([["x"]], password="open-sesame")), PDF, "a.pdf", "open-sesame")
    )
    (child,) = children()
    assert "open-sesame" not in " ".join(child.cmdline())
    assert "top-secret" not in str(child.environ())


async def test_page_images_are_drawn_in_a_child(pool: ReaderPool, tmp_path: Path) -> None:
    path = stored(tmp_path, "a.pdf", a_pdf([["Words."]]))
    png = await pool.render(path, 1, 2.0)
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (1224, 1584)
    with pytest.raises(NotFound):
        await pool.render(path, 2)
    with pytest.raises(NoPageImage):
        await pool.render(stored(tmp_path, "a.txt", a_text()), 1)
    with pytest.raises(InvalidRequest, match="at most at 4"):
        await pool.render(path, 1, 4.5)


async def test_a_file_that_takes_too_long_is_a_limit(tmp_path: Path) -> None:
    bomb = stored(tmp_path, "bomb.pdf", a_pdf_bomb(60))
    for limits, told in (((1, 60), "CPU time"), ((60, 6), r"\(6 s\)")):
        pool = ReaderPool(1, Limits(8192, *limits), FIT)
        with pytest.raises(ParserLimit, match=told):
            await pool.read(FileToRead(bomb, PDF, "bomb.pdf"))
        assert (
            await pool.read(FileToRead(stored(tmp_path, "a.txt", a_text(["Words."])), PLAIN, "a.txt"))
        ).text == "Words.\n"
        await pool.close()


async def test_a_file_that_unfolds_to_too_much_is_a_limit_and_keeps_the_child(tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(1024, 60, 60, output_mb=1), FIT)
    long = stored(tmp_path, "long.txt", a_text(["The supplier shall deliver. " * 60_000]))
    with pytest.raises(ParserLimit, match=r"long\.txt unfolds to .* \(1 MB\)"):
        await pool.read(FileToRead(long, PLAIN, "long.txt"))
    assert len(children()) == 1
    assert (
        await pool.read(FileToRead(stored(tmp_path, "a.txt", a_text(["Words."])), PLAIN, "a.txt"))
    ).text == "Words.\n"
    await pool.close()


async def test_progress_is_heard_page_by_page_and_a_listener_that_raises_ends_the_reading(
    pool: ReaderPool, tmp_path: Path
) -> None:
    pages = [[f"Line {line} of page {page}: the supplier shall deliver." for line in range(40)] for page in range(200)]
    path = stored(tmp_path, "a.pdf", a_pdf(pages))
    heard: list[Progress] = []

    async def listen(progress: Progress) -> None:
        heard.append(progress)

    await pool.read(FileToRead(path, PDF, "a.pdf"), listen)
    parsing = [each.done for each in heard if each.stage == "parsing"]
    assert len(parsing) > 2
    assert parsing == sorted(parsing)
    assert {each.total for each in heard if each.stage == "parsing"} == {200}
    assert heard[-1].stage == "chunking"

    async def refuse(progress: Progress) -> None:
        raise NotFound("The document was deleted meanwhile.")

    with pytest.raises(NotFound, match="meanwhile"):
        await pool.read(FileToRead(path, PDF, "a.pdf"), refuse)
    assert children() == []


async def test_a_page_is_drawn_while_every_reader_is_busy(tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(8192, 60, 60), FIT)
    bomb = stored(tmp_path, "bomb.pdf", a_pdf_bomb(60))
    reading = asyncio.create_task(pool.read(FileToRead(bomb, PDF, "bomb.pdf")))
    await asyncio.sleep(0.5)
    assert (await pool.render(stored(tmp_path, "a.pdf", a_pdf([["Words."]])), 1)).startswith(b"\x89PNG")
    assert not reading.done()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await pool.close()


async def test_a_file_that_takes_too_much_memory_ends_its_child_and_nothing_else(tmp_path: Path) -> None:
    pool = ReaderPool(1, Limits(256, 60, 60), FIT)
    with pytest.raises((ParserCrashed, ParserLimit)) as ended:
        await pool.read(FileToRead(stored(tmp_path, "bomb.pdf", a_pdf_bomb(60)), PDF, "bomb.pdf"))
    assert "memory" in ended.value.detail
    assert (await pool.read(FileToRead(stored(tmp_path, "a.pdf", a_pdf([["Words."]])), PDF, "a.pdf"))).text == "Words."
    await pool.close()


async def test_a_child_that_dies_at_work_is_a_typed_failure_and_the_next_file_is_read(
    pool: ReaderPool, tmp_path: Path
) -> None:
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    await pool.read(FileToRead(path, PLAIN, "a.txt"))
    (child,) = children()
    child.suspend()
    asking = asyncio.create_task(pool.read(FileToRead(path, PLAIN, "a.txt")))
    await asyncio.sleep(0.2)
    child.send_signal(signal.SIGKILL)
    with pytest.raises(ParserCrashed, match="SIGKILL"):
        await asking
    assert (await pool.read(FileToRead(path, PLAIN, "a.txt"))).text == "Words.\n"


async def test_a_child_that_died_idle_is_replaced_in_silence(pool: ReaderPool, tmp_path: Path) -> None:
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    await pool.read(FileToRead(path, PLAIN, "a.txt"))
    (child,) = children()
    child.kill()
    while pool._idle[0].alive:  # noqa: ASYNC110 (nothing tells that a process has ended)
        await asyncio.sleep(0.01)
    assert (await pool.read(FileToRead(path, PLAIN, "a.txt"))).text == "Words.\n"


async def test_a_cancelled_request_ends_its_child(pool: ReaderPool, tmp_path: Path) -> None:
    asking = asyncio.create_task(pool.read(FileToRead(stored(tmp_path, "bomb.pdf", a_pdf_bomb(40)), PDF, "bomb.pdf")))
    await asyncio.sleep(1.5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert children() == []


@pytest.mark.kill
def test_a_child_at_work_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    bomb = stored(tmp_path, "bomb.pdf", a_pdf_bomb(60))
    script = (
        "import asyncio, pathlib\nfrom ingest.reading.pool import FileToRead, Fit, Limits, ReaderPool\n"
        "async def main():\n"
        f"    file = FileToRead(pathlib.Path({str(bomb)!r}), 'application/pdf', 'bomb.pdf')\n"
        "    await ReaderPool(1, Limits(8192, 100, 100), Fit('wordpiece', 256)).read(file)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    try:
        until = time.monotonic() + 20
        while not (found := psutil.Process(parent.pid).children()) and time.monotonic() < until:
            time.sleep(0.05)
        (child,) = found
        time.sleep(1)
        assert child.is_running()
        os.kill(parent.pid, signal.SIGKILL)
        child.wait(5)
    finally:
        parent.kill()
        parent.wait()
