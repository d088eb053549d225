"""Durable jobs over DBOS (floor 2): scripts of recorded steps that go on where they were cut. This is the job boundary:
whatever a script raises ends here, as a call of `on_error`, so that no subject stays stuck.

It knows neither documents nor extractions; scripts and the callback are given to it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from proviso.errors import InternalError, NotFound, ProvisoError, RequestError
from proviso.ports import JobScript
from proviso.wire import to_data
from records.jobs import engine
from records.jobs.bridge import Bridge, Stopped, Work
from records.jobs.faults import fault_data, fault_from

VERSION = "proviso-1"
"""Pinned: DBOS runs only what has its own version, by default a hash of the source, and would strand every running job
at the next edit. Raise it never; a script that changed its steps starts over (`engine.begin_anew`)."""

CUTS_ALLOWED = 25
"""A job that was cut this often is taken for what kills the process, and fails."""

PAUSES_S = (0.0, 0.5, 2.0, 8.0)
"""Before each try to tell a callback; then the run waits for the next start."""

KEPT = timedelta(days=7)
POLL_S = 0.5
"""How often a queue looks for jobs. A look takes DBOS 4 ms of processor time, whether there is a job or not."""
ENDING_S = 2.0

OnError = Callable[[str, str, ProvisoError], Coroutine[Any, Any, None]]
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as the engine has it; `status` is its own word (ENQUEUED, PENDING, SUCCESS, CANCELLED, …)."""

    id: str
    queue: str
    subject: str
    status: str
    executor_id: str | None
    times_begun: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """What runs on a queue, and how many at a time."""

    name: str
    script: JobScript
    concurrency: int


class StepJob:
    """The `Job` that a script sees."""

    def __init__(self, job_id: str, bridge: Bridge) -> None:
        self._id = job_id
        self._bridge = bridge

    @property
    def id(self) -> str:
        return self._id

    def step(self, name: str, work: Work, *args: Any) -> Any:
        """The JSON result of `work(*args)`, run on the loop or recorded earlier; its ProvisoError is recorded
        likewise."""
        self._bridge.check()
        recorded = engine.record_step(name, partial(self._attempt, work, args))
        if "fault" in recorded:
            raise fault_from(recorded["fault"])
        return recorded["value"]

    def _attempt(self, work: Work, args: tuple[Any, ...]) -> dict[str, Any]:
        try:
            return {"value": to_data(self._bridge.run(work, *args))}
        except ProvisoError as error:
            return {"fault": fault_data(error)}


