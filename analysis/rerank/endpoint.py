"""A reranker behind HTTP (floor 4): Cohere, Jina, vLLM, llama.cpp, Infinity and OpenVINO all take `{"model", "query", "documents"}` at
`/rerank` and give `results` of `index` and `relevance_score`; TEI takes `{"query", "texts"}` and gives a list of `index` and `score`.

Which of the two it is, the server's own refusal tells. Texts are never cut here: chunks fit the embedder, and TEI is asked to cut what
does not fit its model. The order of candidates and what happens without an answer are `analysis.retrieval.rerank`'s.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Literal

import httpx
from pydantic import BaseModel, FiniteFloat, TypeAdapter, ValidationError

from proviso.errors import RerankUnavailable

Style = Literal["documents", "texts"]

TIMEOUT_S = 10.0
"""For a question altogether, the second try included: someone is waiting for the search."""

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
RETRY_AFTER_S = 0.2
LONGEST_WAIT_S = 2.0
TEXTS_AT_ONCE = 32
"""What TEI takes in one request unless it was started otherwise (`--max-client-batch-size`); its scores do not depend on the others."""

WANTS_TEXTS = re.compile(
    r"missing field `?texts|\btexts\b.{0,60}(?:required|missing)|(?:required|missing).{0,60}\btexts\b",
    re.IGNORECASE | re.DOTALL,
)
SENTENCE_CHARS = 300


class _Row(BaseModel):
    index: int
    relevance_score: FiniteFloat | None = None
    score: FiniteFloat | None = None


class _Rows(BaseModel):
    results: list[_Row] = []
    data: list[_Row] = []
    """Voyage's word for `results`."""


_REPLY: TypeAdapter[_Rows | list[_Row]] = TypeAdapter(_Rows | list[_Row])


class EndpointReranker:
    """One model on one server. `url` is that of the route, or the base to which `/rerank` is added; RerankUnavailable if it is none."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        style: Style | None = None,
    ) -> None:
        self._url = _route(url)
        self.name = f"{model}@{self._url.host}"
        self._model = model
        self._key = api_key
        self._timeout_s = timeout_s
        self._style = style
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(timeout_s))

    async def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        """Scores as the server gives them, in the order of `texts`. Raises RerankUnavailable."""
        if not texts:
            return []
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._scores(question, texts)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise RerankUnavailable(f"{self._place()} did not answer within {self._timeout_s:g} seconds.") from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _scores(self, question: str, texts: Sequence[str]) -> list[float]:
        if self._style == "texts":
            return await self._in_batches(question, texts)
        response = await self._post(
            {"model": self._model, "query": question, "documents": list(texts)}, may_want_texts=self._style is None
        )
        if response is None:
            scores = await self._in_batches(question, texts)
            self._style = "texts"
            return scores
        self._style = "documents"
        return self._read(response, len(texts))

    async def _in_batches(self, question: str, texts: Sequence[str]) -> list[float]:
        scores: list[float] = []
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            batch = list(texts[start : start + TEXTS_AT_ONCE])
            response = await self._post({"query": question, "texts": batch, "truncate": True})
            assert response is not None
            scores += self._read(response, len(batch))
        return scores

    async def _post(self, body: dict[str, Any], *, may_want_texts: bool = False) -> httpx.Response | None:
        """A successful answer, at the second try at the latest; None when the server asks for `texts` instead."""
        response = await self._try(body)
        if response is None or response.status_code in RETRIED:
            await asyncio.sleep(self._wait_s(response))
            response = await self._try(body, last=True)
        assert response is not None
        if response.is_success:
            return response
        if may_want_texts and response.status_code in {400, 422} and WANTS_TEXTS.search(response.text):
            return None
        raise self._refused(response)

    async def _try(self, body: dict[str, Any], *, last: bool = False) -> httpx.Response | None:
        """None when the line broke; the last time that is an error."""
        try:
            return await self._client.post(self._url, json=body)
        except httpx.TimeoutException:
            raise  # waiting as long again is not a second chance for whoever waits
        except httpx.RequestError as error:
            if last:
                raise RerankUnavailable(f"{self._place()} cannot be reached: {error}.") from error
            return None

    def _wait_s(self, response: httpx.Response | None) -> float:
        """How long to wait before the second try. Raises RerankUnavailable when the server asks for longer than a search can wait."""
        asked = _retry_after_s(response) if response is not None else None
        if response is not None and asked is not None and asked > LONGEST_WAIT_S:
            raise self._refused(response)
        return RETRY_AFTER_S if asked is None else asked

    def _read(self, response: httpx.Response, count: int) -> list[float]:
        try:
            reply = _REPLY.validate_json(response.content)
        except ValidationError as error:
            raise RerankUnavailable(
                f"{self._place()} sent something other than scores. Is the URL that of its rerank route?"
            ) from error
        rows = (reply.results or reply.data) if isinstance(reply, _Rows) else reply
        scores = {row.index: row.score if row.relevance_score is None else row.relevance_score for row in rows}
        found = [scores.get(i) for i in range(count)]
        if len(rows) != count or None in found:
            raise RerankUnavailable(f"{self._place()} did not send one score for each of {count} texts.")
        return [score for score in found if score is not None]

    def _refused(self, response: httpx.Response) -> RerankUnavailable:
        said = " ".join(response.text.split())[:SENTENCE_CHARS]
        said = said.replace(self._key, "…") if self._key else said
        return RerankUnavailable(
            f"{self._place()} answered {response.status_code}: {said or response.reason_phrase}",
            retry_after_s=_retry_after_s(response),
        )

    def _place(self) -> str:
        return f"The reranker at {self._url.host} (model {self._model})"


def _route(url: str) -> httpx.URL:
    try:
        given = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise RerankUnavailable(f"{url!r} is not the URL of a reranker: {error}.") from error
    path = given.path.rstrip("/")
    return given.copy_with(path=path if path.endswith("rerank") else f"{path}/rerank")


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds; dates are not read."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None
