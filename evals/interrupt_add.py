"""`proviso add` of 500 files, killed again and again (evals, issue 3, shown by 7): nothing redone, nothing lost.

The command is killed three times with SIGKILL at random moments, the service with it once; then the command runs to its end, and the
service is killed once more under it. Afterwards each file must be one document with one version, read once, and the index must hold its
chunks once.

    python -m evals.interrupt_add [--files 500] [--seed 7] [--out build/evals/interrupt_add.json]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from evals.documents import REPOSITORY
from evals.results import machine, save, table

COMMAND = (sys.executable, "-m", "api.cli")
KILLS = 3
EARLIEST_S, LATEST_S = 2.0, 15.0
READY_S = 120.0
FOLDERS = 5
NOUNS = ("supplier", "customer", "licensee", "carrier", "insurer", "tenant", "contractor", "agent")
VERBS = ("shall deliver", "may terminate", "must insure", "shall indemnify", "may audit", "shall return")
OBJECTS = ("the goods", "each report", "the premises", "all records", "the deposit", "any equipment")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the run happens."""

    folder: Path
    files: Path
    data: Path

    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PROVISO_", "TOGETHER_"))}
        settings = {"PROVISO_DATA_DIR": str(self.data), "PROVISO_PORT": "0", "PYTHONPATH": str(REPOSITORY)}
        return ours | settings | {"COLUMNS": "120", "TERM": "dumb", "PYTHONUNBUFFERED": "1"}

    def start(self, *command: str, log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen(
                [*COMMAND, *command],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def serve(self) -> subprocess.Popen[bytes]:
        """The service, ready."""
        process, until = self.start("serve", log="serve.log"), time.monotonic() + READY_S
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError, ValueError, httpx.TransportError):
                announced = json.loads((self.data / "serve.json").read_text())
                if announced["pid"] == process.pid and httpx.get(f"{announced['url']}/readyz").is_success:
                    return process
            time.sleep(0.05)
        raise RuntimeError(f"the service did not become ready:\n{(self.folder / 'serve.log').read_text()[-2000:]}")

    def url(self) -> str:
        return str(json.loads((self.data / "serve.json").read_text())["url"])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build" / "evals" / "interrupt_add.json")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="proviso-interrupt-") as folder:
        place = Place(Path(folder), Path(folder) / "files", Path(folder) / "data")
        make_files(place.files, chosen.files, random.Random(chosen.seed))
        result = interrupted(place, random.Random(chosen.seed)) | {"machine": machine()}
    save(chosen.out, result)
    show(result)
    return 0 if not result["faults"] else 1


def make_files(folder: Path, number: int, dice: random.Random) -> None:
    """So many small agreements, no two alike, as text, Markdown and HTML in a few folders."""
    for at in range(number):
        clauses = [
            f"{n}. The {dice.choice(NOUNS)} {dice.choice(VERBS)} {dice.choice(OBJECTS)} within {dice.randint(2, 90)} days."
            for n in range(1, dice.randint(4, 12))
        ]
        suffix, head, body = (
            (".txt", f"AGREEMENT {at}", "\n\n".join(clauses)),
            (".md", f"# Agreement {at}", "\n\n".join(clauses)),
            (".html", f"<html><body><h1>Agreement {at}</h1>", "".join(f"<p>{one}</p>" for one in clauses)),
        )[at % 3]
        path = folder / f"part-{at % FOLDERS}" / f"agreement-{at:04d}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}\n\n{body}\n", encoding="utf-8")