class DurableJobs:
    """Jobs by queue: declare queues, `start`, `enqueue`, `stop`. `start` and `stop` block, so call them in a thread.
    `on_error(queue, subject, error)` is told at least once of each failure. One at a time in a process, because DBOS is
    global."""

    def __init__(
        self,
        database_url: str,
        loop: asyncio.AbstractEventLoop,
        executor_id: str,
        *,
        on_error: OnError,
        application_version: str = VERSION,
    ) -> None:
        self._url = database_url
        self._executor_id = executor_id
        self._version = application_version
        self._on_error = on_error
        self._bridge = Bridge(loop)
        self._queues: dict[str, Queue] = {}
        self._workflow: engine.Run | None = None
        self._started = threading.Event()
        self._calls = ThreadPoolExecutor(2, "jobs")
        self._active = 0
        self._idle = threading.Condition()
        self.cuts_allowed = CUTS_ALLOWED

    def queue(self, name: str, script: JobScript, concurrency: int) -> None:
        """Have jobs of queue `name` run `script`, at most `concurrency` at a time in this process."""
        self._queues[name] = Queue(name, script, concurrency)

    def start(self) -> None:
        """Begin to run jobs, first those that this executor left unfinished. Raises CatalogUnavailable."""
        workflow = engine.launch(self._url, self._executor_id, self._version, self._run, list(self._queues))
        for queue in self._queues.values():
            engine.declare_queue(queue.name, queue.concurrency, POLL_S)
        self._workflow = workflow
        self._started.set()
        engine.forget_ended((datetime.now(UTC) - KEPT).isoformat())

    def stop(self, grace_s: float = 3.0) -> None:
        """Begin nothing any more, let steps in flight end for `grace_s` seconds, leave the rest for the next start."""
        self._bridge.stop(grace_s)
        with self._idle:
            self._idle.wait_for(lambda: self._active == 0, timeout=ENDING_S)
        self._calls.shutdown(wait=False, cancel_futures=True)
        if self._workflow is not None:
            self._workflow = None
            engine.destroy()

    async def enqueue(self, queue: str, job_id: str, subject: str) -> None:
        """Queue a job; durable when this returns. A no-op when the id was queued before, whatever became of it."""
        if queue not in self._queues or self._workflow is None:
            raise InternalError(f"No jobs of the queue {queue!r} are run here.")
        await self._call(engine.enqueue, self._workflow, queue, job_id, subject)

    async def cancel(self, job_id: str) -> None:
        """Let the job run no further step. Nobody is told: whoever cancels records it. Unknown and ended ids are
        ignored."""
        await self._call(engine.cancel, job_id)

    async def unfinished(self, queue: str) -> set[str]:
        found = await self._call(engine.find, queue_name=queue, status=engine.UNFINISHED, load_input=False)
        return {status.workflow_id for status in found}

    async def list(self, queue: str | None = None, limit: int = 100) -> Sequence[JobRecord]:
        """Jobs of a queue, or of all, newest first; those that ended more than a week ago are forgotten."""
        found = await self._call(engine.find, queue_name=queue, limit=limit, sort_desc=True)
        return [_record(status) for status in found]

    async def _call(self, call: Callable[..., T], *args: Any, **wanted: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._calls, partial(call, *args, **wanted))

    def _run(self, queue_name: str, job_id: str, subject: str) -> None:
        """The one workflow."""
        with self._idle:
            self._active += 1
        try:
            while not self._started.wait(POLL_S):  # what was left behind may begin before `start` is through
                self._bridge.check()
            self._settle(self._queues[queue_name], StepJob(job_id, self._bridge), subject)
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()

    def _settle(self, queue: Queue, job: StepJob, subject: str) -> None:
        """Run the script; tell of its failure, unless somebody cancelled it."""
        fault = self._fault_of(queue, job, subject, partial(self._run_script, queue, job, subject))
        if fault is None or engine.is_cancelled(job.id):
            return
        # What was deleted while it was at work is no failure.
        level = logging.INFO if isinstance(fault, NotFound) else logging.WARNING
        log.log(level, "%s %s failed: %s: %s", queue.name, subject, fault.code, fault.detail)
        self._tell(queue, job, subject, fault)

    def _tell(self, queue: Queue, job: StepJob, subject: str, error: ProvisoError) -> None:
        """Call back until it works; a callback that finds nothing to do any more says so by a RequestError. Not a step:
        its place in the record would depend on how far the script came."""
        for pause_s in PAUSES_S:
            self._bridge.pause(pause_s)
            call = partial(self._bridge.run, self._on_error, queue.name, subject, error)
            fault = self._fault_of(queue, job, subject, call)
            if fault is None or isinstance(fault, RequestError):
                return
        log.error("%s %s ended, but that could not be recorded: it waits for the next start", queue.name, job.id)
        raise Stopped

    def _fault_of(self, queue: Queue, job: StepJob, subject: str, call: Callable[[], Any]) -> ProvisoError | None:
        """What `call` raises, as an error of ours; None when it ends well."""
        try:
            call()
        except ProvisoError as error:
            return error
        except engine.ScriptChanged:
            log.info("%s %s began under an older script and starts over", queue.name, job.id)
            if self._workflow is not None:
                self._calls.submit(engine.begin_anew, self._workflow, queue.name, job.id, subject)
            raise Stopped from None
        except Exception as error:  # the job boundary: nothing may leave a subject without an outcome
            log.exception("%s %s failed unexpectedly", queue.name, job.id)
            return InternalError(f"An unexpected {type(error).__name__} ended the job; the log has its trace.")
        return None

    def _run_script(self, queue: Queue, job: StepJob, subject: str) -> None:
        times = engine.times_begun(job.id)
        if times > self.cuts_allowed + 1:
            raise InternalError(f"The job was begun {times} times and never ended; something in it ends the process.")
        queue.script(job, subject)


def _record(status: Any) -> JobRecord:
    queue, _, subject = status.input["args"] if status.input else ("", "", "")
    return JobRecord(
        id=status.workflow_id,
        queue=queue,
        subject=subject,
        status=status.status,
        executor_id=status.executor_id,
        times_begun=status.recovery_attempts or 0,
        created_at=_instant(status.created_at),
        updated_at=_instant(status.updated_at),
    )


def _instant(epoch_ms: int | None) -> datetime:
    return datetime.fromtimestamp((epoch_ms or 0) / 1000, UTC)
