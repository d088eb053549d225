"""The result of `make bench-search` as tables for people (evals, pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evals.results import table

GOAL = "goal at 100,000 chunks on two quiet cores: p50 40 ms, p95 120 ms"
LATENCY = ("p50_ms", "p95_ms", "p99_ms")
Rows = Sequence[dict[str, Any]]


def report(result: dict[str, Any]) -> str:
    """One table per part that was measured, its rows from the smallest workspace to the largest."""
    machine, rows = result["machine"], result["rows"]
    head = (
        f"{machine['date']}  Python {machine['python']}  {machine['system']}  {machine['processor']}  "
        f"{machine['cores']} cores, load {machine['load']} before, {', '.join(str(row['load_after']) for row in rows)} after"
    )
    parts = [_sizes(rows), *(_http(row) for row in rows if "http" in row), _busy(rows), _memory(rows)]
    parts += [_parts(row) for row in rows if "parts" in row]
    return "\n\n".join([head, *(part for part in [*parts, _peer(rows)] if part)])


def _sizes(rows: Rows) -> str:
    names = sorted({name for row in rows for name in row["disk_mb"]} - {"all"})
    cells = [
        [
            row["chunks"],
            row["documents"],
            row.get("start_s", ""),
            *(row["disk_mb"].get(name, "") for name in [*names, "all"]),
        ]
        for row in rows
    ]
    return table(["chunks", "documents", "start s", *(f"{name} MB" for name in [*names, "all"])], cells)


def _http(row: dict[str, Any]) -> str:
    cells = [
        [
            f"{each['scope']}, {each['questions']}",
            each["clients"],
            *(each[name] for name in LATENCY),
            each["per_s"],
            each["cpu_ms"].get("server", ""),
            each["cpu_ms"].get("index process", ""),
        ]
        for each in row["http"]
    ]
    head = ["clients", "p50 ms", "p95 ms", "p99 ms", "searches/s", "server CPU ms", "index CPU ms"]
    found = table([f"POST /v1/search over {row['chunks']:,} chunks", *head], cells)
    return f"{found}\n{GOAL}"


def _busy(rows: Rows) -> str:
    cells = []
    for row in (row for row in rows if "busy" in row):
        for name in ("quiet", "busy"):
            each = row["busy"][name]
            what = (
                f"{row['chunks']:,} chunks, {'nothing else' if name == 'quiet' else _uploaded(row['busy']['uploaded'])}"
            )
            cells.append([what, each["searches"], *(each[key] for key in (*LATENCY, "gap_p99_ms", "gap_longest_ms"))])
    head = [
        "new questions, whole workspace, while",
        "searches",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "loop away p99",
        "longest",
    ]
    return table(head, cells) if cells else ""


def _uploaded(told: dict[str, Any]) -> str:
    return f"{told['documents']} documents of {told['chunks']} chunks came in ({told['seconds']} s)"


def _memory(rows: Rows) -> str:
    cells = []
    for row in rows:
        for when in ("memory_at_rest", "memory_after", "memory_busy"):
            for role, each in row.get(when, {}).items():
                cells.append(
                    [
                        f"{row['chunks']:,} chunks, {when.removeprefix('memory_')}, {role}",
                        each["rss_mb"],
                        each["pss_mb"],
                    ]
                )
    return table(["memory", "RSS MB", "PSS MB"], cells) if cells else ""


def _parts(row: dict[str, Any]) -> str:
    cells = [
        [f"{scope}, {kind}: {step}", each["times"], each["ms"], each["cpu_ms"], each["index_cpu_ms"]]
        for scope, kinds in row["parts"].items()
        for kind, steps in kinds.items()
        for step, each in steps.items()
    ]
    return table([f"one search over {row['chunks']:,} chunks", "times", "ms", "CPU ms", "index CPU ms"], cells)


def _peer(rows: Rows) -> str:
    cells = []
    for row in rows:
        for scope, each in row.get("peer", {}).get("scopes", {}).items():
            ours = _ours(row, scope)
            ratio = round(each["p50_ms"] / ours["p50_ms"], 2) if ours else ""
            cells.append(
                [f"{row['chunks']:,} chunks, {scope}", each["p50_ms"], each["p95_ms"], ours.get("p50_ms", ""), ratio]
            )
    failed = [row["peer"]["failed"] for row in rows if "failed" in row.get("peer", {})]
    if not cells:
        return "\n".join(f"the peer failed: {why}" for why in failed)
    head = ["LlamaIndex + qdrant-client local mode", "p50 ms", "p95 ms", "our p50 ms, new, HTTP", "theirs / ours"]
    return table(head, cells)


def _ours(row: dict[str, Any], scope: str) -> dict[str, Any]:
    wanted = (scope, 1, "new")
    return next(
        (each for each in row.get("http", ()) if (each["scope"], each["clients"], each["questions"]) == wanted), {}
    )