def interrupted(place: Place, dice: random.Random) -> dict[str, Any]:
    """The run with its kills, and what was there after each."""
    files = sorted(path for path in place.files.rglob("*") if path.is_file())
    service, kills, started = place.serve(), [], time.monotonic()
    server_dies = dice.randrange(KILLS)
    try:
        for n in range(KILLS):
            command = place.start("add", str(place.files), log="add.log")
            delay = dice.uniform(EARLIEST_S, LATEST_S)
            time.sleep(delay)
            kill(command)
            if n == server_dies:
                kill(service)
                service = place.serve()
            kills.append({"after_s": round(delay, 2), "service_too": n == server_dies} | standing(place.url()))
        final = place.start("add", str(place.files), "--json", log="final.json")
        time.sleep(dice.uniform(EARLIEST_S, LATEST_S))
        kill(service)
        under_way = final.poll() is None
        service = place.serve()
        status = final.wait(600)
        took_s = time.monotonic() - started
        again_at = time.monotonic()
        again = place.start("add", str(place.files), "--json", log="again.json")
        again_status, again_s = again.wait(600), time.monotonic() - again_at
        faults = list(found_faults(place, files, service))
    finally:
        kill(service)
    return {
        "files": len(files),
        "kills": kills,
        "service_killed_under_the_last_run": under_way,
        "exit_status": status,
        "took_s": round(took_s, 1),
        "last_run": summary(place.folder / "final.json"),
        "run_again": summary(place.folder / "again.json") | {"exit_status": again_status, "took_s": round(again_s, 1)},
        "faults": faults + ([f"exit status {status}"] if status else []),
    }


def found_faults(place: Place, files: Sequence[Path], service: subprocess.Popen[bytes]) -> Iterator[str]:
    """Everything that was lost, or done twice."""
    assert service.poll() is None
    documents = listed(place.url())
    names = Counter(document["filename"] for document in documents)
    wanted = Counter(path.name for path in files)
    if lost := wanted - names:
        yield f"lost: {sorted(lost)}"
    if doubled := names - wanted:
        yield f"doubled: {sorted(doubled)}"
    if unready := [document["filename"] for document in documents if document["status"] != "ready"]:
        yield f"not ready: {unready}"
    with contextlib.closing(sqlite3.connect(f"file:{place.data / 'catalog.sqlite'}?mode=ro", uri=True)) as catalog:
        versions = catalog.execute("SELECT count(*), max(number), max(attempt) FROM versions").fetchone()
    if versions != (len(files), 1, 1):
        yield f"versions, highest number, highest attempt: {versions}"
    points = httpx.get(f"{place.url()}/v1/info").json()["index"]["points"]
    chunks = sum(document["chunks"] or 0 for document in documents)
    if points != chunks:
        yield f"the index holds {points} points for {chunks} chunks"
    originals = sum(path.is_file() for path in (place.data / "store" / "files").rglob("*"))
    if originals != len(files):
        yield f"{originals} originals are stored"


def listed(url: str) -> list[dict[str, Any]]:
    """Every document."""
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 200}
    while True:
        page = httpx.get(f"{url}/v1/documents", params=params, timeout=60).json()
        found += page["items"]
        params["cursor"] = page["next_cursor"]
        if params["cursor"] is None:
            return found


def standing(url: str) -> dict[str, int]:
    """How many documents there are, and how many of them ready."""
    states = Counter(document["status"] for document in listed(url))
    return {"documents": sum(states.values()), "ready": states["ready"]}


def summary(log: Path) -> dict[str, Any]:
    """The summary of a run with --json; notes of the command stand before the JSON."""
    text = log.read_text()
    found: dict[str, Any] = json.loads(text[text.index("\n{\n") :] if not text.startswith("{") else text)["summary"]
    return found


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a process and its children; nothing if it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def show(result: dict[str, Any]) -> None:
    rows = [
        [
            f"kill {n}",
            "command and service" if one["service_too"] else "command",
            one["after_s"],
            one["documents"],
            one["ready"],
        ]
        for n, one in enumerate(result["kills"], 1)
    ]
    last, again = result["last_run"], result["run_again"]
    rows.append(
        ["last run", "service, under it", result["took_s"], last["added"] + last["already_there"], last["ready"]]
    )
    sys.stdout.write(table(["", "killed", "after s", "documents", "ready"], rows) + "\n\n")
    sys.stdout.write(
        f"{result['files']} files; the last run added {last['added']} and found {last['already_there']}; run again: added "
        f"{again['added']}, found {again['already_there']} in {again['took_s']} s.\n"
    )
    sys.stdout.write("".join(f"FAULT {fault}\n" for fault in result["faults"]) or "Nothing lost, nothing done twice.\n")


if __name__ == "__main__":
    raise SystemExit(main())
