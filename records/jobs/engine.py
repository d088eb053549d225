"""The one place that touches DBOS (floor 2): set up, started and torn down so that several can follow each other in a
process.

DBOS is global and quick to change; whatever it does unasked (console logs, pickles, a version hashed from source,
metrics sent away) is turned off or pinned here.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from dbos import error as dbos_error

from records.jobs.place import prepare

APPLICATION = "proviso"
WORKFLOW = "job"
UNFINISHED = ["ENQUEUED", "PENDING", "DELAYED"]
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
P = ParamSpec("P")
T = TypeVar("T")
Run = Callable[[str, str, str], None]

ScriptChanged = dbos_error.DBOSUnexpectedStepError
"""A step's name is not the recorded one: the script was edited since the run began."""


def launch(url: str, executor_id: str, version: str, run: Run, queues: Sequence[str]) -> Run:
    """Start DBOS over `url` with `run(queue, job id, subject)` as its one workflow; returns what `enqueue` takes. Runs
    that this executor left behind begin at once, on the queues named."""
    arguments = prepare(url)
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else DBOS adds a console of its own
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": url,
        "db_engine_kwargs": arguments,
        "application_version": version,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        # The listener waits for messages, which we do not send; at its default of 1 s it would only delay every stop.
        "notification_listener_polling_interval_sec": 0.1,
        "enable_otlp": False,
    }

    def job(queue: str, job_id: str, subject: str) -> None:
        run(queue, job_id, subject)

    DBOS(config=config)
    try:
        # No limit on recoveries: a run cut too often is failed by us, with an outcome, not parked by DBOS without one.
        workflow = DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(job)
        DBOS.listen_queues(queues)
        DBOS.launch()
    except BaseException:
        destroy()
        raise
    return workflow


def declare_queue(name: str, concurrency: int, poll_s: float) -> None:
    """Have this process run at most `concurrency` jobs of the queue at a time."""
    DBOS.register_queue(name, worker_concurrency=concurrency, polling_interval_sec=poll_s, on_conflict="always_update")


def destroy() -> None:
    """End DBOS so that another can be launched in this process. Runs in flight stay pending."""
    DBOS.destroy(destroy_registry=True)


def outside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`call(…)` as if no workflow ran in this thread: asked from inside one, DBOS would record it as a step."""
    return contextvars.Context().run(call, *args, **kwargs)


def enqueue(workflow: Run, queue: str, job_id: str, subject: str) -> None:
    with SetWorkflowID(job_id):
        DBOS.enqueue_workflow(queue, workflow, queue, job_id, subject)


def record_step(name: str, attempt: Callable[[], T]) -> T:
    """`attempt()`, or what it returned in an earlier run of the same workflow."""
    return DBOS.run_step({"name": name}, attempt)


def times_begun(job_id: str) -> int:
    """How often a run was begun: once, and once more for each time it was cut."""
    status = outside(DBOS.get_workflow_status, job_id)
    return (status.recovery_attempts or 0) if status else 0


def is_cancelled(job_id: str) -> bool:
    status = outside(DBOS.get_workflow_status, job_id)
    return status is not None and status.status == "CANCELLED"


def begin_anew(workflow: Run, queue: str, job_id: str, subject: str) -> None:
    """Forget an unfinished run with its steps and queue it again. Cut between the two, the job is one that was never
    queued, which the reconciliation at the next start queues."""
    DBOS.delete_workflow(job_id)
    enqueue(workflow, queue, job_id, subject)


def find(**wanted: Any) -> list[Any]:
    return DBOS.list_workflows(load_output=False, **wanted)


def cancel(job_id: str) -> None:
    DBOS.cancel_workflow(job_id)


def forget_ended(before: str) -> None:
    """Forget runs that ended before an instant (RFC 3339)."""
    old = find(status=ENDED, completed_before=before, load_input=False)
    if old:
        DBOS.delete_workflows([status.workflow_id for status in old])
