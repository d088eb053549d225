"""The packaged embedder: all-MiniLM-L6-v2 as one fused int8 graph, run by ONNX Runtime on the CPU (floor 4).

No download and no key: model and tokenizer are package data, checked by SHA-256 when loaded. What it can and cannot do
is in `minilm/MODEL.md`. It does not chunk: a text beyond `max_tokens` is refused, and only a question is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from ingest.embedding.wordpiece import PACKAGED, WordPiece, packaged_file, require_fit
from proviso.ports import Vector

NAME = "minilm-l6-v2-int8/1"
DIMENSIONS = 384
MAX_TOKENS = 256
BATCH_TOKENS = 1024
"""Per call of the graph. More does not fit the caches of a core and is slower, less leaves cores idle."""


class LocalEmbedder:
    """Unit vectors of 384 numbers. Threads and event loops may share one; it loads in about 0.2 s."""

    name = NAME
    dimensions = DIMENSIONS
    max_tokens = MAX_TOKENS

    def __init__(self, *, threads: int = 2, folder: Path = PACKAGED) -> None:
        self._wordpiece = WordPiece(folder)
        # By path, not by bytes: a session holds on to the bytes it was given, 23 MB for nothing.
        self._session = onnxruntime.InferenceSession(
            str(packaged_file("model.onnx", folder)), _session_options(threads), providers=["CPUExecutionProvider"]
        )

    def count_tokens(self, text: str) -> int:
        """Tokens as the model sees them, [CLS] and [SEP] included."""
        return self._wordpiece.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors in the order of `texts`. Other coroutines run, and a cancellation is heeded, after every batch."""
        rows = await asyncio.to_thread(self._rows, texts)
        vectors: list[Vector] = [()] * len(rows)
        for batch in batches_by_length([len(row) for row in rows], BATCH_TOKENS):
            found = await asyncio.to_thread(self._run, [rows[index] for index in batch])
            for index, vector in zip(batch, found, strict=True):
                vectors[index] = vector
        return vectors

    async def embed_query(self, text: str) -> Vector:
        """The vector of a question; beyond `max_tokens` tokens only its beginning counts."""
        return await asyncio.to_thread(self.embed_query_now, text)

    def embed_now(self, texts: Sequence[str]) -> list[list[float]]:
        """`embed` for callers without an event loop."""
        rows = self._rows(texts)
        vectors: list[list[float]] = [[]] * len(rows)
        for batch in batches_by_length([len(row) for row in rows], BATCH_TOKENS):
            for index, vector in zip(batch, self._run([rows[index] for index in batch]), strict=True):
                vectors[index] = vector
        return vectors

    def embed_query_now(self, text: str) -> list[float]:
        """`embed_query` for callers without an event loop."""
        ids = self._wordpiece.ids(text)
        if len(ids) > self.max_tokens:
            ids = [*ids[: self.max_tokens - 1], ids[-1]]  # [SEP] still ends it
        return self._run([ids])[0]

    def _rows(self, texts: Sequence[str]) -> list[list[int]]:
        rows = [self._wordpiece.ids(text) for text in texts]
        require_fit([len(row) for row in rows], self.max_tokens)
        return rows

    def _run(self, rows: Sequence[Sequence[int]]) -> list[list[float]]:
        lengths = np.array([len(row) for row in rows], np.int32)
        input_ids = np.zeros((len(rows), int(lengths.max())), np.int32)
        for place, row in zip(input_ids, rows, strict=True):
            place[: len(row)] = row
        (vectors,) = self._session.run(["embedding"], {"input_ids": input_ids, "lengths": lengths})
        found: list[list[float]] = vectors.tolist()
        return found


def batches_by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indexes grouped so that texts of like length share a batch, each at most `budget` tokens with its padding."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Ascending order, so this text is the longest of its batch and sets the padded width.
        if batch and (len(batch) + 1) * lengths[index] > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _session_options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin between operators halve the speed as soon as anything else wants the cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # x86 processors without VNNI overflow on unsigned × signed bytes; with this they multiply unsigned ones instead.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return options
