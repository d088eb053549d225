"""The index process from its service's side: who holds it, whom it serves first, and what is left when it has ended."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from proviso.errors import IndexUnavailable, Locked
from records.index.owner import LONGEST_SOCKET_PATH, SOCKET_FILE
from tests.conftest import REPOSITORY
from tests.contracts.indexes import DIMENSIONS, EMBEDDER, a_query, points_of
from tests.integration.index.conftest import Opener
from tests.integration.index.running import a_service, runs, within_s


async def test_a_second_service_is_told_who_holds_the_index(opened: Opener, tmp_path: Path) -> None:
    with a_service(tmp_path) as service:
        service.read_until_acknowledged(1)
        start = time.monotonic()
        with pytest.raises(Locked) as refused:
            await opened(tmp_path)
        assert time.monotonic() - start < 5
        assert f"held by process {service.process.pid} (`service.py {tmp_path}`) since 20" in refused.value.detail
        service.read_until_acknowledged(len(service.acknowledged) + 1)


async def test_the_same_process_cannot_open_an_index_twice_and_can_after_closing(
    opened: Opener, tmp_path: Path
) -> None:
    first = await opened(tmp_path)
    with pytest.raises(Locked, match=f"process {os.getpid()} "):
        await opened(tmp_path)
    await first.close()
    second = await opened(tmp_path)
    await second.close()


@pytest.mark.parametrize(("dimensions", "embedder"), [(16, EMBEDDER), (DIMENSIONS, "another-embedder")])
async def test_an_index_of_another_embedder_is_refused_and_not_touched(
    opened: Opener, dimensions: int, embedder: str, tmp_path: Path
) -> None:
    index = await opened(tmp_path)
    await index.upsert(points_of("ver_1", 3))
    await index.close()
    with pytest.raises(IndexUnavailable, match=f"built with the embedder {EMBEDDER}"):
        await opened(tmp_path, dimensions=dimensions, embedder=embedder)
    index = await opened(tmp_path)
    assert await index.counts() == {"ver_1": 3}


async def test_an_index_that_does_not_say_its_embedder_is_refused(opened: Opener, tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    (tmp_path / "index.json").unlink()
    with pytest.raises(IndexUnavailable, match=r"index\.json cannot be read"):
        await opened(tmp_path)


async def test_a_search_does_not_wait_for_the_writes_before_it(opened: Opener, tmp_path: Path) -> None:
    index = await opened(tmp_path)
    await index.upsert(points_of("ver_1", 10))
    writes = [asyncio.create_task(index.upsert(points_of(f"ver_{number}", 2_000))) for number in range(2, 5)]
    await asyncio.sleep(0.05)
    for _ in range(3):
        assert await index.search(a_query())
    assert not all(write.done() for write in writes)
    await asyncio.gather(*writes)
    assert sum((await index.counts()).values()) == 6_010


async def test_a_delete_after_a_cancelled_upsert_has_the_last_word(opened: Opener, tmp_path: Path) -> None:
    index = await opened(tmp_path)
    for attempt in range(6):
        write = asyncio.create_task(index.upsert(points_of("ver_1", 256)))
        await asyncio.sleep(0.01 * attempt)
        write.cancel()
        await asyncio.gather(write, return_exceptions=True)
        await index.delete("acme", ["ver_1"])
        assert await index.counts() == {}


async def test_a_closed_index_says_so_and_leaves_nothing_behind(opened: Opener, tmp_path: Path) -> None:
    index = await opened(tmp_path)
    owner = index.owner_pid
    assert owner
    await index.close()
    await index.close()
    assert not runs(owner)
    assert not (tmp_path / SOCKET_FILE).exists()
    with pytest.raises(IndexUnavailable, match="closed"):
        await index.counts()


async def test_closing_is_orderly_every_time(opened: Opener, tmp_path: Path) -> None:
    for _ in range(8):
        index = await opened(tmp_path)
        process = index._owner.process  # type: ignore[union-attr]
        await index.close()
        assert process.returncode == 0


async def test_an_opening_that_is_cancelled_leaves_the_folder_free(opened: Opener, tmp_path: Path) -> None:
    opening = asyncio.create_task(opened(tmp_path))
    await asyncio.sleep(0.05)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await (await opened(tmp_path)).close()


async def test_only_its_owner_can_reach_the_folder_and_the_socket(opened: Opener) -> None:
    folder = Path(tempfile.gettempdir()) / f"proviso-test-{os.getpid()}"
    index = await opened(folder)
    try:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / SOCKET_FILE).stat().st_mode & 0o077 == 0
        assert (folder / "index.json").stat().st_mode & 0o077 == 0
    finally:
        await index.close()
        shutil.rmtree(folder)


async def test_a_folder_whose_path_is_too_long_for_a_socket_works_all_the_same(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path(tempfile.gettempdir()) / f"proviso-short-{os.getpid()}"
    short.mkdir()
    monkeypatch.setenv("TMPDIR", str(short))
    folder = tmp_path / ("long" * 20) / ("longer" * 10)
    assert len(os.fsencode(folder / SOCKET_FILE)) > LONGEST_SOCKET_PATH
    index = await opened(folder)
    try:
        (private,) = short.iterdir()
        assert private.stat().st_mode & 0o777 == 0o700
        await index.upsert(points_of("ver_1", 3))
        assert await index.counts() == {"ver_1": 3}
    finally:
        await index.close()
    assert list(short.iterdir()) == []
    short.rmdir()


def test_files_of_the_working_folder_are_not_run_in_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    for name in ("asyncio", "json", "records", "qdrant_edge"):
        (tmp_path / "work" / f"{name}.py").write_text("raise SystemExit('a file of the working folder was run')")
    script = (
        "import asyncio, pathlib, sys\n"
        "from records.index.client import EdgeIndex\n"
        "async def main():\n"
        "    index = await EdgeIndex.open(pathlib.Path(sys.argv[1]), 8, 'e')\n"
        "    print(await index.counts())\n"
        "    await index.close()\n"
        "asyncio.run(main())\n"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", script, str(tmp_path / "index")],
        cwd=tmp_path / "work",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "{}\n"), run.stderr


def test_the_service_does_not_load_the_engine_of_the_index_process() -> None:
    script = "import sys, records.index.client; print([name for name in sys.modules if name.startswith('qdrant')])"
    run = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.kill
def test_an_index_process_ends_when_its_service_does_without_closing_it(tmp_path: Path) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from records.index.client import EdgeIndex\n"
        "index = asyncio.run(EdgeIndex.open(pathlib.Path(sys.argv[1]), 8, 'e'))\n"
        "print(index.owner_pid)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert within_s(5, lambda: not runs(int(run.stdout)))
