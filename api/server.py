"""`serve` (floor 5): one uvicorn process on a socket we bound ourselves, announced in `DATA_DIR/serve.json` for the CLI."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from api.app import create_app
from proviso.errors import InvalidRequest
from proviso.settings import Settings

ANNOUNCEMENT = "serve.json"
GRACE_S = 5


class Server(uvicorn.Server):
    """uvicorn that says when it is ready. `on_ready(url)` runs once the application has started."""

    def __init__(self, settings: Settings, on_ready: Callable[[str], None]) -> None:
        self._socket = bind(settings.host, settings.port)
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._on_ready = on_ready
        self._app = create_app(settings)
        config = uvicorn.Config(
            self._app,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            proxy_headers=False,
            server_header=False,
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready(self.url)

    @property
    def fault(self) -> str | None:
        """Why the application could not start, in a sentence; None while there is no such reason."""
        return getattr(self._app.state, "fault", None)

    def run_here(self) -> bool:
        """Serve until stopped; False when the application could not start (the reason has been logged)."""
        with self._socket, contextlib.suppress(SystemExit):  # uvicorn exits where it could not start; `fault` says why
            self.run(sockets=[self._socket])
        return bool(self.started)


def bind(host: str, port: int) -> socket.socket:
    """A bound TCP socket. Raises InvalidRequest with a sentence when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise InvalidRequest(
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another PROVISO_PORT."
        ) from error
    return bound


@contextlib.contextmanager
def announced(data_dir: Path) -> Iterator[Callable[[str], None]]:
    """Yields a function that writes `serve.json` (url, pid); the file is removed on the way out if it is still ours."""
    path = data_dir / ANNOUNCEMENT

    def announce(url: str) -> None:
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        temporary.replace(path)

    try:
        yield announce
    finally:
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_text())["pid"] == os.getpid():
                path.unlink()
