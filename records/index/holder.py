"""Who holds the index folder (records): one lock, and a file that says whose it is.

The lock is the kernel's (`flock`), so it ends with the process that took it, however that ends; the words in the file
are only for the sentence that the next comer reads. The file is never removed: removing a lock file opens a race.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from proviso.errors import Locked

HOLDER_FILE = "holder.json"
ENDING_PATIENCE_S = 20.0
"""How long an index process whose service has died may take to close before the next one gives up."""
POLL_S = 0.05
LONGEST_COMMAND = 200


@dataclass(frozen=True, slots=True)
class Holder:
    """The service that holds an index: its process, what was typed to start it, since when, on which machine."""

    pid: int
    command: str
    since: str
    host: str

    def sentence(self, folder: Path) -> str:
        place = "" if self.host == socket.gethostname() else f" on {self.host}"
        return (
            f"The index at {folder} is held by process {self.pid}{place} (`{self.command}`) since {self.since}. "
            "Use that service, or stop it first."
        )

    def lives(self) -> bool:
        """Whether that process may still run: one on another machine (or in another container) cannot be asked."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


@contextmanager
def held(folder: Path, holder: Holder) -> Iterator[None]:
    """Hold `folder` in the name of `holder`. Raises Locked, with a sentence that names who holds it."""
    descriptor = os.open(folder / HOLDER_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, folder)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder_of(folder: Path) -> Holder | None:
    """Who said last that it holds `folder`; None when the file cannot be read (it is just being written)."""
    try:
        return Holder(**json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _take(descriptor: int, folder: Path) -> None:
    """Take the lock; wait only for an index process that is closing because its service has died."""
    deadline = time.monotonic() + ENDING_PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = holder_of(folder)
            if (other and other.lives()) or time.monotonic() > deadline:
                unnamed = f"Another process holds the index at {folder}."
                raise Locked(other.sentence(folder) if other else unnamed) from None
            time.sleep(POLL_S)
        else:
            return
