"""Work for documents stands aside for searches."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest.aside import NICENESS, stand_aside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux only")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_only_the_thread_that_asks_for_it_stands_aside() -> None:
    before = niceness()
    with ThreadPoolExecutor(1, "aside", stand_aside) as threads:
        assert threads.submit(niceness).result() == max(before, NICENESS)
    assert niceness() == before
