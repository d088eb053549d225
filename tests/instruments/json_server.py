"""A small server over real HTTP that takes JSON and remembers it: what the doubles of other people's servers have in common."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Reply = tuple[int, str, dict[str, str]]
"""Status, text and headers."""


class JsonServer(ABC):
    """Serves while it is entered. `requests` are the bodies received, `paths` where to, `keys` the authorizations."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str] = []
        self.stopped = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @abstractmethod
    def answered(self, body: dict[str, Any]) -> Reply | None:
        """What a server of this kind says to a body, in a thread of the request's own; None hangs up."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port; stopping twice is stopping once."""
        if self._thread.is_alive():
            self.stopped.set()
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()


class _Http(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has stopped waiting is no fault of the server."""


def _handler(server: JsonServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            server.requests.append(body)
            server.paths.append(self.path)
            server.keys.append(self.headers.get("authorization", ""))
            reply = server.answered(body)
            if reply is None:
                self.close_connection = True
                return
            status, text, headers = reply
            data = text.encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(data)), "connection": "close"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
