"""How long a command takes before it says anything (evals): `proviso --help` in fresh processes, beside Python doing nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.service import environment

TIMES = 5


def measure() -> dict[str, Any]:
    """Medians of fresh processes; files are in the page cache and compiled, as from the second call on."""
    return {
        "help_s": _median([sys.executable, "-m", "api.cli", "--help"]),
        "python_s": _median([sys.executable, "-c", "pass"]),
        "times": TIMES,
    }


def _median(command: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        seconds = [_seconds(command, Path(folder)) for _ in range(TIMES + 1)][1:]
    return round(statistics.median(seconds), 3)


def _seconds(command: Sequence[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)
    return time.perf_counter() - started
