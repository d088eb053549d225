"""Parser children: results cross whole, limits hold, and nothing a file does ends the pool."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from ingest.parsing import registry
from ingest.parsing.kinds import DOCX, PDF, PLAIN
from ingest.parsing.limits import FILES_PER_CHILD, ParserPool
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


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    """Two children with ordinary limits."""
    opened = ParserPool(size=2, memory_mb=1024, cpu_s=30, wall_s=60)
    yield opened
    await opened.close()


def stored(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def children() -> list[psutil.Process]:
    """Parser children of this process that are alive."""
    found = psutil.Process().children()
    return [each for each in found if "ingest.parsing.child" in each.cmdline()]


async def test_what_a_child_parses_is_what_the_parser_gives(pool: ParserPool, tmp_path: Path) -> None:
    path = stored(
        tmp_path,
        "a.pdf",
        a_pdf([["1. Term", "", "One year — ‘naïve’."], ["Two."]], outline=[("Term", 1)], title="Lease"),
    )
    assert await pool.parse(path, PDF, "a.pdf") == registry.parse(path, PDF, "a.pdf", None)


async def test_a_child_is_kept_and_no_more_than_the_pool_size_are_started(pool: ParserPool, tmp_path: Path) -> None:
    assert children() == []
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    results = await asyncio.gather(*(pool.parse(path, PLAIN, "a.txt") for _ in range(20)))
    assert {parsed.text for parsed in results} == {"Words.\n"}
    assert len(children()) == 2
    await pool.close()
    assert children() == []


async def test_a_child_is_replaced_after_enough_files(tmp_path: Path) -> None:
    pool = ParserPool(size=1, memory_mb=1024, cpu_s=30, wall_s=60)
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    await pool.parse(path, PLAIN, "a.txt")
    (first,) = children()
    for _ in range(FILES_PER_CHILD):
        await pool.parse(path, PLAIN, "a.txt")
    (second,) = children()
    assert first.pid != second.pid
    await pool.close()


async def test_errors_of_a_file_cross_as_what_they_are_and_keep_the_child(pool: ParserPool, tmp_path: Path) -> None:
    locked = stored(tmp_path, "a.pdf", a_pdf([["Secret."]], password="right"))
    with pytest.raises(WrongPassword, match=r"a\.pdf"):
        await pool.parse(locked, PDF, "a.pdf", "wrong")
    with pytest.raises(ParserLimit, match="unpacks to"):
        await pool.parse(stored(tmp_path, "b.docx", a_docx_bomb(200)), DOCX, "b.docx")
    with pytest.raises(StoreUnavailable):
        await pool.parse(tmp_path / "gone.txt", PLAIN, "gone.txt")
    assert len(children()) == 1
    assert (await pool.parse(locked, PDF, "a.pdf", "right")).text == "Secret."


async def test_a_password_is_on_no_command_line_and_no_secret_in_the_environment(
    pool: ParserPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISO_LLM_API_KEY", "top-secret")
    await pool.parse(stored(tmp_path, "a.pdf", a_pdf([["x"]], password="open-sesame")), PDF, "a.pdf", "open-sesame")
    (child,) = children()
    assert "open-sesame" not in " ".join(child.cmdline())
    assert "top-secret" not in str(child.environ())


async def test_page_images_are_drawn_in_a_child(pool: ParserPool, tmp_path: Path) -> None:
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
    for limits, told in (({"cpu_s": 1, "wall_s": 60}, "CPU time"), ({"cpu_s": 60, "wall_s": 6}, r"\(6 s\)")):
        pool = ParserPool(size=1, memory_mb=8192, **limits)
        with pytest.raises(ParserLimit, match=told):
            await pool.parse(bomb, PDF, "bomb.pdf")
        assert (await pool.parse(stored(tmp_path, "a.txt", a_text(["Words."])), PLAIN, "a.txt")).text == "Words.\n"
        await pool.close()


async def test_a_file_that_takes_too_much_memory_ends_its_child_and_nothing_else(tmp_path: Path) -> None:
    pool = ParserPool(size=1, memory_mb=256, cpu_s=60, wall_s=60)
    with pytest.raises((ParserCrashed, ParserLimit)) as ended:
        await pool.parse(stored(tmp_path, "bomb.pdf", a_pdf_bomb(60)), PDF, "bomb.pdf")
    assert "memory" in ended.value.detail
    assert (await pool.parse(stored(tmp_path, "a.pdf", a_pdf([["Words."]])), PDF, "a.pdf")).text == "Words."
    await pool.close()


async def test_a_child_that_dies_at_work_is_a_typed_failure_and_the_next_file_is_read(
    pool: ParserPool, tmp_path: Path
) -> None:
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    await pool.parse(path, PLAIN, "a.txt")
    (child,) = children()
    child.suspend()
    asking = asyncio.create_task(pool.parse(path, PLAIN, "a.txt"))
    await asyncio.sleep(0.2)
    child.send_signal(signal.SIGKILL)
    with pytest.raises(ParserCrashed, match="SIGKILL"):
        await asking
    assert (await pool.parse(path, PLAIN, "a.txt")).text == "Words.\n"


async def test_a_child_that_died_idle_is_replaced_in_silence(pool: ParserPool, tmp_path: Path) -> None:
    path = stored(tmp_path, "a.txt", a_text(["Words."]))
    await pool.parse(path, PLAIN, "a.txt")
    (child,) = children()
    child.kill()
    await asyncio.sleep(0.3)
    assert (await pool.parse(path, PLAIN, "a.txt")).text == "Words.\n"


async def test_a_cancelled_request_ends_its_child(pool: ParserPool, tmp_path: Path) -> None:
    asking = asyncio.create_task(pool.parse(stored(tmp_path, "bomb.pdf", a_pdf_bomb(40)), PDF, "bomb.pdf"))
    await asyncio.sleep(1.5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert children() == []


@pytest.mark.kill
def test_a_child_at_work_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    bomb = stored(tmp_path, "bomb.pdf", a_pdf_bomb(60))
    script = (
        "import asyncio, pathlib\nfrom ingest.parsing.limits import ParserPool\n"
        f"asyncio.run(ParserPool(1, 8192, 100, 100).parse(pathlib.Path({str(bomb)!r}), 'application/pdf', 'bomb.pdf'))\n"
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
