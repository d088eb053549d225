"""Seconds of clock and of processor (evals): the second hardly changes when other work wants the same cores.

Processor time holds that of child processes which have ended, so end them before asking.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Spent:
    """A moment from which to count."""

    clock_s: float
    cpu_s: float

    @classmethod
    def now(cls) -> Self:
        return cls(time.perf_counter(), _cpu_s())

    def since(self, stages: Mapping[str, float], pages: int) -> dict[str, Any]:
        """What was spent since then, in all and by stage, and what that is in pages a second."""
        clock_s, cpu_s = time.perf_counter() - self.clock_s, _cpu_s() - self.cpu_s
        return {
            "seconds": round(clock_s, 2),
            "cpu_seconds": round(cpu_s, 2),
            "pages_per_s": round(pages / clock_s, 2),
            "pages_per_cpu_s": round(pages / cpu_s, 2),
            "seconds_by_stage": {stage: round(spent, 2) for stage, spent in stages.items()},
        }


def _cpu_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
