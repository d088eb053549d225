"""Kill -9 anywhere: what was acknowledged is there, nothing keeps the folder, and the service goes on."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from proviso.errors import IndexUnavailable
from records.index.edge import SHARD_FOLDER
from tests.contracts.indexes import a_query, points_of
from tests.integration.index.conftest import Opener
from tests.integration.index.running import a_service, runs, within_s
from tests.integration.index.service import POINTS

pytestmark = [pytest.mark.kill, pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")]


async def test_an_index_process_killed_during_upserts_loses_nothing_and_comes_back(
    opened: Opener, tmp_path: Path
) -> None:
    index = await opened(tmp_path)
    source = random.Random(7)
    owners, expected = [], {}
    for number in range(6):
        version = f"ver_{number}"
        owner = index.owner_pid
        assert owner
        write = asyncio.create_task(index.upsert(points_of(version, 700)))
        await asyncio.sleep(source.uniform(0.0, 0.2))
        os.kill(owner, signal.SIGKILL)
        await write
        owners.append(owner)
        expected[version] = 700
        assert await index.search(a_query(versions=[version]))
        assert await index.counts() == expected
        after = index.owner_pid
        await index.upsert(points_of(version, 700))
        assert index.owner_pid == after != owner, "one death means one new process"
    assert len(set(owners)) == 6


async def test_a_search_in_flight_when_the_index_process_dies_is_answered(opened: Opener, tmp_path: Path) -> None:
    index = await opened(tmp_path)
    await index.upsert(points_of("ver_1", 50))
    before = await index.search(a_query(limit=50))
    for _ in range(2):
        assert index.owner_pid
        os.kill(index.owner_pid, signal.SIGSTOP)
        searches = [asyncio.create_task(index.search(a_query(limit=50))) for _ in range(5)]
        await asyncio.sleep(0.1)
        os.kill(index.owner_pid, signal.SIGKILL)
        assert await asyncio.gather(*searches) == [before] * 5


@pytest.mark.parametrize("group", [True, False], ids=["the group", "the service alone"])
async def test_what_a_killed_service_had_acknowledged_is_there(opened: Opener, group: bool, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for life in range(3):
        with a_service(tmp_path) as service:
            service.read_until_acknowledged(3 + life * 4)
            service.kill(group=group)
        acknowledged += service.acknowledged
    index = await opened(tmp_path)
    counts = await index.counts()
    assert {version: counts.get(version) for version in acknowledged} == dict.fromkeys(acknowledged, POINTS)


@pytest.mark.parametrize("fork", [False, True], ids=["alone", "with a forked child that keeps the pipe open"])
async def test_the_index_process_ends_soon_after_its_service_was_killed(
    opened: Opener, fork: bool, tmp_path: Path
) -> None:
    with a_service(tmp_path, fork=fork) as service:
        service.read_until_acknowledged(1)
        assert runs(service.owner_pid)
        service.kill(group=False)
        assert within_s(5, lambda: not runs(service.owner_pid))
        if fork:
            assert runs(service.child_pid)
        index = await opened(tmp_path)
        assert (await index.state()).points >= POINTS


async def test_an_index_process_told_to_end_closes_and_is_started_again_when_needed(
    opened: Opener, tmp_path: Path
) -> None:
    index = await opened(tmp_path)
    await index.upsert(points_of("ver_1", 10))
    first = index.owner_pid
    assert first
    os.kill(first, signal.SIGINT)
    assert await index.counts() == {"ver_1": 10}
    assert index.owner_pid == first
    os.kill(first, signal.SIGTERM)
    assert within_s(5, lambda: not runs(first))
    assert await index.counts() == {"ver_1": 10}
    assert index.owner_pid != first


async def test_an_index_that_cannot_come_back_is_unavailable_in_words(opened: Opener, tmp_path: Path) -> None:
    index = await opened(tmp_path)
    await index.upsert(points_of("ver_1", 10))
    config = tmp_path / SHARD_FOLDER / "edge_config.json"
    kept = config.read_text()
    config.write_text("{")
    assert index.owner_pid
    os.kill(index.owner_pid, signal.SIGKILL)
    with pytest.raises(IndexUnavailable, match="cannot be opened"):
        await index.search(a_query())
    config.write_text(kept)
    assert await index.counts() == {"ver_1": 10}


async def test_a_shard_half_made_when_its_process_was_killed_is_made_again(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / f"{SHARD_FOLDER}.new" / "segments").mkdir(parents=True)
    (tmp_path / f"{SHARD_FOLDER}.new" / "edge_config.json").write_text("{")
    (tmp_path / "index.json").write_text("{")
    index = await opened(tmp_path)
    await index.upsert(points_of("ver_1", 3))
    assert await index.counts() == {"ver_1": 3}
