"""A LlamaIndex embedding model of someone else: counts of letters, not of unit length."""

from __future__ import annotations

import time

from llama_index.core.base.embeddings.base import BaseEmbedding
from typing_extensions import override

from tests.instruments.embeddings import letter_counts


class LetterEmbedding(BaseEmbedding):
    """It puts instructions before texts as integrations do, and misbehaves on request."""

    query_instruction: str = ""
    text_instruction: str = ""
    api_key: str = ""
    drops_one: bool = False
    fails_at: str = "\0"
    takes_s: float = 0.0

    @override
    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vector(self.query_instruction + query)

    @override
    async def _aget_query_embedding(self, query: str) -> list[float]:
        raise RuntimeError("Proviso must not run a stranger's model on its event loop")

    @override
    def _get_text_embedding(self, text: str) -> list[float]:
        return self._vector(self.text_instruction + text)

    def _vector(self, text: str) -> list[float]:
        time.sleep(self.takes_s)
        if self.fails_at in text:
            raise RuntimeError("Already borrowed")
        return letter_counts(text)[self.drops_one :]
