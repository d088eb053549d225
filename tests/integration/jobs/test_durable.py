"""Durable jobs in one process: steps, outcomes, cancelling, stopping, one engine after another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from proviso.errors import (
    CatalogUnavailable,
    InternalError,
    InvalidSchema,
    NotFound,
    PasswordRequired,
    Place,
    ProvisoError,
)
from proviso.ports import Job, Jobs
from records.jobs import engine
from records.jobs.durable import DurableJobs

SOON_S = 20.0


class Notes:
    """What steps and callbacks did, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.errors: dict[str, ProvisoError] = {}

    async def note(self, line: str) -> str:
        self.lines.append(line)
        return line

    async def done(self, subject: str) -> None:
        self.lines.append(f"done {subject}")

    async def failed(self, queue: str, subject: str, error: ProvisoError) -> None:
        self.lines.append(f"failed {subject}")
        self.errors[subject] = error


@contextlib.asynccontextmanager
async def running(
    url: str, script: Callable[[Job, str], None], notes: Notes, **options: Any
) -> AsyncIterator[DurableJobs]:
    def whole(job: Job, subject: str) -> None:
        script(job, subject)
        job.step("done", notes.done, subject)

    on_error = options.get("on_error", notes.failed)
    jobs = DurableJobs(url, asyncio.get_running_loop(), "local", on_error=on_error)
    jobs.cuts_allowed = options.get("cuts_allowed", jobs.cuts_allowed)
    jobs.queue("work", whole, options.get("concurrency", 2))
    await asyncio.to_thread(jobs.start)
    try:
        yield jobs
    finally:
        await asyncio.to_thread(jobs.stop)


async def until_true(check: Callable[..., Awaitable[bool]], *args: Any) -> None:
    for _ in range(int(SOON_S / 0.02)):
        if await check(*args):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("what was waited for did not happen")


async def until(condition: Callable[[], bool]) -> None:
    async def check() -> bool:
        return condition()

    await until_true(check)


async def ended(jobs: Jobs) -> bool:
    return not await jobs.unfinished("work")


async def test_a_script_runs_its_steps_in_order_and_tells_that_it_is_done(jobs_url: str) -> None:
    notes = Notes()

    def script(job: Job, subject: str) -> None:
        first = job.step("first", notes.note, f"{job.id} {subject} first")
        job.step("second", notes.note, f"after {first}")

    async with running(jobs_url, script, notes) as jobs:
        port: Jobs = jobs
        await port.enqueue("work", "job-1", "doc-1")
        assert "job-1" in await port.unfinished("work")
        await until(lambda: "done doc-1" in notes.lines)
        await until_true(ended, port)
        (record,) = await jobs.list("work")
    assert notes.lines == ["job-1 doc-1 first", "after job-1 doc-1 first", "done doc-1"]
    assert (record.id, record.subject, record.status, record.times_begun) == ("job-1", "doc-1", "SUCCESS", 1)


async def test_enqueueing_an_id_again_is_a_no_op_before_while_and_after_it_runs(jobs_url: str) -> None:
    notes = Notes()

    def script(job: Job, subject: str) -> None:
        job.step("only", notes.note, subject)

    async with running(jobs_url, script, notes) as jobs:
        for _ in range(3):
            await jobs.enqueue("work", "job-1", "early")
        await until(lambda: "early" in notes.lines)
        await jobs.enqueue("work", "job-1", "early")
        await until_true(ended, jobs)
        await jobs.enqueue("work", "job-1", "early")
        await jobs.enqueue("work", "job-2", "late")
        await until(lambda: "done late" in notes.lines)
    assert notes.lines == ["early", "done early", "late", "done late"]


async def test_a_queue_that_is_unknown_or_not_started_is_refused(jobs_url: str) -> None:
    notes = Notes()
    jobs = DurableJobs(jobs_url, asyncio.get_running_loop(), "local", on_error=notes.failed)
    jobs.queue("work", lambda job, subject: None, 1)
    with pytest.raises(InternalError, match="'work'"):
        await jobs.enqueue("work", "job-1", "x")
    async with running(jobs_url, lambda job, subject: None, notes) as started:
        with pytest.raises(InternalError, match="'nowhere'"):
            await started.enqueue("nowhere", "job-1", "x")


async def test_a_step_sees_and_gives_plain_json(jobs_url: str) -> None:
    notes = Notes()
    seen: list[Any] = []

    async def facts() -> dict[str, Any]:
        return {"pages": (1, 2), "place": Place("/a", "b"), "none": None}

    def script(job: Job, subject: str) -> None:
        seen.append(job.step("facts", facts))

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "done x" in notes.lines)
    assert seen == [{"pages": [1, 2], "place": {"pointer": "/a", "detail": "b"}, "none": None}]


