"""The log is brought to disk while it makes its next file under another name and renames it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from records.index.edge import sync_folder


def busy(work: Callable[[], None], ended: threading.Event) -> threading.Thread:
    def run() -> None:
        while not ended.is_set():
            work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_file_that_is_renamed_meanwhile_does_not_fail_the_write(tmp_path: Path) -> None:
    (tmp_path / "open-1").write_bytes(b"log")

    def make_the_next() -> None:
        (tmp_path / "tmp-open-2").write_bytes(b"")
        (tmp_path / "tmp-open-2").rename(tmp_path / "open-2")

    ended = threading.Event()
    thread = busy(make_the_next, ended)
    try:
        for _ in range(300):
            sync_folder(tmp_path)
    finally:
        ended.set()
        thread.join()
    assert (tmp_path / "open-1").read_bytes() == b"log"


def test_a_log_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "wal")
