"""Which files a folder holds for `add`, and what is passed over."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from api.cli.gathering import File, PassedOver, gather, hashed


def names(folder: Path, *paths: Path, recursive: bool = True) -> tuple[list[str], dict[str, str]]:
    """What is taken, and the code of what is not, by paths below `folder`."""
    found = list(gather(paths or (folder,), recursive))
    taken = [str(item.relative_to(folder)) for item in found if isinstance(item, Path)]
    return taken, {str(item.path.relative_to(folder)): item.code for item in found if isinstance(item, PassedOver)}


def test_files_come_in_order_and_what_is_no_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "b" / ".git").mkdir(parents=True)
    (tmp_path / "b" / ".git" / "config").write_text("x")
    for name in ("b/two.txt", "a.txt", "~$a.docx", ".~lock.a.odt#", ".hidden", "Thumbs.db"):
        (tmp_path / name).write_text(name)
    taken, passed = names(tmp_path)
    assert taken == ["a.txt", "b/two.txt"]
    assert passed == {
        "b/.git": "hidden",
        ".hidden": "hidden",
        "~$a.docx": "lock_file",
        ".~lock.a.odt#": "lock_file",
        "Thumbs.db": "system_file",
    }


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "one.txt").write_text("one")
    (tmp_path / "real" / "up").symlink_to(tmp_path)
    (tmp_path / "twice").symlink_to(tmp_path / "real")
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nowhere")
    taken, passed = names(tmp_path)
    assert taken == ["real/one.txt"]
    assert passed == {"real/up": "seen", "twice": "seen", "lost.txt": "broken_link"}


def test_a_hidden_file_that_is_named_is_taken(tmp_path: Path) -> None:
    path = tmp_path / ".notes.txt"
    path.write_text("mine")
    assert names(tmp_path, path) == ([".notes.txt"], {})


def test_folders_inside_are_passed_over_where_they_are_not_wanted(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "x.txt").write_text("x")
    (tmp_path / "y.txt").write_text("y")
    assert names(tmp_path, recursive=False) == (["y.txt"], {"inner": "folder"})


def test_what_is_neither_file_nor_folder_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path) == ([], {"pipe": "not_a_file"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "shut.txt").write_text("x")
    (tmp_path / "shut.txt").chmod(0)
    assert names(tmp_path) == (["shut.txt"], {"shut": "unreadable"})
    found = hashed(tmp_path / "shut.txt")
    assert isinstance(found, PassedOver)
    assert found.code == "unreadable"


def test_a_file_is_hashed_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    found = hashed(path)
    assert isinstance(found, File)
    assert (found.bytes, found.sha256) == (5, hashlib.sha256(b"words").hexdigest())


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    found = hashed(tmp_path / "gone.txt")
    assert isinstance(found, PassedOver)
    assert found.code == "unreadable"


def test_a_name_that_is_no_utf8_is_sent_and_shown_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"Vertr\xe4ge.txt")
    try:
        path.write_text("The term is five years.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = hashed(path)
    assert isinstance(found, File)
    assert found.name == "Vertr\ufffdge.txt"
    assert found.path == path