async def test_an_error_of_ours_ends_the_job_as_itself(jobs_url: str) -> None:
    notes = Notes()

    async def read() -> None:
        raise PasswordRequired("The file needs a password.")

    def script(job: Job, subject: str) -> None:
        job.step("read", read)

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "failed x" in notes.lines)
    error = notes.errors["x"]
    assert type(error) is PasswordRequired
    assert error.detail == "The file needs a password."


async def test_a_script_can_catch_the_error_of_a_step(jobs_url: str) -> None:
    notes = Notes()

    async def check() -> None:
        raise InvalidSchema("no", places=[Place("/properties/a", "unknown keyword")], retry_after_s=2.5)

    def script(job: Job, subject: str) -> None:
        try:
            job.step("check", check)
        except InvalidSchema as error:
            job.step("note", notes.note, f"{error.places[0].pointer} {error.retry_after_s}")

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "done x" in notes.lines)
    assert notes.lines[0] == "/properties/a 2.5"


async def test_an_unexpected_exception_becomes_an_internal_error_with_its_trace_in_the_log(
    jobs_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    notes = Notes()

    async def broken() -> None:
        raise KeyError("surprise")

    def script(job: Job, subject: str) -> None:
        if subject == "in-step":
            job.step("broken", broken)
        raise ZeroDivisionError

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "in-step")
        await jobs.enqueue("work", "job-2", "in-script")
        await until(lambda: len(notes.errors) == 2)
    assert {type(error) for error in notes.errors.values()} == {InternalError}
    assert "KeyError" in notes.errors["in-step"].detail
    assert "ZeroDivisionError" in notes.errors["in-script"].detail
    traces = [record.exc_text or "" for record in caplog.records if record.levelno == logging.ERROR]
    assert any("KeyError: 'surprise'" in trace for trace in traces)


async def test_a_callback_that_fails_is_told_again(jobs_url: str) -> None:
    notes = Notes()

    async def recorded_late(queue: str, subject: str, error: ProvisoError) -> None:
        notes.lines.append("try")
        if len(notes.lines) == 1:
            raise CatalogUnavailable("locked")
        notes.errors[subject] = error

    def script(job: Job, subject: str) -> None:
        raise NotFound("gone")

    async with running(jobs_url, script, notes, on_error=recorded_late) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "x" in notes.errors)
        await until_true(ended, jobs)
    assert notes.lines == ["try", "try"]


async def test_a_callback_with_nothing_left_to_record_ends_the_job(jobs_url: str) -> None:
    notes = Notes()

    async def gone(queue: str, subject: str, error: ProvisoError) -> None:
        notes.lines.append("told")
        raise NotFound("deleted meanwhile")

    def script(job: Job, subject: str) -> None:
        raise PasswordRequired("The file needs a password.")

    async with running(jobs_url, script, notes, on_error=gone) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: notes.lines == ["told"])
        await until_true(ended, jobs)
    assert notes.lines == ["told"]


async def test_a_cancelled_job_ends_between_steps_and_tells_nobody(jobs_url: str) -> None:
    notes = Notes()
    gate = asyncio.Event()

    async def wait() -> None:
        notes.lines.append("waiting")
        await gate.wait()
        notes.lines.append("waited")

    def script(job: Job, subject: str) -> None:
        job.step("wait", wait)
        job.step("never", notes.note, "never")

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: notes.lines == ["waiting"])
        await jobs.cancel("job-1")
        await jobs.cancel("unknown")
        gate.set()
        await until(lambda: "waited" in notes.lines)
        await asyncio.sleep(0.5)
        assert await jobs.unfinished("work") == set()
        assert [record.status for record in await jobs.list()] == ["CANCELLED"]
    assert notes.lines == ["waiting", "waited"]


async def test_no_more_jobs_run_at_once_than_the_queue_allows(jobs_url: str) -> None:
    notes = Notes()
    now, most = 0, 0
    full = asyncio.Event()

    async def busy() -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 3:
            full.set()
        await full.wait()
        await asyncio.sleep(0.1)
        now -= 1

    async with running(jobs_url, lambda job, subject: job.step("busy", busy), notes, concurrency=3) as jobs:
        for n in range(9):
            await jobs.enqueue("work", f"job-{n}", str(n))
        await until(lambda: len(notes.lines) == 9)
    assert most == 3


async def test_what_stops_in_a_step_goes_on_in_the_next_process_life(jobs_url: str) -> None:
    notes = Notes()
    hang = asyncio.Event()

    async def slow() -> str:
        notes.lines.append("slow began")
        await hang.wait()
        return "slow"

    def script(job: Job, subject: str) -> None:
        job.step("quick", notes.note, "quick")
        job.step("slow", slow)
        job.step("last", notes.note, "last")

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "slow began" in notes.lines)
        began = time.perf_counter()
        await asyncio.to_thread(jobs.stop, 0.5)
        assert time.perf_counter() - began < 5
    hang.set()
    async with running(jobs_url, script, notes) as jobs:
        await until(lambda: "done x" in notes.lines)
        (record,) = await jobs.list()
    assert notes.lines == ["quick", "slow began", "slow began", "last", "done x"]
    assert record.times_begun == 2
    assert not notes.errors


