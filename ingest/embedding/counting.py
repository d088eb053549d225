"""Whose tokens are counted for an embedder (floor 4): its own by WordPiece, or an estimate where its tokenizer is not known.

Loads neither a model nor a client, so that a process which only cuts texts to size stays small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from ingest.embedding.wordpiece import WordPiece, encodable

SAFETY = 1.5
"""Our WordPiece count times this: OpenAI's o200k makes more tokens of 5 in 973 contract pieces, by 8 % at most."""

Counter = Literal["wordpiece", "estimated"]


class EstimatedTokens:
    """Token counts for a model whose tokenizer we do not have: WordPiece plus half, never under a byte in four."""

    def __init__(self) -> None:
        self._wordpiece = WordPiece()

    def count(self, text: str) -> int:
        octets = len(text.encode("utf-8", "replace"))
        return max(math.ceil(self._wordpiece.count(text) * SAFETY), math.ceil(octets / 4))

    def cut(self, text: str, max_tokens: int) -> str:
        """A beginning of `text` whose estimate is at most `max_tokens`; it can be sent to a server."""
        text = encodable(text)
        if self.count(text) <= max_tokens:
            return text
        beginning = text.encode()[: max_tokens * 4].decode("utf-8", "ignore")
        return self._wordpiece.cut(beginning, int(max_tokens / SAFETY))


def open_counter(kind: str) -> Callable[[str], int]:
    """The function that counts tokens of a text."""
    return WordPiece().count if kind == "wordpiece" else EstimatedTokens().count
