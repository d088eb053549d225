"""An index is built beside the one in use and put to use in one step; whatever cuts that leaves one of the two."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from proviso.errors import IndexUnavailable, Locked
from records.index.building import Build, follow_catalog, next_number
from records.index.edge import SHARD_FOLDER
from records.index.place import IDENTITY_FILE, built, sweep, use_build
from records.index.schema import identity
from tests.contracts.indexes import DIMENSIONS, EMBEDDER, points_of
from tests.integration.index.conftest import Opener

OTHER = "another-embedder"


async def filled(opened: Opener, folder: Path, embedder: str = EMBEDDER, version: str = "ver_1") -> None:
    index = await opened(folder, embedder=embedder)
    await index.upsert(points_of(version, 20))
    await index.close()


async def build(
    folder: Path, *, version: str, chunks: int = 20, embedder: str = OTHER, use: bool = True
) -> dict[str, int]:
    """Build an index with one more version; returns what it had before."""
    work = Build(folder, next_number(folder, None), DIMENSIONS, embedder)
    work.begin()
    index = await work.open()
    before = await index.counts()
    await index.upsert(points_of(version, chunks))
    await index.close()
    if use:
        work.use()
        sweep(folder)
    return before


async def test_the_index_in_use_is_untouched_until_the_new_one_takes_its_place(opened: Opener, tmp_path: Path) -> None:
    await filled(opened, tmp_path)
    await build(tmp_path, version="ver_2", use=False)
    assert await (await opened(tmp_path)).counts() == {"ver_1": 20}


async def test_the_new_index_takes_the_place_of_the_old(opened: Opener, tmp_path: Path) -> None:
    await filled(opened, tmp_path)
    await build(tmp_path, version="ver_2")
    with pytest.raises(IndexUnavailable, match=f"built with the embedder {OTHER}.*proviso reindex"):
        await opened(tmp_path)
    index = await opened(tmp_path, embedder=OTHER)
    assert await index.counts() == {"ver_2": 20}
    assert not (tmp_path / SHARD_FOLDER).exists()
    await index.close()
    await build(tmp_path, version="ver_3", embedder=EMBEDDER)
    assert await (await opened(tmp_path)).counts() == {"ver_3": 20}
    assert not built(tmp_path, 1).exists()


async def test_a_build_that_was_cut_goes_on_and_one_for_another_embedder_begins_again(
    opened: Opener, tmp_path: Path
) -> None:
    await filled(opened, tmp_path)
    assert await build(tmp_path, version="ver_1", use=False) == {}
    assert await build(tmp_path, version="ver_2", use=False) == {"ver_1": 20}
    assert await build(tmp_path, version="ver_3", embedder="a-third") == {}


async def test_what_a_kill_after_the_switch_left_is_removed_at_the_next_open(opened: Opener, tmp_path: Path) -> None:
    await filled(opened, tmp_path)
    await build(tmp_path, version="ver_2", use=False)
    use_build(tmp_path, 1, identity(DIMENSIONS, OTHER))
    assert (tmp_path / SHARD_FOLDER).exists()
    assert await (await opened(tmp_path, embedder=OTHER)).counts() == {"ver_2": 20}
    assert not (tmp_path / SHARD_FOLDER).exists()


async def test_an_index_of_the_layout_before_is_refused_until_it_is_built_anew(opened: Opener, tmp_path: Path) -> None:
    await filled(opened, tmp_path)
    file = tmp_path / IDENTITY_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema": 1}))
    with pytest.raises(IndexUnavailable, match=r"layout 1.*proviso reindex"):
        await opened(tmp_path)
    await build(tmp_path, version="ver_2", embedder=EMBEDDER)
    assert await (await opened(tmp_path)).counts() == {"ver_2": 20}


async def test_a_build_in_use_whose_file_was_lost_is_refused_and_not_begun_again(
    opened: Opener, tmp_path: Path
) -> None:
    await filled(opened, tmp_path)
    await build(tmp_path, version="ver_2")
    (tmp_path / IDENTITY_FILE).unlink()
    with pytest.raises(IndexUnavailable, match="proviso reindex"):
        await opened(tmp_path, embedder=OTHER)
    assert await build(tmp_path, version="ver_2") == {"ver_2": 20}
    assert await (await opened(tmp_path, embedder=OTHER)).counts() == {"ver_2": 20}


async def test_a_build_that_cannot_be_opened_is_begun_again(opened: Opener, tmp_path: Path) -> None:
    await build(tmp_path, version="ver_1", use=False)
    (built(tmp_path, 1) / SHARD_FOLDER / "edge_config.json").write_text("{")
    assert await build(tmp_path, version="ver_2") == {}
    assert await (await opened(tmp_path, embedder=OTHER)).counts() == {"ver_2": 20}


async def test_one_is_built_while_another_is_in_use_and_by_one_process_at_a_time(
    opened: Opener, tmp_path: Path
) -> None:
    await filled(opened, tmp_path)
    index = await opened(tmp_path)
    work = Build(tmp_path, next_number(tmp_path, None), DIMENSIONS, OTHER)
    work.begin()
    building = await work.open()
    with pytest.raises(Locked, match="is held by process"):
        await Build(tmp_path, work.number, DIMENSIONS, "a-third").open()
    with pytest.raises(Locked, match="is held by process"):
        await asyncio.to_thread(Build(tmp_path, work.number, DIMENSIONS, "a-third").begin)
    await building.upsert(points_of("ver_2", 20))
    assert (await index.counts(), await building.counts()) == ({"ver_1": 20}, {"ver_2": 20})
    await building.close()


async def test_the_folder_follows_the_catalog_where_a_kill_came_between_the_two(opened: Opener, tmp_path: Path) -> None:
    await filled(opened, tmp_path)
    await build(tmp_path, version="ver_2", use=False)
    follow_catalog(tmp_path, 3, DIMENSIONS, OTHER)  # no such build
    assert await (await opened(tmp_path)).counts() == {"ver_1": 20}


async def test_a_build_that_the_catalog_names_is_the_one_opened(opened: Opener, tmp_path: Path) -> None:
    await filled(opened, tmp_path)
    await build(tmp_path, version="ver_2", use=False)
    follow_catalog(tmp_path, 1, DIMENSIONS, OTHER)
    assert await (await opened(tmp_path, embedder=OTHER)).counts() == {"ver_2": 20}
    assert not (tmp_path / SHARD_FOLDER).exists()


async def test_a_copy_made_while_it_is_used_is_what_another_index_can_begin_with(
    opened: Opener, tmp_path: Path
) -> None:
    folder, copy = tmp_path / "index", tmp_path / "copies" / "first"
    index = await opened(folder)
    await index.upsert(points_of("ver_1", 300))
    await index.copy_to(copy)
    await index.upsert(points_of("ver_2", 20))
    with pytest.raises(FileExistsError):
        await index.copy_to(copy)
    work = Build(folder, next_number(folder, None), DIMENSIONS, EMBEDDER)
    work.begin_with(copy)
    begun = await work.open()
    assert (await begun.counts(), await index.counts()) == ({"ver_1": 300}, {"ver_1": 300, "ver_2": 20})
    await begun.close()
    with pytest.raises(IndexUnavailable, match="built with the embedder"):
        Build(folder, work.number, DIMENSIONS, OTHER).begin_with(copy)
    (copy / IDENTITY_FILE).unlink()
    with pytest.raises(IndexUnavailable, match="does not say"):
        work.begin_with(copy)
