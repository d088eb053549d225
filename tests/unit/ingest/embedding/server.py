"""A small OpenAI-compatible embeddings server over real HTTP, with the faults that real ones have.

Its vectors are the counts of the letters of a text, so that a test can tell them apart; it knows no meaning.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, str, dict[str, str]]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def letter_counts(text: str) -> list[float]:
    return [float(text.lower().count(letter)) for letter in LETTERS]


def embeddings(texts: list[str]) -> Reply:
    """Rows in reverse order: only `index` says which text each belongs to."""
    rows = [{"object": "embedding", "index": i, "embedding": letter_counts(text)} for i, text in enumerate(texts)]
    body = {"object": "list", "model": "letters", "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    return 200, json.dumps(body), {"content-type": "application/json"}


class EmbeddingServer:
    """Serves while it is entered. `answer` may be replaced to misbehave; `requests` are the bodies received."""

    def __init__(self) -> None:
        self.answer: Callable[[list[str]], Reply] = embeddings
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> EmbeddingServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port; stopping twice is stopping once."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.requests.append(body)
                server.keys.append(self.headers.get("authorization", ""))
                status, text, headers = server.answer(body["input"])
                data = text.encode()
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(data)), "connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler
