"""How results leave a measurement (evals): a JSON file, a table for people, and what machine they were taken on."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CPU_INFO = Path("/proc/cpuinfo")


def save(path: Path, result: dict[str, Any]) -> None:
    """Write the result as JSON, folders made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A page may hold half of a surrogate pair, which UTF-8 cannot write: it goes as its escape.
    path.write_bytes((json.dumps(result, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table, aligned; columns after the first to the right."""
    cells = [[_cell(value) for value in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(_padded(row, widths)) + " |" for row in cells]
    rule = "| " + " | ".join("-" * (width - 1) + (":" if i else "-") for i, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def machine() -> dict[str, Any]:
    """When and on what: numbers mean little without it. `load` is the number of busy cores over the last minute."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _processor() -> str:
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
