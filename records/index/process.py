"""Starting and ending the index process (records, blocking): call it in a thread.

The process runs in the folder that holds our packages, so that no file of the user's working folder can be imported
in their place.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import records
from proviso.errors import IndexUnavailable, Locked
from records.index.holder import LONGEST_COMMAND, Holder

START_PATIENCE_S = 120.0
"""A shard that was killed replays its log before it answers."""
CLOSE_PATIENCE_S = 60.0
PACKAGES = Path(records.__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class OwnerProcess:
    """A running index process and the socket it answers on."""

    process: subprocess.Popen[bytes]
    socket: str

    @classmethod
    def start(cls, folder: Path, dimensions: int, embedder: str) -> OwnerProcess:
        """Start it and wait until it serves. Raises Locked or IndexUnavailable with its own sentence."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "records.index.owner", str(folder)),
                *("--dimensions", str(dimensions), "--embedder", embedder),
                *("--parent", str(os.getpid()), "--holder", json.dumps(asdict(ourselves()))),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PACKAGES,
        )
        owner = cls(process, "")
        try:
            return cls(process, owner._first_line())
        except BaseException:
            owner.kill()
            raise

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Let it close the shard and end; one that takes longer than its patience is killed (the log keeps all).

        The signal is for the case that a child forked from this process still holds the pipe open.
        """
        self._close_pipes()
        self.process.terminate()
        try:
            self.process.wait(CLOSE_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once and wait until it, and with it its lock, is gone."""
        self.process.kill()
        self._close_pipes()
        self.process.wait()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _first_line(self) -> str:
        line = self._read_line()
        said = json.loads(line) if line.endswith(b"\n") else {}
        if "socket" in said:
            return str(said["socket"])
        detail = said.get("detail") or "The index process ended before it could serve; its error output says why."
        raise Locked(detail) if said.get("error") == Locked.code else IndexUnavailable(detail)

    def _read_line(self) -> bytes:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        deadline = time.monotonic() + START_PATIENCE_S
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise IndexUnavailable(f"The index process did not open the index within {START_PATIENCE_S:.0f} s.")
            piece = os.read(descriptor, 65_536)
            if not piece:
                break
            line += piece
        return line


def ourselves() -> Holder:
    """This process in the words of the sentence that others read."""
    program, *arguments = sys.argv or ["python"]
    command = " ".join([Path(program).name, *arguments])[:LONGEST_COMMAND]
    return Holder(os.getpid(), command, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"), socket.gethostname())
