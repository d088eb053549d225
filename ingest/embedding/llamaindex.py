"""Both ways between our embedders and LlamaIndex's `BaseEmbedding` (floor 4).

`LlamaIndexEmbedding` lends the packaged model to LlamaIndex pipelines; `FromLlamaIndex` lets any LlamaIndex embedding
model serve Proviso. Neither touches LlamaIndex's global settings.
"""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr
from typing_extensions import override

from ingest.embedding.counting import EstimatedTokens
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.remote import MAX_TOKENS
from ingest.embedding.vectors import unit_vector
from ingest.embedding.wordpiece import require_fit
from proviso.errors import EmbedderUnavailable
from proviso.ports import Vector


class LlamaIndexEmbedding(BaseEmbedding):
    """The packaged embedder as LlamaIndex sees one. Texts beyond its limit are refused, as everywhere."""

    _embedder: LocalEmbedder = PrivateAttr()

    def __init__(self, embedder: LocalEmbedder) -> None:
        super().__init__(model_name=embedder.name)
        self._embedder = embedder

    @classmethod
    @override
    def class_name(cls) -> str:
        return "ProvisoEmbedding"

    @override
    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.embed_query_now(query)

    @override
    async def _aget_query_embedding(self, query: str) -> list[float]:
        return list(await self._embedder.embed_query(query))

    @override
    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedder.embed_now([text])[0]

    @override
    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.embed_now(texts)

    @override
    async def _aget_text_embedding(self, text: str) -> list[float]:
        return (await self._aget_text_embeddings([text]))[0]

    @override
    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [list(vector) for vector in await self._embedder.embed(texts)]


class FromLlamaIndex:
    """Any LlamaIndex embedding model as our `Embedder`. Its tokenizer is not known, so token counts are estimates."""

    def __init__(self, model: BaseEmbedding, dimensions: int, *, max_tokens: int = MAX_TOKENS) -> None:
        known = model.model_name if model.model_name != "unknown" else model.class_name()
        self.name = f"{known}/{dimensions}"
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self._model = model
        self._tokens = EstimatedTokens()

    @classmethod
    async def open(cls, model: BaseEmbedding, *, max_tokens: int = MAX_TOKENS) -> FromLlamaIndex:
        """Asks the model for one vector to learn its dimensions."""
        return cls(model, len(await model.aget_text_embedding("dimensions")), max_tokens=max_tokens)

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side."""
        return self._tokens.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        require_fit([self.count_tokens(text) for text in texts], self.max_tokens)
        found = await self._model.aget_text_embedding_batch(list(texts))
        if len(found) != len(texts):
            raise EmbedderUnavailable(f"{self.name} returned {len(found)} vectors for {len(texts)} texts.")
        return [self._checked(vector) for vector in found]

    async def embed_query(self, text: str) -> Vector:
        return self._checked(await self._model.aget_query_embedding(self._tokens.cut(text, self.max_tokens)))

    def _checked(self, vector: Sequence[float]) -> list[float]:
        if len(vector) != self.dimensions:
            raise EmbedderUnavailable(f"{self.name} returned {len(vector)} numbers instead of {self.dimensions}.")
        return unit_vector(vector)
