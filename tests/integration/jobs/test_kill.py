"""Kill -9 of a real process while jobs run: every job ends, and no step that was recorded runs again."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

pytestmark = [pytest.mark.kill]

JOBS = 30
STEPS = 5
KILLS = 6
QUERY = "SELECT workflow_uuid, function_name FROM {}operation_outputs"

WORKER = """
import asyncio, json, os, sys
from records.jobs.durable import DurableJobs

url, log, jobs_wanted, steps_wanted = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def note(*words):
    os.write(handle, (json.dumps(words) + "\\n").encode())


async def work(job_id, step):
    note("began", job_id, f"step {step}")
    await asyncio.sleep(0.05)
    note("ended", job_id, f"step {step}")
    return step


async def done(subject):
    note("done", subject)


async def failed(queue, subject, error):
    note("failed", subject, error.code, error.detail)


def script(job, subject):
    for step in range(steps_wanted):
        assert job.step(f"step {step}", work, job.id, step) == step  # EDIT
    job.step("done", done, subject)


async def main():
    jobs = DurableJobs(url, asyncio.get_running_loop(), "local", on_error=failed)
    jobs.queue("work", script, 4)
    await asyncio.to_thread(jobs.start)
    for number in range(jobs_wanted):
        await jobs.enqueue("work", f"job-{number}", f"job-{number}")
    print("started", flush=True)
    while await jobs.unfinished("work"):
        await asyncio.sleep(0.05)
    await asyncio.to_thread(jobs.stop)
    print("finished", flush=True)


asyncio.run(main())
"""


class Life:
    """One process over the same records, in the folder of the test."""

    def __init__(self, repository: Path, url: str, log: Path, source: str = WORKER) -> None:
        command = [sys.executable, "-c", source, url, str(log), str(JOBS), str(STEPS)]
        self.process = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "started\n"

    def kill_after(self, seconds: float) -> None:
        time.sleep(seconds)
        self.process.kill()
        self.process.communicate()

    def finish(self) -> None:
        out, _ = self.process.communicate(timeout=90)
        assert out == "finished\n"
        assert self.process.returncode == 0


def recorded(url: str) -> set[tuple[str, str]]:
    """Steps that the engine holds a result of."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        rows = connection.execute(QUERY.format("")).fetchall()
        connection.close()
    else:
        with psycopg.connect(url) as postgres:
            rows = postgres.execute(QUERY.format("dbos.")).fetchall()
    return {(job_id, step) for job_id, step in rows}


def notes(log: Path) -> list[list[str]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def begun(log: Path) -> Counter[tuple[str, str]]:
    return Counter((words[1], words[2]) for words in notes(log) if words[0] == "began")


def all_done(log: Path) -> None:
    told = Counter(words[1] for words in notes(log) if words[0] == "done")
    assert set(told) == {f"job-{number}" for number in range(JOBS)}
    assert not [words for words in notes(log) if words[0] == "failed"]


@pytest.mark.slow
def test_after_kills_at_random_moments_every_job_ends_and_no_recorded_step_runs_again(
    jobs_url: str, tmp_path: Path, repository: Path
) -> None:
    log = tmp_path / "log"
    log.touch()
    moments = random.Random(20_261_122)
    in_flight = 0
    for _ in range(KILLS):
        Life(repository, jobs_url, log).kill_after(moments.uniform(0.2, 1.6))
        before, safe = begun(log), recorded(jobs_url)
        in_flight += len(set(before) - safe)
        Life(repository, jobs_url, log).kill_after(moments.uniform(0.3, 0.9))
        after = begun(log)
        assert {step for step in safe if after[step] != before[step]} == set()
    safe = recorded(jobs_url)
    before = begun(log)
    Life(repository, jobs_url, log).finish()
    after = begun(log)
    assert {step for step in safe if after[step] != before[step]} == set()
    assert len(after) == JOBS * STEPS
    all_done(log)
    repeats = sum(after.values()) - JOBS * STEPS
    print(f"{2 * KILLS} kills, {in_flight} steps in flight at the first of each pair, {repeats} steps ran twice")


def test_an_edited_script_finishes_the_jobs_that_began_under_the_old_one(
    jobs_url: str, tmp_path: Path, repository: Path
) -> None:
    log = tmp_path / "log"
    log.touch()
    Life(repository, jobs_url, log).kill_after(2.0)
    safe, before = recorded(jobs_url), begun(log)
    assert safe
    edited = WORKER.replace("# EDIT", "# edited\n        len(subject)")
    assert edited != WORKER
    Life(repository, jobs_url, log, edited).finish()
    after = begun(log)
    assert {step for step in safe if after[step] != before[step]} == set()
    all_done(log)


def test_a_process_that_ends_without_stopping_its_jobs_does_not_hang(jobs_url: str, repository: Path) -> None:
    source = WORKER.replace("    while await", "    return\n    while await")
    source = source.replace("asyncio.sleep(0.05)", "asyncio.sleep(60)")
    command = [sys.executable, "-c", source, jobs_url, "/dev/null", "3", "1"]
    began = time.perf_counter()
    subprocess.run(command, cwd=repository, check=True, timeout=30, stdout=subprocess.DEVNULL)
    assert time.perf_counter() - began < 20
