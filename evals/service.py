"""A running Proviso to measure (evals): `serve` in a process of its own on a data folder, with the settings that a fresh machine has.

It is found through the `serve.json` it writes, asked over HTTP, and always ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from evals.documents import REPOSITORY

START_PATIENCE_S = 120.0
STOP_PATIENCE_S = 60.0
POLL_S = 0.005
SERVE = (sys.executable, "-m", "api.cli", "serve")
ROLES = {"records.index.owner": "index process", ".child": "parser children", "tesseract": "tesseract"}


class NotStarted(RuntimeError):
    """The service ended, or did not become ready in time; the message is what it wrote."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that is ready. `start_s` is the time from the start of its process to the first 200 of /readyz."""

    url: str
    process: psutil.Process
    start_s: float
    start_cpu_s: float

    def cpu_s(self) -> float:
        """Processor time of the service and all its children so far, in seconds."""
        return cpu_seconds(self.process)

    def memory_mb(self) -> dict[str, dict[str, float]]:
        """Megabytes by role: resident, and proportional (memory that processes share counted once)."""
        members: dict[str, list[psutil.Process]] = {"server": [self.process]}
        for child in self.process.children(recursive=True):
            members.setdefault(role_of(child), []).append(child)
        return {role: _memory(processes) for role, processes in members.items()}


@contextlib.contextmanager
def running(data_dir: Path, settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """The service on a data folder, ready; ended on the way out. `settings` are variables of the environment."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir.parent / f"{data_dir.name}.log").open("w+") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            SERVE,
            cwd=data_dir,
            env=environment(data_dir) | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            url = _url_when_ready(process, data_dir, Path(log.name))
            took_s, server = time.perf_counter() - started, psutil.Process(process.pid)
            yield Running(url, server, took_s, cpu_seconds(server))
        finally:
            _stop(process)


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time of a process and its children, those that have ended included."""
    own = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    ended = process.cpu_times()
    return sum(each.user + each.system for each in own) + ended.children_user + ended.children_system


def environment(data_dir: Path) -> dict[str, str]:
    """The environment of this process without settings of Proviso, so that a measurement is not of somebody's model."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PROVISO_", "TOGETHER_"))}
    return ours | {"PROVISO_DATA_DIR": str(data_dir), "PROVISO_PORT": "0", "PYTHONPATH": str(REPOSITORY)}


def _url_when_ready(process: subprocess.Popen[bytes], data_dir: Path, log: Path) -> str:
    until = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, ValueError, httpx.TransportError):
            announced = json.loads((data_dir / "serve.json").read_text())
            if (
                announced["pid"] == process.pid
                and httpx.get(f"{announced['url']}/readyz").status_code == httpx.codes.OK
            ):
                return str(announced["url"])
        time.sleep(POLL_S)
    raise NotStarted(f"the service did not become ready:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def role_of(process: psutil.Process) -> str:
    """What a child of the service does."""
    command = " ".join(process.cmdline())
    return next((role for module, role in ROLES.items() if module in command), "other")


def _memory(processes: list[psutil.Process]) -> dict[str, float]:
    mega = 1 << 20
    full = [process.memory_full_info() for process in processes]
    resident = sum(each.rss for each in full) / mega
    proportional = sum(getattr(each, "pss", each.rss) for each in full) / mega
    return {"processes": len(processes), "rss_mb": round(resident, 1), "pss_mb": round(proportional, 1)}
