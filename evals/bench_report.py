"""The result of `make bench` as tables for people (evals, pure)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evals.results import table


def report(result: dict[str, Any]) -> str:
    """One table per part that was measured."""
    machine = result["machine"]
    head = (
        f"{machine['date']}  Python {machine['python']}  {machine['system']}  {machine['processor']}  "
        f"{machine['cores']} cores, load {machine['load']} before, {result['load_at_end']} after"
    )
    parts = [TABLES[name](part) for name, part in result.items() if name in TABLES and part]
    return "\n\n".join([head, *parts])


def _commands(part: dict[str, Any]) -> str:
    rows = [["proviso --help", part["help_s"]], ["python doing nothing", part["python_s"]]]
    return table([f"command (median of {part['times']})", "s"], rows)


def _start_up(part: dict[str, Any]) -> str:
    seconds = ", ".join(map(str, part["seconds"]))
    row = ["process start to /readyz 200, median", part["median_s"], part["median_cpu_s"]]
    start = table(["start on an empty data folder", "s", "CPU s"], [row])
    return f"{start}\n\neach: {seconds}\n\n{_memory('at rest, nothing ingested', part['memory_at_rest'])}"


def _memory(when: str, memory: dict[str, dict[str, float]]) -> str:
    rows = [[role, row["processes"], row["rss_mb"], row["pss_mb"]] for role, row in memory.items()]
    rows.append(
        ["all", *(round(sum(row[key] for row in memory.values()), 1) for key in ("processes", "rss_mb", "pss_mb"))]
    )
    return table([f"memory {when}", "processes", "RSS MB", "PSS MB"], rows)


def _use(name: str) -> Callable[[dict[str, Any]], str]:
    def tables(part: dict[str, Any]) -> str:
        ingest, search = part["ingest"], part["search"]
        head = ["files", "ready", "pages", "chunks", "acknowledged s", "all ready s", "CPU s", "pages/s"]
        keys = ["files", "ready", "pages", "chunks", "acknowledged_s", "seconds", "cpu_seconds", "pages_per_s"]
        rows = [
            [clients.replace("_", " "), row["p50_ms"], row["p95_ms"], row.get("per_s", "")]
            for clients, row in search.items()
            if isinstance(row, dict)
        ]
        return "\n\n".join(
            [
                table([f"{name} over HTTP", *head], [["ingest", *(ingest[key] for key in keys)]]),
                table([f"search over {name}, {search['searches']} questions", "p50 ms", "p95 ms", "searches/s"], rows),
                _memory(f"after ingesting {name}", part["memory_after"]),
                f"start on the {name} folder: {part['start_with_documents_s']} s",
            ]
        )

    return tables


def _ingest(part: dict[str, Any]) -> str:
    ours, peer = part["ours"], part["peer"]
    stages = list(dict.fromkeys([*ours["seconds_by_stage"], *peer["seconds_by_stage"]]))
    rows: list[list[object]] = [
        [f"{stage}, s", ours["seconds_by_stage"].get(stage, "-"), peer["seconds_by_stage"].get(stage, "-")]
        for stage in stages
    ]
    for label, key in (
        ("in all, s", "seconds"),
        ("in all, CPU s", "cpu_seconds"),
        ("pages/s", "pages_per_s"),
        ("pages/CPU s", "pages_per_cpu_s"),
        ("pages", "pages"),
        ("characters", "chars"),
        ("chunks", "chunks"),
        ("tokens embedded", "tokens_embedded"),
    ):
        rows.append([label, ours[key], peer[key]])
    tail = f"ours / peer: {part['ratio_pages_per_s']} by pages/s, {part['ratio_pages_per_cpu_s']} by pages/CPU s"
    numbers = table([f"{part['files']} PDFs in one process", "ours", "peer"], rows)
    return f"{numbers}\n\n{tail}\n\npeer: {peer['name']}"


def _footprint(part: dict[str, Any]) -> str:
    rows = [[name, part[key]["packages"], part[key]["mb"]] for name, key in SIZES.items()]
    sizes = table(["installed", "packages", "MB"], rows)
    largest = table(["largest at run time", "MB"], list(part["largest_mb"].items()))
    present = ", ".join(f"{name}: {'yes' if there else 'no'}" for name, there in part["present"].items())
    return f"{sizes}\n\n{largest}\n\npresent: {present}"


def _lines(part: dict[str, dict[str, int]]) -> str:
    rows = [[floor, row["files"], row["lines"], row["code_lines"]] for floor, row in part.items()]
    return table(["floor", "files", "lines", "lines of code"], rows)


SIZES = {"this environment": "environment", "what Proviso needs to run": "run_time"}
TABLES: dict[str, Callable[[Any], str]] = {
    "commands": _commands,
    "start_up": _start_up,
    "samples": _use("samples"),
    "contracts": _use("contracts"),
    "ingest": _ingest,
    "footprint": _footprint,
    "lines": _lines,
}
