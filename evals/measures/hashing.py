"""An embedding model that is cheap and really another one (evals): words hashed to directions. A LlamaIndex `BaseEmbedding`, named by
`PROVISO_EMBEDDER=llamaindex:evals.measures.hashing:HashingEmbedding`."""

from __future__ import annotations

import re
from hashlib import blake2b

from llama_index.core.base.embeddings.base import BaseEmbedding
from typing_extensions import override

DIMENSIONS = 256
WORD = re.compile(r"\w+")


class HashingEmbedding(BaseEmbedding):
    """Each word counts once, for or against one of the directions."""

    @classmethod
    @override
    def class_name(cls) -> str:
        return "hashing"

    @override
    def _get_query_embedding(self, query: str) -> list[float]:
        return hashed(query)

    @override
    async def _aget_query_embedding(self, query: str) -> list[float]:
        return hashed(query)

    @override
    def _get_text_embedding(self, text: str) -> list[float]:
        return hashed(text)


def hashed(text: str) -> list[float]:
    vector = [0.0] * DIMENSIONS
    vector[0] = 0.01  # a text without words has a direction too
    for word in set(WORD.findall(text.lower())):
        number = int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "little")
        vector[number % DIMENSIONS] += 1.0 if number & 1 << 31 else -1.0
    return vector
