"""The most memory that processes take while something runs (evals): looked at ten times a second by a thread."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psutil

from evals.service import role_of

EVERY_S = 0.1
MEGA = 1 << 20


class Watch:
    """`with Watch(members) as watch:` … `watch.peak_mb`: by role, the highest sum of resident memory, in megabytes."""

    def __init__(self, members: Callable[[], dict[str, list[psutil.Process]]]) -> None:
        self._members = members
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory watch", daemon=True)
        self.peak_mb: dict[str, float] = {}
        self.series: list[tuple[float, float]] = []
        """Seconds since the beginning, and megabytes of all processes together."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        started = time.perf_counter()
        while not self._over.wait(EVERY_S):
            total = 0.0
            for role, processes in self._members().items():
                taken = sum(map(resident_mb, processes))
                total += taken
                self.peak_mb[role] = max(self.peak_mb.get(role, 0.0), round(taken, 1))
            self.peak_mb["all"] = max(self.peak_mb.get("all", 0.0), round(total, 1))
            self.series.append((round(time.perf_counter() - started, 1), round(total, 1)))


def members(service: psutil.Process) -> dict[str, list[psutil.Process]]:
    """A service and its children by what they do; one that ends meanwhile is left out."""
    found: dict[str, list[psutil.Process]] = {"server": [service]}
    for child in service.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            found.setdefault(role_of(child), []).append(child)
    return found


def resident_mb(process: psutil.Process) -> float:
    """Resident memory of a process; none of one that has just ended."""
    try:
        return float(process.memory_info().rss) / MEGA
    except psutil.Error:
        return 0.0
