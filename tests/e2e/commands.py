"""The command `proviso` in a process of its own, as a person runs it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT_S = 120
PLAIN = {"COLUMNS": "250", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, slots=True)
class Run:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands over one data folder, in a folder without `.env`; no command may ever end in a traceback."""

    data_dir: Path
    cwd: Path

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Ours without any setting of Proviso, but for the data folder and `extra`."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith("PROVISO_") and k != "TOGETHER_API_KEY"}
        return ours | PLAIN | {"PROVISO_DATA_DIR": str(self.data_dir)} | dict(extra or {})

    def run(self, *args: str | Path, module: str = "api.cli", env: Mapping[str, str] | None = None) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, args)],
            env=self.environment(env),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    @contextlib.contextmanager
    def started(self, *args: str | Path) -> Iterator[subprocess.Popen[str]]:
        """A command that runs on; ended with the block. It heeds Ctrl-C, also where a shell runs the tests in the background."""
        with subprocess.Popen(
            ["env", "--default-signal=INT", sys.executable, "-m", "api.cli", *map(str, args)],
            env=self.environment(),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            try:
                yield command
            finally:
                command.kill()

    def refused(self, *args: str | Path, status: int = 1, env: Mapping[str, str] | None = None) -> str:
        """The sentence of a command that must fail; nothing goes to stdout."""
        done = self.run(*args, env=env)
        assert (done.status, done.out) == (status, ""), done
        assert done.err.startswith("proviso: "), done.err
        return done.err.removeprefix("proviso: ").strip()
