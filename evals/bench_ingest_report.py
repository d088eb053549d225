"""The result of `make bench-ingest` as tables for people (evals, pure)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evals.results import table


def report(result: dict[str, Any]) -> str:
    """One table per part that was measured."""
    machine = result["machine"]
    head = (
        f"{machine['date']}  Python {machine['python']}  {machine['system']}  {machine['processor']}  "
        f"{machine['cores']} cores, load {machine['load']} before"
    )
    parts = [
        f"{TABLES[name](part)}\n\nload after: {part['load_after']}" for name, part in result.items() if name in TABLES
    ]
    beside = [side_by_side(result)] if {"service", "peer"} <= set(result) and result["service"]["rows"] else []
    return "\n\n".join([head, *parts, *beside])


def side_by_side(result: dict[str, Any]) -> str:
    """Ours as the service does it, and the peer, on the same files."""
    ours, peer = result["service"]["rows"][-1], result["peer"]
    lines: list[list[object]] = [
        [label, ours.get(key, "-"), peer.get(key, "-")]
        for label, key in (
            ("seconds", "seconds"),
            ("CPU seconds", "cpu_seconds"),
            ("pages/s", "pages_per_s"),
            ("pages/CPU s", "pages_per_cpu_s"),
            ("MB/s", "mb_per_s"),
            ("pages", "pages"),
            ("chunks", "chunks"),
        )
    ]
    lines.append(["peak memory of all processes, MB", ours["peak_rss_mb"].get("all", "-"), peer["peak_rss_mb"]["all"]])
    head = table([f"{ours['documents']} documents, side by side", "Proviso", "LlamaIndex"], lines)
    return f"{head}\n\nours / LlamaIndex by pages/s: {ours['pages_per_s'] / peer['pages_per_s']:.2f}\nLlamaIndex: {peer['name']}"


def _engine(part: dict[str, Any]) -> str:
    rows: list[list[object]] = [
        ["float32, GFLOP/s a core", part["float32_gflops_per_core"]],
        ["limit, tokens/CPU s", part["limit_tokens_per_cpu_s"]],
        ["measured, tokens/CPU s, one thread", part["tokens_per_cpu_s"]],
        ["limit / measured", part["limit_over_measured"]],
        ["all threads, tokens/s", part["all_threads_tokens_per_s"]],
        ["all threads, tokens/CPU s", part["all_threads_tokens_per_cpu_s"]],
        ["tokenizer alone, tokens/CPU s", part["tokenizer_tokens_per_cpu_s"]],
    ]
    return table([f"embedder, {part['texts']} chunks, {part['tokens']:,} tokens", ""], rows)


def _stages(part: dict[str, Any]) -> str:
    in_all = sum(part["seconds_by_stage"].values())
    rows: list[list[object]] = [
        [stage, spent, f"{100 * spent / in_all:.1f} %", rate["pages_per_s"], rate["mb_per_s"]]
        for stage, spent in part["seconds_by_stage"].items()
        if (rate := part["rates"].get(stage))
    ]
    rows.append(["in all, clock", part["seconds"], "", part["pages_per_s"], round(part["mb"] / part["seconds"], 2)])
    rows.append(["in all, CPU", part["cpu_seconds"], "", part["pages_per_cpu_s"], ""])
    head = f"{part['files']} PDFs, {part['pages']} pages, {part['mb']} MB, one after the other"
    return table([head, "s", "share", "pages/s", "MB/s"], rows)


def _rows(title: str) -> Callable[[dict[str, Any]], str]:
    def tables(part: dict[str, Any]) -> str:
        keys = [
            "ready",
            "pages",
            "chunks",
            "mb",
            "seconds",
            "cpu_seconds",
            "pages_per_s",
            "pages_per_cpu_s",
            "mb_per_s",
        ]
        head = ["ready", "pages", "chunks", "MB", "s", "CPU s", "pages/s", "pages/CPU s", "MB/s"]
        speed = table([title, *head], [[row["documents"], *(row[key] for key in keys)] for row in part["rows"]])
        roles = list(dict.fromkeys(role for row in part["rows"] for role in row["peak_rss_mb"]))
        memory = table(
            ["peak memory, MB, documents", *roles, "data folder"],
            [
                [row["documents"], *(row["peak_rss_mb"].get(role, "-") for role in roles), row["data_folder_mb"]]
                for row in part["rows"]
            ],
        )
        return f"{speed}\n\n{memory}"

    return tables


def _peer(part: dict[str, Any]) -> str:
    rows: list[list[object]] = [[f"{stage}, s", spent] for stage, spent in part["seconds_by_stage"].items()]
    rows += [["in all, s", part["seconds"]], ["in all, CPU s", part["cpu_seconds"]], ["pages/s", part["pages_per_s"]]]
    return table([f"LlamaIndex, {part['documents']} documents", ""], rows)


def _as_it_is(title: str) -> Callable[[dict[str, Any]], str]:
    def tables(part: dict[str, Any]) -> str:
        return table([title, ""], [[key, value] for key, value in part.items() if key != "load_after"])

    return tables


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "engine": _engine,
    "stages": _stages,
    "service": _rows("service over HTTP, documents"),
    "peer": _peer,
    "growth": _rows("vectors kept by text, documents"),
    "stock": _as_it_is("sentence-transformers on torch, our chunks"),
    "elements": _as_it_is("unstructured, strategy fast"),
}
