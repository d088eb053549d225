"""Embeddings from an OpenAI-compatible server: OpenAI, vLLM, Ollama, llama-server, TEI (floor 4).

The server's tokenizer is not known here, so counts are estimates on the safe side, and a text that does not fit by the
estimate is refused before it is sent. The words that the model wants before a question or a passage (`models`) are put there by us: these
servers embed what they are sent. Vectors are brought to unit length, whatever the server returns.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ingest.embedding.counting import EstimatedTokens
from ingest.embedding.models import Profile, profile_of
from ingest.embedding.patience import Patience
from ingest.embedding.server import Server
from ingest.embedding.vectors import unit_vector
from ingest.embedding.wordpiece import require_fit
from proviso.errors import EmbedderUnavailable
from proviso.ports import Vector

log = logging.getLogger(__name__)

BATCH_TEXTS = 32
"""What text-embeddings-inference takes by default (`max_client_batch_size`); a server that takes fewer is asked for halves."""


class RemoteEmbedder:
    """One model on one server. `open` asks for a vector to learn its dimensions, and so fails early if it is absent."""

    def __init__(self, server: Server, dimensions: int, *, profile: Profile | None = None) -> None:
        self._server = server
        self._profile = profile or profile_of(server.model)
        self._tokens = EstimatedTokens()
        self._room = self._profile.room(self._tokens.count)
        self.name = f"{server.model}/{dimensions}{self._profile.scheme}"
        self.dimensions = dimensions
        self.max_tokens = self._room.passage
        self.languages = self._profile.languages

    @classmethod
    async def open(
        cls,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        profile: Profile | None = None,
        patience: Patience | None = None,
    ) -> RemoteEmbedder:
        """Raises EmbedderUnavailable when the server does not answer with a vector."""
        server = Server(base_url, model, api_key, patience or Patience())
        try:
            vector = unit_vector((await server.ask(["dimensions"]))[0])
        except EmbedderUnavailable:
            await server.close()
            raise
        known = profile_of(model).dimensions
        if known not in {None, len(vector)}:
            log.warning(
                "%s sends vectors of %d numbers; the published model of that name has %d.",
                server.place,
                len(vector),
                known,
            )
        return cls(server, len(vector), profile=profile)

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side."""
        return self._tokens.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        require_fit([self.count_tokens(text) for text in texts], self.max_tokens)
        vectors: list[Vector] = []
        for start in range(0, len(texts), BATCH_TEXTS):
            batch = [self._profile.passage + text for text in texts[start : start + BATCH_TEXTS]]
            vectors += self._checked(await self._server.ask(batch))
        return vectors

    async def embed_query(self, text: str) -> Vector:
        asked = self._profile.query + self._tokens.cut(text, self._room.query)
        (vector,) = self._checked(await self._server.ask([asked], hurried=True))
        return vector

    async def close(self) -> None:
        await self._server.close()

    def _checked(self, found: Sequence[Sequence[float]]) -> list[list[float]]:
        for vector in found:
            if len(vector) != self.dimensions:
                raise EmbedderUnavailable(
                    f"{self._server.place} sent vectors of {len(vector)} numbers instead of {self.dimensions}. "
                    "The model behind that name has changed; the documents must be indexed again."
                )
        return [unit_vector(vector) for vector in found]
