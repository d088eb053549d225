"""Counts tokens and cuts texts with the packaged WordPiece tokenizer (floor 4, `ingest.embedding`).

It also finds the package data, and refuses what does not match the SHA-256 written here. It embeds nothing.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from tokenizers import Tokenizer

from proviso.errors import EmbedderUnavailable

PACKAGED = Path(__file__).resolve().parent / "minilm"
SHA256 = {
    "model.onnx": "1e5afd06974daaceecd086ae523f97f5cde562307d39eee40ee053e4eb2da0e2",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}

SPECIAL_TOKENS = 2
"""[CLS] before a text and [SEP] after it."""
KEPT_CHARS = 40
KEPT_WORDS = 50_000


class TextTooLong(ValueError):
    """A text does not fit the embedder; the chunker should have cut it smaller."""


def packaged_file(name: str, folder: Path = PACKAGED) -> Path:
    """One file of the packaged model, if its bytes are the ones that were packaged."""
    file = folder / name
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderUnavailable(f"The packaged embedder cannot be read: {error}. Install Proviso again.") from error
    if found != SHA256[name]:
        raise EmbedderUnavailable(
            f"{file} is not the file that was packaged: its SHA-256 is {found[:12]}…, expected {SHA256[name][:12]}…. "
            "It was changed or only partly copied. Install Proviso again, or rebuild it with tools/export_minilm.py."
        )
    return file


class WordPiece:
    """The tokenizer of MiniLM and most BERT embedders, special tokens counted. Threads may share one."""

    def __init__(self, folder: Path = PACKAGED) -> None:
        self._tokenizer = Tokenizer.from_file(str(packaged_file("tokenizer.json", folder)))
        # The published file pads and cuts to 128 tokens; we count whole texts and cut only where it is asked for.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._known = {"": 0}

    def ids(self, text: str) -> list[int]:
        # One text at a time: `encode_batch` starts a thread pool of its own, which warns in every forked child.
        ids: list[int] = self._tokenizer.encode(encodable(text)).ids
        return ids

    def count(self, text: str) -> int:
        """How many ids `text` has. No token reaches over a blank, and a document writes few words again and again: each is asked once."""
        words = text.replace("\n", " ").split(" ")
        known = self._known
        try:
            return SPECIAL_TOKENS + sum([known[word] for word in words])
        except KeyError:
            pass
        found = {word: known.get(word, -1) for word in words}
        found.update(self._learned([word for word, tokens in found.items() if tokens < 0]))
        return SPECIAL_TOKENS + sum([found[word] for word in words])

    def _learned(self, words: Sequence[str]) -> dict[str, int]:
        """Tokens of each of these words; the short ones are kept for the next time."""
        starts = list(accumulate((len(word) + 1 for word in words), initial=0))
        counts = [0] * len(words)
        for first, _ in self._tokenizer.encode(encodable(" ".join(words)), add_special_tokens=False).offsets:
            counts[bisect_right(starts, first) - 1] += 1
        found = dict(zip(words, counts, strict=True))
        if len(self._known) > KEPT_WORDS:
            self._known = {"": 0}
        self._known.update((word, tokens) for word, tokens in found.items() if len(word) <= KEPT_CHARS)
        return found

    def cut(self, text: str, max_tokens: int) -> str:
        """The longest beginning of `text` that counts at most `max_tokens`, at the end of a token."""
        text = encodable(text)
        encoding = self._tokenizer.encode(text)
        if len(encoding.ids) <= max_tokens:
            return text
        last = max_tokens - 2  # before it stands [CLS], after it comes [SEP]
        end: int = encoding.offsets[last][1] if last > 0 else 0
        return text[:end]


def require_fit(counts: Sequence[int], max_tokens: int) -> None:
    """Refuse texts that the model would have to cut."""
    for index, count in enumerate(counts):
        if count > max_tokens:
            raise TextTooLong(f"Text {index} has {count} tokens; the embedder takes at most {max_tokens}.")


def encodable(text: str) -> str:
    """A question may come with lone surrogates, which neither a tokenizer nor a server accepts."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
