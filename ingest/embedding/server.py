"""One embedding model on an OpenAI-compatible server, as it is asked (floor 4): raw vectors, or a sentence about why not.

It knows no prefixes and no limits of texts; of batches it knows that a server may refuse one that is too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError, Timeout
from pydantic import BaseModel, ValidationError

from ingest.embedding.patience import Patience, insist, retry_after_s
from proviso.errors import EmbedderUnavailable

TOO_LARGE = 413
CONNECT_S = 5.0
QUERY_PATIENCE = Patience(tries=2, longest_pause_s=2.0, timeout_s=20.0)
"""Somebody is waiting for the answer to a question."""


class _Item(BaseModel):
    embedding: list[float]
    index: int


class _Reply(BaseModel):
    """What we need of the reply. The client itself takes any JSON, and even a web page, for an answer."""

    data: list[_Item]


class Server:
    """A model at a base URL, as it is asked: raw vectors in the order of the texts, or a sentence about why not."""

    def __init__(self, base_url: str, model: str, api_key: str | None, patience: Patience) -> None:
        self.model = model
        self._patience = patience
        self._hurried = replace(
            QUERY_PATIENCE, pause_s=patience.pause_s, timeout_s=min(QUERY_PATIENCE.timeout_s, patience.timeout_s)
        )
        # Servers at home want no key, the client insists on one.
        self._client = AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=0)
        # The SDK takes these from the environment and would send them to whatever server is configured here.
        self._client.organization = self._client.project = None
        self._key = api_key
        self.place = f"The embedding server at {self._client.base_url.host} (model {model})"

    async def ask(self, texts: Sequence[str], *, hurried: bool = False) -> list[list[float]]:
        """One request, asked again after faults that pass, or two of half the size where the server takes no more."""
        patience = self._hurried if hurried else self._patience
        try:
            return await insist(lambda: self._once(texts, patience.timeout_s), patience)
        except OpenAIError as error:
            if getattr(error, "status_code", None) != TOO_LARGE or len(texts) == 1:
                raise self._unavailable(error, patience.timeout_s) from error
        middle = len(texts) // 2
        return [*await self.ask(texts[:middle]), *await self.ask(texts[middle:])]

    async def close(self) -> None:
        await self._client.close()

    async def _once(self, texts: Sequence[str], timeout_s: float) -> list[list[float]]:
        # As numbers: not every compatible server knows base64, the client's default.
        raw = await self._client.embeddings.with_raw_response.create(
            model=self.model,
            input=list(texts),
            encoding_format="float",
            timeout=Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        )
        try:
            items = sorted(_Reply.model_validate_json(raw.content).data, key=lambda item: item.index)
        except ValidationError as error:
            raise EmbedderUnavailable(
                f"{self.place} sent something other than embeddings. Is the base URL right, with its /v1?"
            ) from error
        if [item.index for item in items] != list(range(len(texts))):
            raise EmbedderUnavailable(f"{self.place} did not send one vector for each of {len(texts)} texts.")
        return [item.embedding for item in items]

    def _unavailable(self, error: OpenAIError, timeout_s: float) -> EmbedderUnavailable:
        if isinstance(error, APITimeoutError):
            return EmbedderUnavailable(f"{self.place} did not answer within {timeout_s:g} seconds.")
        if isinstance(error, APIConnectionError):
            return EmbedderUnavailable(f"{self.place} cannot be reached: {error.__cause__ or error}.")
        if isinstance(error, APIStatusError):
            said = error.message.replace(self._key, "…") if self._key else error.message
            return EmbedderUnavailable(
                f"{self.place} answered {error.status_code}: {said}", retry_after_s=retry_after_s(error)
            )
        return EmbedderUnavailable(f"{self.place} failed: {error}")
