"""A small OpenAI-compatible embeddings server over real HTTP, with the faults that real ones have, and the script of a test.

Its vectors are the counts of the letters of a text, so that a test can tell them apart; it knows no meaning.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, str, dict[str, str]]
Answer = Callable[[list[str]], Reply]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
JSON = {"content-type": "application/json"}


def letter_counts(text: str) -> list[float]:
    return [float(text.lower().count(letter)) for letter in LETTERS]


def embeddings(texts: list[str], vector: Callable[[str], list[float]] = letter_counts) -> Reply:
    """Rows in reverse order: only `index` says which text each belongs to."""
    rows = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
    body = {"object": "list", "model": "letters", "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    return 200, json.dumps(body), JSON


def refusal(status: int, message: str = "no", **headers: str) -> Answer:
    """An answer with this status and the server's sentence."""
    reply = (
        status,
        json.dumps({"error": {"message": message}}),
        JSON | {k.replace("_", "-"): v for k, v in headers.items()},
    )
    return lambda _: reply


def late(seconds: float) -> Answer:
    """The right answer, but not at once."""

    def answer(texts: list[str]) -> Reply:
        time.sleep(seconds)
        return embeddings(texts)

    return answer


class EmbeddingServer:
    """Serves while it is entered. What `then` was given is answered first, once each, then `answer`; `requests` are the bodies received."""

    def __init__(self) -> None:
        self.answer: Answer = embeddings
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self._script: deque[Answer] = deque()
        self._http = _Http(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def texts(self) -> list[str]:
        """Every text received, in order."""
        return [text for request in self.requests for text in request["input"]]

    def then(self, *answers: Answer) -> None:
        """Answer the next requests so, and forget what was received."""
        self._script.extend(answers)
        self.requests.clear()

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
                answer = server._script.popleft() if server._script else server.answer
                status, text, headers = answer(body["input"])
                data = text.encode()
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(data)), "connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


class _Http(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has stopped waiting is no fault of the server."""
