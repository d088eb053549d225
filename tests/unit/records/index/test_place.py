"""Which shard of an index folder is in use, and which are left over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proviso.errors import IndexUnavailable
from records.index.place import (
    IDENTITY_FILE,
    builds,
    built,
    shard_number,
    shard_path,
    stored_identity,
    sweep,
    use_build,
)
from records.index.schema import identity, require_same

OURS = identity(8, "letters")


def a_build(folder: Path, number: int) -> Path:
    shard = built(folder, number) / "shard"
    shard.mkdir(parents=True)
    return shard


def test_a_folder_that_names_no_shard_uses_the_first(tmp_path: Path) -> None:
    (tmp_path / IDENTITY_FILE).write_text(json.dumps(OURS))
    assert (shard_number(tmp_path), shard_path(tmp_path)) == (0, tmp_path / "shard")


@pytest.mark.parametrize("junk", ["", "{", None], ids=["empty", "half", "missing"])
def test_a_folder_whose_file_cannot_be_read_does_not_say_which(tmp_path: Path, junk: str | None) -> None:
    if junk is not None:
        (tmp_path / IDENTITY_FILE).write_text(junk)
    assert shard_number(tmp_path) is None
    with pytest.raises(IndexUnavailable, match="proviso reindex"):
        stored_identity(tmp_path)


def test_a_build_put_to_use_is_the_shard_and_what_was_before_goes(tmp_path: Path) -> None:
    (tmp_path / "shard").mkdir()
    (tmp_path / IDENTITY_FILE).write_text(json.dumps({"schema": 1}))
    first, second, coming = (a_build(tmp_path, number) for number in (1, 2, 3))
    use_build(tmp_path, 2, OURS)
    require_same(stored_identity(tmp_path), OURS, "here")
    assert (shard_number(tmp_path), shard_path(tmp_path)) == (2, second)
    sweep(tmp_path)
    assert [path.exists() for path in (tmp_path / "shard", first, second, coming)] == [False, False, True, True]
    assert set(builds(tmp_path)) == {2, 3}


def test_nothing_goes_while_the_shard_in_use_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "shard").mkdir()
    use_build(tmp_path, 2, OURS)
    sweep(tmp_path)
    assert (tmp_path / "shard").exists()


@pytest.mark.parametrize("named", ["../elsewhere/shard", "built-0/shard", "/etc/shard", 7])
def test_a_name_that_is_none_of_ours_is_not_followed(tmp_path: Path, named: object) -> None:
    (tmp_path / IDENTITY_FILE).write_text(json.dumps({**OURS, "shard": named}))
    assert shard_path(tmp_path) == tmp_path / "shard"
