"""Vectors kept by the hash of their text, behind the protocol that OpenAI's server speaks (evals).

A service that is measured with `EMBEDDER=openai:…` asks here. The first time a text is asked for, the packaged model
makes its vector; from then on it costs a look-up. So a corpus that is ten times larger can be measured without ten
times the embedding, through the service as it is. What it measures is everything but the model; the vectors travel as
JSON, which the packaged embedder spares.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingest.embedding.local import LocalEmbedder


class Remembered:
    """Vectors as JSON by text. Threads may share one."""

    def __init__(self, embedder: LocalEmbedder) -> None:
        self._embedder = embedder
        self._kept: dict[bytes, bytes] = {}
        self._turn = threading.Lock()
        self.asked = self.made = 0

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """The vector of each text, as JSON."""
        keys = [blake2b(text.encode(), digest_size=16).digest() for text in texts]
        with self._turn:
            self.asked += len(texts)
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept}
            if new:
                self.made += len(new)
                made = self._embedder.embed_now([self._cut(text) for text in new.values()])
                self._kept |= {key: json.dumps(vector).encode() for key, vector in zip(new, made, strict=True)}
            return [self._kept[key] for key in keys]

    def _cut(self, text: str) -> str:
        """The service counts for a model it does not know, and may send a little more than this one takes."""
        while self._embedder.count_tokens(text) > self._embedder.max_tokens:
            text = text[: len(text) * 9 // 10]
        return text


@contextlib.contextmanager
def served(remembered: Remembered) -> Iterator[str]:
    """The name by which a service's setting `EMBEDDER` finds the vectors."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(remembered))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="remembered vectors", daemon=True)
    thread.start()
    try:
        yield f"openai:remembered@http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(remembered: Remembered) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
            items = [
                b'{"object":"embedding","index":%d,"embedding":%s}' % (index, vector)
                for index, vector in enumerate(remembered.vectors(texts))
            ]
            usage = b'{"prompt_tokens":0,"total_tokens":0}'
            body = b'{"object":"list","model":"remembered","data":[%s],"usage":%s}' % (b",".join(items), usage)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: thousands of requests are made."""

    return Answering
