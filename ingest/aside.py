"""Work that stands aside (floor 4): whoever waits for a search goes before whoever waits for documents.

Embedding keeps both cores of a small machine busy. At the same priority the event loop then waits its turn behind it, a tenth of a second
and more; a niceness of 10 costs documents nothing while nobody asks.
"""

from __future__ import annotations

import os
import sys
import threading

NICENESS = 10


def stand_aside() -> None:
    """Lower the calling thread's priority, where threads have one of their own (Linux); elsewhere nothing. A service that was started
    with less keeps it: to raise it takes a right that few have."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
