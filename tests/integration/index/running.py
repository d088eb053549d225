"""Starting that service, reading what it says, and looking at processes from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import REPOSITORY


@dataclass(slots=True)
class RunningService:
    """The service as a process of its own group; `acknowledged` grows as its output is read."""

    process: subprocess.Popen[str]
    owner_pid: int = 0
    child_pid: int = 0
    acknowledged: list[str] = field(default_factory=list)

    def read_until_acknowledged(self, count: int) -> None:
        assert self.process.stdout is not None
        while len(self.acknowledged) < count:
            kind, *words = self.process.stdout.readline().split() or ["end"]
            if kind == "open":
                self.owner_pid, self.child_pid = int(words[1]), int(words[2])
            elif kind == "acknowledged":
                self.acknowledged.append(words[0])
            else:
                raise AssertionError(f"the service ended with {self.process.wait()}")

    def kill(self, *, group: bool) -> None:
        """Kill -9, the service alone or with all that it started; then read what it had still said."""
        assert self.process.stdout is not None
        if group:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        if self.child_pid > 0:
            return
        self.acknowledged += [line.split()[1] for line in self.process.stdout if line.startswith("acknowledged")]


@contextmanager
def a_service(folder: Path, *, fork: bool = False) -> Iterator[RunningService]:
    command = [sys.executable, "-m", "tests.integration.index.service", str(folder), *(["fork"] if fork else [])]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield RunningService(process)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def runs(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def within_s(limit_s: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
