"""`make bench-reindex` (evals): 20,000 chunks for another embedder while ten clients search, killed twice on the way.

    python -m evals.reindex                              on real text, filled into a data folder of its own
    python -m evals.reindex --folder FOLDER              … on a copy of a data folder that is there

Every answer is compared with the two that the index before and the index after give to its question when nobody else asks: one that is
neither is mixed. The command is killed with SIGKILL, with everything it had started left to end by itself. Exit code 1 when a request
failed, an answer was mixed, or the index lacks a chunk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psutil

from evals.bench_search import KEPT
from evals.documents import REPOSITORY
from evals.measures.asking_on import Answer, Clients, ask, judged, latencies
from evals.measures.searching_place import Originals, a_place, sources
from evals.measures.searching_questions import different
from evals.measures.searching_vectors import CopyingEmbedder, KeptVectors
from evals.results import machine, save, table
from evals.service import Running, environment, running
from ingest.embedding.local import LocalEmbedder

OUT = REPOSITORY / "build" / "evals" / "reindex.json"
OTHER = "llamaindex:evals.measures.hashing:HashingEmbedding"
QUESTIONS = 20
SAMPLE_S = 0.5


@dataclass
class Memory:
    """The most that each kind of process took at a time, in megabytes (proportional)."""

    most: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def watched(self, service: Running) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(service, over))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def of(self, kind: str, process: psutil.Process) -> None:
        try:
            used = process.memory_full_info().pss / (1 << 20)
        except psutil.Error:
            return
        self.most[kind] = max(self.most.get(kind, 0.0), round(used, 1))

    def _watch(self, service: Running, over: threading.Event) -> None:
        while not over.wait(SAMPLE_S):
            self.of("service", service.process)
            owners = [each for each in service.process.children() if "records.index.owner" in _command(each)]
            for number, owner in enumerate(owners):
                self.of(f"index process {number + 1} of the service", owner)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: how long, and the JSON it printed; None when it was killed."""

    seconds: float
    told: dict[str, Any] | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.reindex`."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        data_dir = Path(folder) / "data"
        if options.folder:
            shutil.copytree(options.folder, data_dir)
        else:
            asyncio.run(_fill(data_dir, options))
        result = {"machine": machine()} | _measured(data_dir, options)
    save(options.out, result)
    print(_report(result))
    print(f"\nwritten: {options.out}")
    answers, whole = result["answers"], result["chunks"] == result["points"]
    return 0 if whole and not answers["failed"] and not answers["mixed"] and answers["after"] else 1


async def _fill(data_dir: Path, options: argparse.Namespace) -> None:
    model, originals = LocalEmbedder(), Originals(sources())
    try:
        async with a_place(data_dir, CopyingEmbedder(KeptVectors(options.kept, model), model)) as place:
            await place.fill(originals, options.chunks)
    finally:
        await originals.close()


def _measured(data_dir: Path, options: argparse.Namespace) -> dict[str, Any]:
    questions = list(islice(different(), QUESTIONS))
    memory, dice = Memory(), Random(options.seed)
    with running(data_dir) as service:
        before = _answers(service.url, questions)
        clients = Clients(service.url, questions, options.clients, options.pause)
        quiet = Clients(service.url, questions, options.clients, options.pause)
        with memory.watched(service):
            with quiet.asking():
                time.sleep(options.quiet)
            with clients.asking():
                started = time.perf_counter()
                after_s = [dice.uniform(options.earliest, options.latest) for _ in range(options.kills)]
                runs = [_reindex(data_dir, memory, kill_after_s) for kill_after_s in after_s]
                runs.append(_reindex(data_dir, memory, None))
                ended = time.perf_counter()
                time.sleep(options.quiet)
        after = _answers(service.url, questions)
        info = httpx.get(f"{service.url}/v1/info").json()
    last = runs[-1].told or {}
    return {
        "options": {name: getattr(options, name) for name in ("clients", "kills", "pause", "seed")},
        "answers": judged([*quiet.asked, *clients.asked], before, after),
        "faults": [each.fault for each in clients.asked if each.fault][:10],
        "latency": {
            "before": latencies(quiet.asked),
            "while building": latencies([each for each in clients.asked if each.at < ended]),
            "after": latencies([each for each in clients.asked if each.at >= ended]),
        },
        "runs": [{"seconds": round(run.seconds, 1), "told": run.told} for run in runs],
        "seconds": round(ended - started, 1),
        "chunks": last.get("chunks"),
        "points": info["index"]["points"],
        "embedder": info["embedder"]["name"],
        "memory_mb": memory.most,
    }


def _answers(url: str, questions: Sequence[str]) -> dict[str, Answer]:
    """What each question finds now. Raises RuntimeError when one finds nothing."""
    with httpx.Client(base_url=url, timeout=120) as client:
        asked = [ask(client, question) for question in questions]
    for each in asked:
        if not each.answer:
            raise RuntimeError(f"nothing was found for {each.question!r} {each.fault}")
    return {each.question: each.answer for each in asked if each.answer}


def _reindex(data_dir: Path, memory: Memory, kill_after_s: float | None) -> Run:
    """Run the command to its end, or kill it, and nothing else, after so long."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "reindex", "--embedder", OTHER, "--json"],
        cwd=REPOSITORY,
        env=environment(data_dir),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if kill_after_s else None,
        text=True,
    )
    reading = threading.Thread(target=_sample, args=(process, memory))
    reading.start()
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        if process.poll() is not None:
            raise RuntimeError("the command ended before it was killed: fewer seconds (--latest), or more chunks")
        process.send_signal(signal.SIGKILL)
    told, _ = process.communicate()
    reading.join()
    if kill_after_s is None and process.returncode:
        raise RuntimeError(f"reindex ended with {process.returncode}")
    return Run(time.perf_counter() - started, None if kill_after_s else json.loads(told))


def _sample(process: subprocess.Popen[str], memory: Memory) -> None:
    while process.poll() is None:
        try:
            command = psutil.Process(process.pid)
            memory.of("reindex", command)
            for child in command.children():
                memory.of("index process of reindex", child)
        except psutil.Error:
            return
        time.sleep(SAMPLE_S)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _report(result: dict[str, Any]) -> str:
    answers, runs = result["answers"], result["runs"]
    took = ", ".join(f"{run['seconds']} s{'' if run['told'] else ' (killed)'}" for run in runs)
    last = runs[-1]["told"] or {}
    rows = [[name, *row.values()] for name, row in result["latency"].items()]
    return "\n\n".join(
        [
            f"{result['machine']['date']}, load {result['machine']['load']} before",
            (
                f"{result['chunks']} chunks for {result['embedder']} in {result['seconds']} s ({took}); the last run embedded "
                f"{last.get('embedded')}; the index holds {result['points']}"
            ),
            table(["answers", "number"], [[name, number] for name, number in answers.items()]),
            table(["search", "requests", "p50 ms", "p95 ms", "longest ms"], rows),
            table(["memory at most", "MB"], [[name, number] for name, number in sorted(result["memory_mb"].items())]),
        ]
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.reindex", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--chunks", type=int, default=20_000, help="at least so many (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=10, help="that search at a time (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds a client rests after an answer")
    parser.add_argument("--kills", type=int, default=2, help="of the command (default: %(default)s)")
    parser.add_argument("--earliest", type=float, default=8.0, help="seconds before a kill, at least")
    parser.add_argument("--latest", type=float, default=20.0, help="… and at most")
    parser.add_argument("--quiet", type=float, default=15.0, help="seconds of searches before and after")
    parser.add_argument("--seed", type=int, default=5, help="of the moments of the kills")
    parser.add_argument("--folder", type=Path, help="a data folder for the packaged embedder, copied")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where vectors are kept (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
