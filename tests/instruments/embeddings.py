"""A small OpenAI-compatible embeddings server over real HTTP, with the faults that real ones have, and the script of a test.

Its vectors are the counts of the letters of a text, so that a test can tell them apart; it knows no meaning.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from tests.instruments.json_server import JsonServer, Reply

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


class EmbeddingServer(JsonServer):
    """What `then` was given is answered first, once each, then `answer`."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Answer = embeddings
        self._script: deque[Answer] = deque()

    @property
    def texts(self) -> list[str]:
        """Every text received, in order."""
        return [text for request in self.requests for text in request["input"]]

    def then(self, *answers: Answer) -> None:
        """Answer the next requests so, and forget what was received."""
        self._script.extend(answers)
        self.requests.clear()

    @override
    def answered(self, body: dict[str, Any]) -> Reply:
        answer = self._script.popleft() if self._script else self.answer
        return answer(body["input"])
