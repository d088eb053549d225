"""Where a command finds its service (floor 5): the one announced in the data folder, a given URL, or one started here for the command.

The embedded service is the real one on an ephemeral loopback port in a thread of this process, so that every command has one code path.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.faults import CliError

if TYPE_CHECKING:
    import httpx

    from proviso.settings import Settings

START_S = 120.0


class Api:
    """A thin HTTP client: JSON in, JSON out, a problem object becomes a CliError with its sentence. `is_own`: the service was started for
    this command and ends with it."""

    def __init__(self, client: httpx.Client, *, is_own: bool = False) -> None:
        self.client = client
        self.is_own = is_own

    def get(self, path: str, **params: Any) -> Any:
        return self._json(self.client.get(path, params={k: v for k, v in params.items() if v is not None}))

    def post(self, path: str, body: Any = None) -> Any:
        return self._json(self.client.post(path, json=body))

    def delete(self, path: str) -> None:
        self._json(self.client.delete(path))

    def text(self, path: str, **params: Any) -> str:
        response = self.client.get(path, params=params)
        raise_problem(response)
        return response.text

    def every(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, limit=200, cursor=cursor, **params)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _json(self, response: httpx.Response) -> Any:
        raise_problem(response)
        try:
            return response.json() if response.content else None
        except ValueError as error:
            raise CliError(f"{response.url} did not answer as Proviso does: its answer is not JSON.") from error


def raise_problem(response: httpx.Response) -> None:
    """Turn an error response into its sentence."""
    if response.is_success:
        return
    response.read()
    try:
        problem = response.json()
        places = [f"  {place['pointer'] or '/'}: {place['detail']}" for place in problem.get("errors", [])]
        sentence = str(problem["detail"])
    except (ValueError, KeyError, TypeError, AttributeError):
        sentence, places = f"the service answered {response.status_code}", []
    raise CliError("\n".join([sentence, *places]))


@contextlib.contextmanager
def connect(url: str | None = None) -> Iterator[Api]:
    """An `Api` on the service to use; transport faults become a CliError."""
    import httpx

    settings = read_settings()
    with contextlib.ExitStack() as stack:
        there = url or running_url(settings.data_dir)
        base = there or stack.enter_context(embedded(settings))
        try:
            client = stack.enter_context(
                httpx.Client(base_url=base, timeout=httpx.Timeout(30, read=900), trust_env=False)
            )
            yield Api(client, is_own=there is None)
        except httpx.InvalidURL as error:
            raise CliError(f"{base} is not a URL: {error}") from error
        except httpx.TransportError as error:
            raise CliError(f"The service at {base} does not answer: {error}") from error


def read_settings() -> Settings:
    """The settings of this environment; a CliError that names each variable that does not fit."""
    from pydantic import ValidationError

    from proviso.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        faults = [f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise CliError("\n".join(["The settings (PROVISO_* variables, .env) do not fit:", *faults])) from error


def running_url(data_dir: Path) -> str | None:
    """The URL announced in `serve.json`, if its process lives and answers."""
    import httpx

    try:
        announced = json.loads((data_dir / "serve.json").read_text())
        os.kill(announced["pid"], 0)
        httpx.get(f"{announced['url']}/healthz", timeout=5, trust_env=False).raise_for_status()
    except (OSError, ValueError, KeyError, TypeError, OverflowError, httpx.HTTPError, httpx.InvalidURL):
        return None
    return str(announced["url"])


@contextlib.contextmanager
def embedded(settings: Settings) -> Iterator[str]:
    """Start the service in this process for as long as the command runs."""
    from api.cli.progress import status
    from api.server import Server

    ready = threading.Event()
    server = Server(settings.model_copy(update={"host": "127.0.0.1", "port": 0}), lambda _: ready.set())
    thread = threading.Thread(target=_run, args=(server, ready), name="embedded-service")
    with status("Opening the data folder (no running service found) …"):
        thread.start()
        ready.wait(START_S)
    try:
        if not server.started or server.fault:
            raise CliError(server.fault or "The service could not start; see the log above.")
        yield server.url
    finally:
        server.should_exit = True
        thread.join()


def _run(server: Any, ready: threading.Event) -> None:
    try:
        server.run_here()
    finally:
        ready.set()
