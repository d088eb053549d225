"""Starts a service in a process group of its own, kills it with SIGKILL at random moments, and starts it again.

It knows nothing of the product: a command, a URL that answers 200 when the service is ready, and a log file.

    service = Service([sys.executable, "-m", "api.cli", "serve"], ready_url=f"http://127.0.0.1:{port}/readyz",
                      env={"PROVISO_PORT": str(port)}, cwd=checkout, log=tmp_path / "serve.log")
    with service:                                             # started and ready; killed at the end, whatever happened
        upload_everything()
        for kill in random_kills(service, times=20, seed=7, after_s=(0.05, 2.0)):
            assert not kill.orphans_left, kill                # ready again; children left alone have ended themselves
            check_nothing_acknowledged_is_lost()

    orphans = service.kill_parent()                           # or step by step
    assert wait_gone(orphans, timeout_s=10) == []
    service.restart()

SIGKILL leaves the page cache alone: these tests say nothing about power loss.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Self, TypeVar

import psutil

Whom = Literal["group", "parent", "either"]
Thing = TypeVar("Thing", int, Path, psutil.Process)
POLL_S = 0.02
GONE_TIMEOUT_S = 10.0
OWN_PORTS = (10_000, 30_000)


class NotReady(AssertionError):
    """The service ended, or did not answer in time; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: who was killed, how long after it was ready, and whom that left behind for longer than allowed."""

    n: int
    whom: str
    after_s: float
    again_while_starting: bool
    orphans: int
    orphans_left: tuple[str, ...]
    back_after_s: float


class Service:
    """A command in its own process group, with a log and a URL that tells when it is ready."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        ready_url: str,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        ready_timeout_s: float = 60.0,
    ) -> None:
        self.command = list(command)
        self.ready_url = ready_url
        self.log = log
        self.starts = 0
        self.start_s = 0.0
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._cwd = cwd
        self._ready_timeout_s = ready_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self._known: set[psutil.Process] = set()

    @property
    def pid(self) -> int:
        """The parent's process id, which is also its group's."""
        assert self._process is not None, "the service was never started"
        return self._process.pid

    @property
    def running(self) -> bool:
        """Is the parent alive?"""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """The parent's exit status, negative for a signal, nothing while it runs."""
        return None if self._process is None else self._process.poll()

    def children(self) -> list[psutil.Process]:
        """All living descendants of the parent."""
        found = children_of(self.pid)
        self._known.update(found)
        return found

    def start(self, *, wait: bool = True) -> Self:
        """Starts the command; with `wait`, returns when it is ready."""
        assert not self.running, "the service is running already"
        self._close_log()
        self._output = self.log.open("ab")
        self._process = subprocess.Popen(
            self.command,
            env=self._env,
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.starts += 1
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, timeout_s: float | None = None) -> float:
        """Blocks until `ready_url` answers 200; returns the seconds that took, and keeps them in `start_s`."""
        started = time.monotonic()
        until = started + (self._ready_timeout_s if timeout_s is None else timeout_s)
        while not answers(self.ready_url):
            if not self.running:
                raise NotReady(f"ended with status {self.exit_status} before it was ready\n{self.log_tail()}")
            if time.monotonic() > until:
                raise NotReady(f"not ready after {time.monotonic() - started:.1f} s\n{self.log_tail()}")
            time.sleep(POLL_S)
        self.children()
        self.start_s = time.monotonic() - started
        return self.start_s

    def kill_group(self) -> list[psutil.Process]:
        """SIGKILL to the whole group; returns descendants that live on because they had left the group."""
        before = self._struck(kill_group)
        wait_gone(member for member in before if _group_of(member) == self.pid)
        return living(before)

    def kill_parent(self) -> list[psutil.Process]:
        """SIGKILL to the parent alone; returns the descendants it leaves behind."""
        return living(self._struck(kill_parent))

    def stop(self, timeout_s: float = 20.0) -> int:
        """SIGTERM to the parent, as a supervisor does; returns its exit status. Still alive after that: an error."""
        assert self._process is not None
        self.children()
        self._process.terminate()
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {timeout_s} s after SIGTERM\n{self.log_tail()}") from None

    def restart(self) -> float:
        """Starts again after a kill; returns the seconds until it was ready."""
        self.start(wait=False)
        return self.wait_ready()

    def end(self) -> None:
        """Whatever state it is in: nothing that this object started is left."""
        if self._process is None:
            return
        if self.running:
            self._struck(kill_group)
        left = living(self._known.union(session_of(self.pid)))
        for process in left:
            kill_process(process)
        wait_gone(left)
        self._close_log()

    def log_tail(self, lines: int = 40) -> str:
        """The last lines that the service wrote."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.end()
            raise

    def __exit__(self, *_: object) -> None:
        self.end()

    def _struck(self, strike: Callable[[int], None]) -> list[psutil.Process]:
        """Strikes and reaps the parent; returns its descendants of that moment."""
        assert self._process is not None, "the service was never started"
        before = self.children()
        strike(self.pid)
        self._process.wait()
        return before

    def _close_log(self) -> None:
        if self._output is not None:
            self._output.close()
            self._output = None


def random_kills(
    service: Service,
    *,
    times: int,
    seed: int,
    after_s: tuple[float, float] = (0.05, 2.0),
    whom: Whom = "either",
    while_starting: float = 0.0,
    orphans_timeout_s: float = GONE_TIMEOUT_S,
) -> Iterator[Kill]:
    """Kills a running service so many times, each a random while after its start, and yields when it is ready again.

    The seed decides delays and victims. With the probability `while_starting` the group is killed once more during the
    restart. Orphans of a killed parent get `orphans_timeout_s` to end by themselves; the others are reported and ended.
    """
    dice = random.Random(seed)
    for n in range(1, times + 1):
        delay = dice.uniform(*after_s)
        victim = "group" if whom == "group" or (whom == "either" and dice.random() < 0.5) else "parent"
        time.sleep(delay)
        orphans = service.kill_group() if victim == "group" else service.kill_parent()
        left = wait_gone(orphans, orphans_timeout_s)
        names = tuple(describe(each) for each in left)
        for process in left:
            kill_process(process)
        wait_gone(left)
        again = dice.random() < while_starting
        if again:
            service.start(wait=False)
            time.sleep(dice.uniform(0, service.start_s))
            service.kill_group()
        yield Kill(n, victim, delay, again, len(orphans), names, service.restart())


def kill_group(pid: int) -> None:
    """SIGKILL to the process group that this process leads; nothing if it is gone."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it was faster