async def test_a_step_in_flight_may_end_within_the_grace(jobs_url: str) -> None:
    notes = Notes()

    async def short() -> None:
        notes.lines.append("began")
        await asyncio.sleep(0.5)
        notes.lines.append("ended")

    def script(job: Job, subject: str) -> None:
        job.step("short", short)
        job.step("last", notes.note, "last")

    async with running(jobs_url, script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "began" in notes.lines)
    assert notes.lines == ["began", "ended"]
    async with running(jobs_url, script, notes):
        await until(lambda: "done x" in notes.lines)
    assert notes.lines == ["began", "ended", "last", "done x"]


async def test_a_script_that_changed_its_steps_starts_over(jobs_url: str) -> None:
    notes = Notes()
    hang = asyncio.Event()

    def old(job: Job, subject: str) -> None:
        job.step("parse", notes.note, "old parse")
        job.step("wait", hang.wait)

    def new(job: Job, subject: str) -> None:
        job.step("read", notes.note, "new read")
        job.step("index", notes.note, "new index")

    async with running(jobs_url, old, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "old parse" in notes.lines)
        await asyncio.to_thread(jobs.stop, 0.1)
    async with running(jobs_url, new, notes) as jobs:
        await until(lambda: "done x" in notes.lines)
    assert notes.lines == ["old parse", "new read", "new index", "done x"]


async def test_a_job_that_is_cut_again_and_again_fails_with_an_outcome(jobs_url: str) -> None:
    notes = Notes()
    hang = asyncio.Event()

    def script(job: Job, subject: str) -> None:
        job.step("began", notes.note, "began")
        job.step("hang", hang.wait)

    async def hung(jobs: DurableJobs, times: int) -> bool:
        return (await jobs.list())[0].times_begun == times and "began" in notes.lines

    for life in (1, 2):
        async with running(jobs_url, script, notes, cuts_allowed=1) as jobs:
            await jobs.enqueue("work", "job-1", "x")
            await until_true(hung, jobs, life)
            await asyncio.to_thread(jobs.stop, 0.0)
    async with running(jobs_url, script, notes, cuts_allowed=1):
        await until(lambda: "failed x" in notes.lines)
    assert "begun 3 times" in notes.errors["x"].detail


async def test_the_records_are_json_in_a_fully_synchronous_wal_file(tmp_path: Any) -> None:
    notes = Notes()
    path = tmp_path / "jobs.sqlite"

    def script(job: Job, subject: str) -> None:
        job.step("note", notes.note, "Überlassung")

    async with running(f"sqlite:///{path}", script, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "done x" in notes.lines)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    outputs = connection.execute("SELECT function_name, output, serialization FROM operation_outputs").fetchall()
    connection.close()
    assert ("note", '{"value":"Überlassung"}', "portable_json") in outputs


async def test_jobs_that_ended_long_ago_are_forgotten(jobs_url: str) -> None:
    notes = Notes()
    async with running(jobs_url, lambda job, subject: None, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "done x" in notes.lines)
        await until_true(ended, jobs)
        await asyncio.to_thread(engine.forget_ended, "2026-01-01T00:00:00+00:00")
        assert [record.id for record in await jobs.list()] == ["job-1"]
        await asyncio.to_thread(engine.forget_ended, "2100-01-01T00:00:00+00:00")
        assert await jobs.list() == []


async def test_an_unusable_database_is_a_sentence(tmp_path: Any) -> None:
    (tmp_path / "jobs.sqlite").write_text("this is not a database, however long the sentence may be")
    for url in (
        f"sqlite:///{tmp_path / 'jobs.sqlite'}",
        f"sqlite:///{tmp_path / 'none' / 'x'}",
        "postgresql://u:pw@127.0.0.1:9/x",
    ):
        jobs = DurableJobs(url, asyncio.get_running_loop(), "local", on_error=Notes().failed)
        with pytest.raises(CatalogUnavailable) as caught:
            await asyncio.to_thread(jobs.start)
        assert "pw" not in caught.value.detail
        await asyncio.to_thread(jobs.stop)


async def test_the_engine_writes_nothing_to_the_console(jobs_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    notes = Notes()
    async with running(jobs_url, lambda job, subject: None, notes) as jobs:
        await jobs.enqueue("work", "job-1", "x")
        await until(lambda: "done x" in notes.lines)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
