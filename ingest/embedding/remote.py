"""Embeddings from an OpenAI-compatible server: OpenAI, vLLM, Ollama, llama-server, TEI (floor 4).

The server's tokenizer is not known here, so counts are estimates on the safe side, and a text that does not fit by the
estimate is refused before it is sent. Vectors are brought to unit length, whatever the server returns.
"""

from __future__ import annotations

from collections.abc import Sequence

from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError
from pydantic import BaseModel, ValidationError

from ingest.embedding.counting import EstimatedTokens
from ingest.embedding.vectors import unit_vector
from ingest.embedding.wordpiece import require_fit
from proviso.errors import EmbedderUnavailable
from proviso.ports import Vector

MAX_TOKENS = 512
BATCH_TEXTS = 64
TIMEOUT_S = 60.0


class _Item(BaseModel):
    embedding: list[float]
    index: int


class _Reply(BaseModel):
    """What we need of the reply. The client itself takes any JSON, and even a web page, for an answer."""

    data: list[_Item]


class RemoteEmbedder:
    """One model on one server. `open` asks for a vector to learn its dimensions, and so fails early if it is absent."""

    def __init__(self, client: AsyncOpenAI, model: str, dimensions: int, *, max_tokens: int = MAX_TOKENS) -> None:
        self.name = f"{model}/{dimensions}"
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self._client = client
        self._model = model
        self._tokens = EstimatedTokens()

    @classmethod
    async def open(
        cls,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        dimensions: int | None = None,
        max_tokens: int = MAX_TOKENS,
    ) -> RemoteEmbedder:
        # Servers at home want no key, the client insists on one.
        client = AsyncOpenAI(base_url=base_url, api_key=api_key or "none", timeout=TIMEOUT_S)
        if dimensions is None:
            try:
                dimensions = len((await _ask(client, model, ["dimensions"]))[0])
            except EmbedderUnavailable:
                await client.close()
                raise
        return cls(client, model, dimensions, max_tokens=max_tokens)

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side."""
        return self._tokens.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        require_fit([self.count_tokens(text) for text in texts], self.max_tokens)
        vectors: list[Vector] = []
        for start in range(0, len(texts), BATCH_TEXTS):
            vectors += await self._vectors(texts[start : start + BATCH_TEXTS])
        return vectors

    async def embed_query(self, text: str) -> Vector:
        (vector,) = await self._vectors([self._tokens.cut(text, self.max_tokens)])
        return vector

    async def close(self) -> None:
        await self._client.close()

    async def _vectors(self, texts: Sequence[str]) -> list[list[float]]:
        found = await _ask(self._client, self._model, texts)
        for vector in found:
            if len(vector) != self.dimensions:
                raise EmbedderUnavailable(
                    f"{_place(self._client, self._model)} sent vectors of {len(vector)} numbers instead of "
                    f"{self.dimensions}. The model behind that name has changed; the documents must be indexed again."
                )
        return [unit_vector(vector) for vector in found]


async def _ask(client: AsyncOpenAI, model: str, texts: Sequence[str]) -> list[list[float]]:
    """One request; raw vectors in the order of `texts`."""
    place = _place(client, model)
    try:
        # As numbers: not every compatible server knows base64, the client's default.
        raw = await client.embeddings.with_raw_response.create(model=model, input=list(texts), encoding_format="float")
        reply = _Reply.model_validate_json(raw.content)
    except (OpenAIError, ValidationError) as error:
        raise _unavailable(place, error) from error
    items = sorted(reply.data, key=lambda item: item.index)
    if [item.index for item in items] != list(range(len(texts))):
        raise EmbedderUnavailable(f"{place} did not send one vector for each of {len(texts)} texts.")
    return [item.embedding for item in items]


def _place(client: AsyncOpenAI, model: str) -> str:
    return f"The embedding server at {client.base_url.host} (model {model})"


def _unavailable(place: str, error: OpenAIError | ValidationError) -> EmbedderUnavailable:
    if isinstance(error, APITimeoutError):
        return EmbedderUnavailable(f"{place} did not answer within {TIMEOUT_S:.0f} seconds.")
    if isinstance(error, APIConnectionError):
        return EmbedderUnavailable(f"{place} cannot be reached: {error.__cause__ or error}.")
    if isinstance(error, APIStatusError):
        return EmbedderUnavailable(
            f"{place} answered {error.status_code}: {error.message}", retry_after_s=_retry_after_s(error)
        )
    return EmbedderUnavailable(f"{place} sent something other than embeddings. Is the base URL right, with its /v1?")


def _retry_after_s(error: APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None