def kill_parent(pid: int) -> None:
    """SIGKILL to this one process; nothing if it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it was faster


def kill_process(process: psutil.Process) -> None:
    """SIGKILL to one process; nothing if it is gone, or if its id belongs to another one now."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        pass  # it was faster


def children_of(pid: int) -> list[psutil.Process]:
    """All living descendants of a process."""
    try:
        return living(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def session_of(pid: int) -> list[psutil.Process]:
    """All living processes of the session that this process began, also when it is dead itself."""
    return living(each for each in psutil.process_iter() if _session_id(each) == pid)


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie that nobody has reaped is dead."""
    return [each for each in processes if not _is_gone(each)]


def wait_gone(things: Iterable[Thing], timeout_s: float = GONE_TIMEOUT_S) -> list[Thing]:
    """Waits until processes (or their ids) have ended and paths have vanished; returns what is still there."""
    left, until = list(things), time.monotonic() + timeout_s
    while (left := [each for each in left if not _is_gone(each)]) and time.monotonic() < until:
        time.sleep(POLL_S)
    return left


def describe(process: psutil.Process) -> str:
    """A process for a failure message."""
    try:
        return f"{process.pid}: {' '.join(process.cmdline())[:200]}"
    except psutil.Error:
        return str(process.pid)


def answers(url: str, timeout_s: float = 2.0) -> bool:
    """Does the URL answer 200?"""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def proviso_service(folder: Path, repository: Path, model_url: str, **settings: str) -> Service:
    """`proviso serve` over `folder/data`, with a model and further settings by their names."""
    port = free_port()
    named = {f"PROVISO_{name.upper()}": value for name, value in settings.items()}
    return Service(
        [sys.executable, "-m", "api.cli", "serve"],
        ready_url=f"http://127.0.0.1:{port}/readyz",
        log=folder / "serve.log",
        env={
            "PROVISO_DATA_DIR": str(folder / "data"),
            "PROVISO_PORT": str(port),
            "PROVISO_LLM_BASE_URL": model_url,
            **named,
        },
        cwd=repository,
    )


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now, from below those that systems hand out by themselves: none of the connections that
    tests open meanwhile takes it."""
    while True:
        port = random.SystemRandom().randrange(*OWN_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _is_gone(thing: int | Path | psutil.Process) -> bool:
    if isinstance(thing, Path):
        return not thing.exists()
    try:
        process = psutil.Process(thing) if isinstance(thing, int) else thing
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _session_id(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except ProcessLookupError:
        return None


def _group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None
