"""From a job's worker thread to the application's event loop and back (floor 2), without ever hanging when either ends."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from proviso.errors import InternalError

LOOK_S = 1.0
"""How often a waiting worker looks whether its loop and its process are still there."""

Work = Callable[..., Coroutine[Any, Any, Any]]


class Stopped(BaseException):
    """The process is ending: the run is left as it is and taken up at the next start. Not an Exception, so that no
    script and no engine records it as an outcome."""


class Bridge:
    """Runs coroutine functions on `loop` for worker threads, until stopped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: set[concurrent.futures.Future[Any]] = set()

    def run(self, work: Work, *args: Any) -> Any:
        """The result of `work(*args)`; blocks the calling thread, which is not the loop's. Raises Stopped."""
        future = self._submit(work(*args))
        try:
            return self._result(future)
        finally:
            with self._lock:
                self._running.discard(future)

    def check(self) -> None:
        """Raises Stopped once the process is ending."""
        if self._stopping.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Sleep, unless the process ends first. Raises Stopped."""
        self._stopping.wait(seconds)
        self.check()

    def stop(self, grace_s: float) -> None:
        """Begin no step any more; let those in flight end for `grace_s`, then let go of them."""
        with self._lock:
            self._stopping.set()
            running = set(self._running)
        _, late = concurrent.futures.wait(running, timeout=grace_s)
        for future in late:
            future.cancel()

    def _submit(self, work: Coroutine[Any, Any, Any]) -> concurrent.futures.Future[Any]:
        with self._lock:
            try:
                self.check()
                # In a context of its own: the engine's notes about its thread must not travel to the loop with the work.
                future = contextvars.Context().run(asyncio.run_coroutine_threadsafe, work, self._loop)
            except Stopped:
                work.close()
                raise
            except RuntimeError as error:
                work.close()
                raise Stopped from error  # the loop is closed
            self._running.add(future)
            return future

    def _result(self, future: concurrent.futures.Future[Any]) -> Any:
        while not concurrent.futures.wait([future], timeout=LOOK_S).done:
            if self._loop.is_closed() or not threading.main_thread().is_alive():
                raise Stopped
        try:
            return future.result()
        except concurrent.futures.CancelledError as error:
            # A loop that ends cancels what runs on it, some moments before anybody says that the process stops.
            self.pause(2 * LOOK_S)
            if self._loop.is_closed() or not self._loop.is_running():
                raise Stopped from error
            raise InternalError("A step of the job was cancelled from outside.") from error
