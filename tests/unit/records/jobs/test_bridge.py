"""Between a worker's thread and the loop: nothing hangs, nothing that was only cut counts as an outcome."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading

import pytest

from proviso.errors import InternalError, NotFound
from records.jobs.bridge import Bridge, Stopped

LONG_S = 60.0
note = contextvars.ContextVar("note", default="nothing")


async def test_work_runs_on_the_loop_and_its_result_and_errors_come_back() -> None:
    bridge = Bridge(asyncio.get_running_loop())

    async def work(value: int) -> tuple[int, bool]:
        if value < 0:
            raise NotFound("no")
        return value, threading.current_thread() is threading.main_thread()

    assert await asyncio.to_thread(bridge.run, work, 3) == (3, True)
    with pytest.raises(NotFound):
        await asyncio.to_thread(bridge.run, work, -1)


async def test_what_the_worker_knows_about_its_thread_does_not_travel_with_the_work() -> None:
    bridge = Bridge(asyncio.get_running_loop())

    async def work() -> str:
        return note.get()

    def worker() -> str:
        note.set("engine")
        result: str = bridge.run(work)
        return result

    assert await asyncio.to_thread(worker) == "nothing"


async def test_a_timeout_raised_by_the_work_is_its_error_and_not_a_wait() -> None:
    bridge = Bridge(asyncio.get_running_loop())

    async def work() -> None:
        raise TimeoutError("the server took too long")

    with pytest.raises(TimeoutError, match="server"):
        await asyncio.to_thread(bridge.run, work)


async def test_stopping_lets_work_end_within_the_grace_and_begins_no_other() -> None:
    bridge = Bridge(asyncio.get_running_loop())
    begun, ends = asyncio.Event(), asyncio.Event()

    async def short() -> str:
        begun.set()
        await ends.wait()
        return "done"

    quick = asyncio.create_task(asyncio.to_thread(bridge.run, short))
    await begun.wait()
    stopping = asyncio.create_task(asyncio.to_thread(bridge.stop, LONG_S))
    while await asyncio.to_thread(outcome, bridge, nothing) != "stopped":
        pass
    ends.set()
    await stopping
    assert await quick == "done"


async def test_stopping_lets_go_of_work_that_does_not_end_within_the_grace() -> None:
    bridge = Bridge(asyncio.get_running_loop())
    begun, ends = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        begun.set()
        while not ends.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await ends.wait()

    slow = asyncio.create_task(asyncio.to_thread(outcome, bridge, stubborn))
    await begun.wait()
    await asyncio.to_thread(bridge.stop, 0.05)
    ends.set()
    assert await slow == "stopped"


async def test_work_that_something_else_cancels_is_an_error_while_the_process_lives() -> None:
    bridge = Bridge(asyncio.get_running_loop())
    running: list[asyncio.Task[None]] = []
    begun = asyncio.Event()

    async def work() -> None:
        task = asyncio.current_task()
        assert task
        running.append(task)
        begun.set()
        await asyncio.sleep(60)

    waiting = asyncio.create_task(asyncio.to_thread(bridge.run, work))
    await begun.wait()
    running[0].cancel()
    with pytest.raises(InternalError, match="cancelled"):
        await waiting


def test_a_loop_that_is_gone_stops_the_worker() -> None:
    loop = asyncio.new_event_loop()
    bridge = Bridge(loop)
    loop.close()

    async def work() -> None: ...

    assert outcome(bridge, work) == "stopped"


async def nothing() -> None:
    """A step that is over at once."""


def outcome(bridge: Bridge, work: object) -> str:
    """What happens to a worker, without a BaseException travelling through the test's own threads."""
    try:
        bridge.run(work)  # type: ignore[arg-type]
    except Stopped:
        return "stopped"
    return "ended"
