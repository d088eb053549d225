"""`make eval` (evals): what of the truth reaches the model, and with an endpoint what the model makes of it.

Without one: the share of gold spans inside the packed context by mode and budget, time to plan and pack, and whether the definitions and
clauses that a passage needs come with it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from evals.context.answers import asked, posed, summary, written
from evals.context.clauses import closure_of, closure_report
from evals.context.long import long_corpus
from evals.context.place import KEPT, filled
from evals.context.planner import measured, packing_times
from evals.documents import REPOSITORY
from evals.measures.serving import all_documents
from evals.results import machine, save, table
from evals.retrieval.corpora import CARRIED, SHARED, available, load
from evals.service import running

OUT = REPOSITORY / "build" / "evals" / "context.json"
CORPORA = ("cuad", "contractnli", "specs", "long")
COLUMNS = ("corpus", "scope", "mode", "budget", "closure", "questions", "spans", "spans_whole", "chars")
MORE = ("read_whole", "refused", "tokens_p50", "cpu_ms_p50")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.context`."""
    options = _options(arguments)
    result: dict[str, Any] = {"machine": machine(), "root": options.root.name, "rows": []}
    for name in options.corpora:
        if name != "long" and name not in available(options.root):
            continue
        corpus = load(name, options.root) if name != "long" else long_corpus(options.root, KEPT / "made")
        folder = filled(corpus, options.root, fresh=options.fresh)
        rows = asyncio.run(measured(corpus, folder, options.most))
        result["rows"] += rows
        print(table((*COLUMNS, *MORE), [[row[column] for column in (*COLUMNS, *MORE)] for row in rows]), flush=True)
        if name == "cuad":
            result["times"] = asyncio.run(packing_times(folder))
            print(table(("what", "tokens", "cpu_s"), [list(row.values()) for row in result["times"]]), flush=True)
            result["closure"] = asyncio.run(closure_of(folder))
            print(closure_report(result["closure"]), flush=True)
        save(options.out, result)
    if endpoint():
        result["answers"] = _answers(options)
        save(options.out, result)
    else:
        print("No endpoint is set (PROVISO_LLM_BASE_URL or TOGETHER_API_KEY), so no model was asked.")
    print(f"written: {options.out}")
    return 0


def endpoint() -> dict[str, str]:
    """The variables of this environment that say which model is asked; empty when none is."""
    named = {name: value for name, value in os.environ.items() if name.startswith(("PROVISO_LLM_", "TOGETHER_"))}
    return named if {"PROVISO_LLM_BASE_URL", "TOGETHER_API_KEY"} & named.keys() else {}


def _answers(options: argparse.Namespace) -> dict[str, Any]:
    """Questions to the model that is set, over each corpus that has unanswerable ones."""
    out: dict[str, Any] = {}
    for name in sorted({"cuad", "contractnli"} & set(options.corpora)):
        corpus = load(name, options.root)
        folder = filled(corpus, options.root)
        with running(folder, endpoint()) as service, httpx.Client(base_url=service.url, timeout=120) as client:
            ids = {each["filename"]: each["id"] for each in all_documents(client)}
            judged = asked(client, posed(options.root, name, options.answers), ids)
            told = {"model": client.get("/v1/info").json()["llm"], **summary(judged)}
        print(
            f"\n{name}, asked of a model:\n" + "\n".join(f"- {key}: {value}" for key, value in told.items()), flush=True
        )
        out[name] = told | {"asked": [written(each) for each in judged]}
    return out


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.context", description=__doc__)
    parser.add_argument("corpora", nargs="*", default=CORPORA, help="cuad, contractnli, specs, long; all by default")
    parser.add_argument("--root", type=Path, default=SHARED if SHARED.is_dir() else CARRIED)
    parser.add_argument("--most", type=int, default=150, help="questions of a corpus, chosen at random")
    parser.add_argument("--answers", type=int, default=40, help="questions of each kind that a model is asked")
    parser.add_argument("--fresh", action="store_true", help="read the documents anew")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
