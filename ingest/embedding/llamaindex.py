"""Both ways between our embedders and LlamaIndex's `BaseEmbedding` (floor 4).

`LlamaIndexEmbedding` lends the packaged model to LlamaIndex pipelines; `FromLlamaIndex` lets any LlamaIndex embedding
model serve Proviso. Neither touches LlamaIndex's global settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr
from typing_extensions import override

from ingest.embedding.counting import EstimatedTokens
from ingest.embedding.local import LocalEmbedder
from ingest.embedding.models import profile_of
from ingest.embedding.vectors import unit_vector
from ingest.embedding.wordpiece import require_fit
from proviso.errors import EmbedderUnavailable
from proviso.ports import Vector

A = TypeVar("A")
R = TypeVar("R")


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
    """Any LlamaIndex embedding model as our `Embedder`. Its tokenizer is not known, so token counts are estimates.

    Instructions before questions and passages are the integration's own affair: many put them there by themselves, the others take
    `query_instruction` and `text_instruction`. Where we can see them they are part of the name and count towards the limit.
    """

    def __init__(self, model: BaseEmbedding, dimensions: int, *, max_tokens: int | None = None) -> None:
        known = model.model_name if model.model_name != "unknown" else model.class_name()
        published = profile_of(known)
        profile = replace(
            published,
            query=getattr(model, "query_instruction", None) or "",
            passage=getattr(model, "text_instruction", None) or "",
            max_tokens=max_tokens or published.max_tokens,
        )
        self._model = model
        self._known = known
        self._tokens = EstimatedTokens()
        self._room = profile.room(self._tokens.count)
        self.name = f"{known}/{dimensions}{profile.scheme}"
        self.dimensions = dimensions
        self.max_tokens = self._room.passage
        self.languages = profile.languages
        # One call at a time: these models are written for one caller, and some tokenizers break under two.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="llamaindex-embedder")

    @classmethod
    async def open(cls, model: BaseEmbedding, *, max_tokens: int | None = None) -> FromLlamaIndex:
        """Asks the model for one vector to learn its dimensions."""
        opened = cls(model, 0, max_tokens=max_tokens)
        found = await opened._call(model.get_text_embedding_batch, ["dimensions"])
        if len(found) != 1 or not found[0]:
            raise EmbedderUnavailable(f"The embedding model {opened._known} returned no vector.")
        return cls(model, len(found[0]), max_tokens=max_tokens)

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side."""
        return self._tokens.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        require_fit([self.count_tokens(text) for text in texts], self.max_tokens)
        vectors: list[Vector] = []
        # A batch of the model per call, so that a question waits for no more than one.
        for start in range(0, len(texts), self._model.embed_batch_size):
            batch = list(texts[start : start + self._model.embed_batch_size])
            found = await self._call(self._model.get_text_embedding_batch, batch)
            if len(found) != len(batch):
                raise EmbedderUnavailable(f"{self.name} returned {len(found)} vectors for {len(batch)} texts.")
            vectors += [self._checked(vector) for vector in found]
        return vectors

    async def embed_query(self, text: str) -> Vector:
        asked = self._tokens.cut(text, self._room.query)
        return self._checked(await self._call(self._model.get_query_embedding, asked))

    async def _call(self, work: Callable[[A], R], argument: A) -> R:
        """Synchronous calls on a thread: the asynchronous ones of many integrations run the model on the event loop. A stranger's model may
        raise anything, and the job must know it for a fault that may pass."""
        try:
            return await asyncio.wrap_future(self._thread.submit(work, argument))
        except Exception as error:
            raise EmbedderUnavailable(
                f"The embedding model {self._known} failed: {type(error).__name__}: {error}"
            ) from error

    def _checked(self, vector: Sequence[float]) -> list[float]:
        if len(vector) != self.dimensions:
            raise EmbedderUnavailable(f"{self.name} returned {len(vector)} numbers instead of {self.dimensions}.")
        return unit_vector(vector)
