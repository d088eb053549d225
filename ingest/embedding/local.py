"""The packaged embedder: all-MiniLM-L6-v2 as one int8 graph, run by ONNX Runtime on the CPU (floor 4).

No download and no key: model and tokenizer are package data, checked by SHA-256 when loaded. What it can and cannot do
is in `minilm/MODEL.md`. It does not chunk: a text beyond `max_tokens` is refused, and only a question is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime

from ingest.aside import stand_aside
from ingest.embedding.models import ENGLISH
from ingest.embedding.wordpiece import PACKAGED, WordPiece, packaged_file, require_fit
from proviso.ports import Vector

NAME = "minilm-l6-v2-int8/2"
DIMENSIONS = 384
MAX_TOKENS = 256


class LocalEmbedder:
    """Unit vectors of 384 numbers. Threads and event loops may share one; it loads in about 0.2 s.

    Each text goes through the graph alone, on one thread, and `threads` texts go side by side. So a vector is the same to the last bit
    whatever company it is made in, nothing is spent on padding, and no thread waits for another after every operator.
    """

    name = NAME
    dimensions = DIMENSIONS
    max_tokens = MAX_TOKENS
    languages = ENGLISH

    def __init__(self, *, threads: int = 2, folder: Path = PACKAGED) -> None:
        self._wordpiece = WordPiece(folder)
        # By path, not by bytes: a session holds on to the bytes it was given, 23 MB for nothing.
        self._session = onnxruntime.InferenceSession(
            str(packaged_file("model.onnx", folder)), _session_options(), providers=["CPUExecutionProvider"]
        )
        self._threads = ThreadPoolExecutor(threads, "embedder", stand_aside)

    def count_tokens(self, text: str) -> int:
        """Tokens as the model sees them, [CLS] and [SEP] included."""
        return self._wordpiece.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors in the order of `texts`. A cancellation is heeded after the texts in work, some hundredths of a second."""
        rows = await asyncio.to_thread(self._rows, texts)
        # The longest first: at the end no thread is left with a long one while the others wait.
        order = sorted(range(len(rows)), key=lambda index: -len(rows[index]))
        found = await asyncio.gather(
            *(asyncio.wrap_future(self._threads.submit(self._run, rows[index])) for index in order)
        )
        vectors: list[Vector] = [()] * len(rows)
        for index, vector in zip(order, found, strict=True):
            vectors[index] = vector
        return vectors

    async def embed_query(self, text: str) -> Vector:
        """The vector of a question; beyond `max_tokens` tokens only its beginning counts."""
        return await asyncio.to_thread(self.embed_query_now, text)

    def embed_now(self, texts: Sequence[str]) -> list[list[float]]:
        """`embed` for callers without an event loop."""
        return list(self._threads.map(self._run, self._rows(texts)))

    def embed_query_now(self, text: str) -> list[float]:
        """`embed_query` for callers without an event loop. It runs on the caller's thread, and so does not wait for documents."""
        ids = self._wordpiece.ids(text)
        if len(ids) > self.max_tokens:
            ids = [*ids[: self.max_tokens - 1], ids[-1]]  # [SEP] still ends it
        return self._run(ids)

    def _rows(self, texts: Sequence[str]) -> list[list[int]]:
        rows = [self._wordpiece.ids(text) for text in texts]
        require_fit([len(row) for row in rows], self.max_tokens)
        return rows

    def _run(self, row: Sequence[int]) -> list[float]:
        (vectors,) = self._session.run(["embedding"], {"input_ids": np.array([row], np.int32)})
        found: list[float] = vectors[0].tolist()
        return found


def _session_options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The graph is fused where that pays; more would join sums and norms into an operator that takes three times as long.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options
