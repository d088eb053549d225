"""One process holds an index folder; the next is told who, and a dead one never blocks."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from proviso.errors import Locked
from records.index.holder import HOLDER_FILE, Holder, held, holder_of

US = Holder(os.getpid(), "proviso serve", "2026-11-22 10:00:00 UTC", socket.gethostname())


def a_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_held_folder_names_its_holder(tmp_path: Path) -> None:
    with held(tmp_path, US), pytest.raises(Locked) as refused, held(tmp_path, US):
        pass
    assert f"held by process {os.getpid()} (`proviso serve`) since 2026-11-22 10:00:00 UTC" in refused.value.detail
    assert str(tmp_path) in refused.value.detail


def test_a_holder_on_another_machine_is_named_with_its_machine(tmp_path: Path) -> None:
    elsewhere = Holder(a_dead_pid(), "proviso serve", "today", "another-host")
    with held(tmp_path, elsewhere), pytest.raises(Locked, match="on another-host"), held(tmp_path, US):
        pass


def test_a_folder_is_free_when_its_holder_has_let_go(tmp_path: Path) -> None:
    with held(tmp_path, US):
        pass
    with held(tmp_path, US):
        assert holder_of(tmp_path) == US


def test_the_file_of_a_dead_process_does_not_block(tmp_path: Path) -> None:
    (tmp_path / HOLDER_FILE).write_text(json.dumps({"pid": a_dead_pid(), "command": "x", "since": "", "host": "h"}))
    with held(tmp_path, US):
        assert holder_of(tmp_path) == US


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"pid": 1}'])
def test_a_holder_file_that_says_nothing_does_not_block_either(junk: str, tmp_path: Path) -> None:
    (tmp_path / HOLDER_FILE).write_text(junk)
    assert holder_of(tmp_path) is None
    with held(tmp_path, US):
        pass


def test_an_index_process_that_is_closing_after_its_service_died_is_waited_for(tmp_path: Path) -> None:
    orphan = Holder(a_dead_pid(), "proviso serve", "today", socket.gethostname())
    closing, closed = threading.Event(), threading.Event()

    def close_slowly() -> None:
        with held(tmp_path, orphan):
            closing.set()
            closed.wait(0.4)

    thread = threading.Thread(target=close_slowly)
    thread.start()
    closing.wait(5)
    with held(tmp_path, US):
        assert holder_of(tmp_path) == US
    thread.join()


def test_only_its_owner_can_read_the_holder_file(tmp_path: Path) -> None:
    with held(tmp_path, US):
        assert (tmp_path / HOLDER_FILE).stat().st_mode & 0o077 == 0
