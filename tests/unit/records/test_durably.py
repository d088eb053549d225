"""Files that are the old ones or the new ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.durably import settle, sync, write_durably, write_synced


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "index.json"
    for words in (b"old", b"newer and longer", b"new"):
        write_durably(file, words)
        assert file.read_bytes() == words
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_killed_writer_left_aside_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "index.json"
    write_durably(file, b"old")
    (tmp_path / "index.json.new").write_bytes(b"half of something that was longer")
    assert file.read_bytes() == b"old"
    write_durably(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "index.json"
    write_durably(file, b"old")
    (tmp_path / "index.json.new").mkdir()
    with pytest.raises(OSError, match=r"index\.json\.new"):
        write_durably(file, b"new")
    assert file.read_bytes() == b"old"


def test_a_file_settles_under_its_name_in_another_folder(tmp_path: Path) -> None:
    aside, target = tmp_path / "aside", tmp_path / "kept" / "target"
    target.parent.mkdir()
    write_synced(aside, b"words")
    settle(aside, target)
    assert (target.read_bytes(), aside.exists()) == (b"words", False)


def test_files_and_folders_can_be_synced_and_what_is_gone_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"words")
    sync(tmp_path / "file")
    sync(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "nothing")
