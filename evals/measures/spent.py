"""Seconds of clock and of processor, added up over turns (evals): the second hardly changes when other work wants the same cores.

The processor time of child processes is known once they have ended: end them, and add it then.
"""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Spent:
    """What the turns so far have taken."""

    clock_s: float = 0.0
    cpu_s: float = 0.0

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        clock_s, cpu_s = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.clock_s += time.perf_counter() - clock_s
            self.cpu_s += time.process_time() - cpu_s

    def result(self, stages: Mapping[str, float], pages: int) -> dict[str, Any]:
        """In all and by stage, and what that is in pages a second."""
        return {
            "seconds": round(self.clock_s, 2),
            "cpu_seconds": round(self.cpu_s, 2),
            "pages_per_s": round(pages / self.clock_s, 2),
            "pages_per_cpu_s": round(pages / self.cpu_s, 2),
            "seconds_by_stage": {stage: round(spent, 2) for stage, spent in stages.items()},
        }


def children_cpu_s() -> float:
    """Processor time of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
