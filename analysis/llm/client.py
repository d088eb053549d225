"""gpt-oss through the openai client (floor 4): one request in, one completion or one stream out, every server's faults named.

It sends what it is given, once more when an answer came back empty, and again after a pause when a server asks for one. It
does not count, pack, or understand prompts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import openai

from analysis.llm.faults import as_llm_error, broken_off, retry_after_s, said
from analysis.llm.probe import Endpoint, probe
from analysis.llm.profiles import GENERIC, PROFILES, Profile, adapted, profile_of_url
from analysis.llm.sanitize import Piece
from analysis.llm.wire import LOWER, Attempt, Reading, body_of
from proviso.errors import ContextOverflow, LlmError, PromptTruncated
from proviso.types.chat import ChatDelta, ChatRequest, Completion

CONNECT_S = 5.0
TRIES = 3
CONNECTION_TRIES = 2
LONGEST_PAUSE_S = 20.0
"""A longer `retry-after` is passed on to the caller instead of being waited for."""
PAUSE_S = 0.5
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 529})
WINDOW_MARGIN_TOKENS = 64
"""Our count and a server's differ by a few tokens, and Together refuses prompt + cap above the window."""
LEAST_OUTPUT_TOKENS = 16
TRUNCATION_TOKENS = 64
TRUNCATION_SHARE = 0.01


@dataclass(slots=True)
class GptOss:
    """A gpt-oss at an OpenAI-compatible base URL. `checks_truncation` only where the model's tokenizer is gpt-oss's own."""

    base_url: str
    api_key: str | None = field(repr=False)
    model: str
    context_tokens: int = 131_072
    timeout_s: float = 600.0
    concurrency: int = 4
    profile: Profile | None = None
    checks_truncation: bool = True
    _client: openai.AsyncOpenAI = field(init=False, repr=False)
    _slots: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        timeout = openai.Timeout(self.timeout_s, connect=min(CONNECT_S, self.timeout_s))
        self._client = openai.AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key or "none", timeout=timeout, max_retries=0
        )
        # The SDK takes these from the environment and would send them to whatever server is configured here.
        self._client.organization = self._client.project = None
        self._slots = asyncio.Semaphore(self.concurrency)
        self.profile = self.profile or profile_of_url(self.base_url)

    async def complete(self, request: ChatRequest) -> Completion:
        """The finished call. An empty answer is asked for once more: with less thinking and more room where it ran out of tokens."""
        async with self._slots:
            attempt = self._first(request)
            reading = await self._ask(request, attempt)
            if again := self._second(request, attempt, reading):
                reading = await self._ask(request, again)
            return self._finished(request, reading)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        """The call piece by piece; the last delta is `done`. Closing this generator closes the connection to the server."""
        async with self._slots:
            attempt = self._first(request)
            for is_last in (False, True):
                reading = Reading(self.model)
                async with aclosing(self._pieces(request, attempt, reading)) as pieces:
                    async for piece in pieces:
                        yield _delta(piece)
                again = None if is_last else self._second(request, attempt, reading)
                if again is None:
                    yield ChatDelta("done", completion=self._finished(request, reading))
                    return
                attempt = again
                yield ChatDelta("retry", "the answer came back empty")

    async def probe(self) -> Endpoint:
        """What the server says of itself; never raises for a server that is down."""
        return await probe(self._client, self.model, self.api_key)

    async def close(self) -> None:
        """Closes idle connections."""
        await self._client.close()

    def _first(self, request: ChatRequest) -> Attempt:
        return Attempt(request.effort, min(request.max_output_tokens, self._room(request)))

    def _second(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> Attempt | None:
        """How to ask again after an empty answer; None where there is an answer, or where asking again would change nothing."""
        self._check_truncation(request, reading)
        if reading.text.strip() or reading.finish_reason == "content_filter":
            return None
        if reading.finish_reason != "length":
            return attempt
        again = Attempt(LOWER[attempt.effort], min(2 * attempt.cap, self._room(request)))
        return again if again != attempt else None

    def _finished(self, request: ChatRequest, reading: Reading) -> Completion:
        self._check_truncation(request, reading)
        completion = reading.completion()
        if completion.text:
            checked = self._counts_alike(request) and completion.prompt_tokens is not None
            return replace(completion, truncation_checked=checked)
        if completion.finish_reason == "length":
            raise LlmError(
                "The model spent all its output tokens on thinking, twice; ask with less effort or a larger cap."
            )
        raise LlmError(f"The model gave no answer (finish reason: {completion.finish_reason or 'none'}).")

    def _room(self, request: ChatRequest) -> int:
        room = self.context_tokens - request.counted_prompt_tokens - WINDOW_MARGIN_TOKENS
        if room < LEAST_OUTPUT_TOKENS:
            raise ContextOverflow(
                f"The prompt has {request.counted_prompt_tokens} tokens; the window of {self.model} holds "
                f"{self.context_tokens}, which leaves no room for an answer."
            )
        return room

    def _counts_alike(self, request: ChatRequest) -> bool:
        """Whether the model asked counts tokens as we do."""
        return self.checks_truncation and "gpt-oss" in (request.model or self.model)

    def _check_truncation(self, request: ChatRequest, reading: Reading) -> None:
        reported, counted = reading.completion().prompt_tokens, request.counted_prompt_tokens
        if not self._counts_alike(request) or reported is None:
            return
        if reported < counted - max(TRUNCATION_TOKENS, TRUNCATION_SHARE * counted):
            raise PromptTruncated(
                f"The server read {reported} of {counted} prompt tokens: it cut the prompt without saying so. "
                "Give it a larger context window (for Ollama: OLLAMA_CONTEXT_LENGTH), or set PROVISO_LLM_CONTEXT_TOKENS to the one it has."
            )

    async def _ask(self, request: ChatRequest, attempt: Attempt) -> Reading:
        reading = Reading(self.model)
        try:
            async with asyncio.timeout(self.timeout_s):
                reply = await self._send(request, attempt, self._post)
        except (openai.OpenAIError, ValueError, TimeoutError) as error:
            raise as_llm_error(error, self.base_url, self.api_key) from error
        if not isinstance(reply, Mapping) or not reply.get("choices"):
            raise LlmError(
                f"{self.base_url} answered with something that is not a completion; is it the right base URL?"
            )
        reading.take(reply, "message")
        reading.close()
        return reading

    async def _pieces(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> AsyncGenerator[Piece, None]:
        deadline = asyncio.get_running_loop().time() + self.timeout_s
        begun = False
        try:
            async with asyncio.timeout_at(deadline):
                events = await self._send(request, attempt, self._open)
            async with events:
                while (event := await _next(events, deadline)) is not None:
                    begun = True
                    for piece in reading.take(event, "delta"):
                        yield piece
        except (openai.OpenAIError, ValueError, TimeoutError) as error:
            cut = (
                begun and isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)
            )
            raise (
                broken_off(self.base_url, error) if cut else as_llm_error(error, self.base_url, self.api_key)
            ) from error
        if not reading.finish_reason:
            raise broken_off(self.base_url)
        for piece in reading.close():
            yield piece

    async def _post(self, body: dict[str, Any]) -> Any:
        return await self._client.post("/chat/completions", body=body, cast_to=object)

    async def _open(self, body: dict[str, Any]) -> openai.AsyncStream[object]:
        usage = {"stream_options": {"include_usage": True}} if (self.profile or GENERIC).stream_usage else {}
        return await self._client.post(
            "/chat/completions",
            body={**body, "stream": True, **usage},
            cast_to=object,
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )

    async def _send(
        self, request: ChatRequest, attempt: Attempt, call: Callable[[dict[str, Any]], Awaitable[Any]]
    ) -> Any:
        """Calls with a body in the server's own dialect; pauses where it asks for that, and learns what it refuses by name."""
        profile = await self._dialect()
        tries = 0
        while True:
            try:
                return await call(body_of(request, attempt, profile, self.model))
            except openai.APIError as error:
                tries += 1
                simpler = adapted(profile, said(error, self.api_key)) if _is_refusal(error) else None
                if simpler is not None:
                    self.profile = profile = simpler
                    continue
                pause_s = _pause_s(error, tries)
                if pause_s is None:
                    raise
            await asyncio.sleep(pause_s)

    async def _dialect(self) -> Profile:
        """The profile in use; where the URL did not tell, the server is asked once."""
        if self.profile is None:
            endpoint = await self.probe()
            if not endpoint.reachable:
                return GENERIC
            self.profile = PROFILES[endpoint.profile]
        return self.profile


async def _next(events: openai.AsyncStream[object], deadline: float) -> Mapping[str, Any] | None:
    """The next event, or None at the end."""
    async with asyncio.timeout_at(deadline):
        event = await anext(events, None)
    if event is not None and not isinstance(event, Mapping):
        raise ValueError("an event that is not an object")
    return event


def _delta(piece: Piece) -> ChatDelta:
    if piece.kind == "void":
        return ChatDelta("retry", "what came so far was thinking")
    return ChatDelta(piece.kind, piece.text)


def _is_refusal(error: openai.APIError) -> bool:
    return isinstance(error, openai.APIStatusError) and error.status_code in {400, 422}


def _pause_s(error: openai.APIError, tries: int) -> float | None:
    """How long to wait before the next try; None: do not try again."""
    if isinstance(error, openai.APITimeoutError):
        return None
    if isinstance(error, openai.APIConnectionError):
        return PAUSE_S if tries < CONNECTION_TRIES else None
    if not isinstance(error, openai.APIStatusError) or error.status_code not in RETRIED_STATUSES or tries >= TRIES:
        return None
    asked = retry_after_s(error)
    pause_s = PAUSE_S * 2 ** (tries - 1) if asked is None else asked
    return pause_s if pause_s <= LONGEST_PAUSE_S else None
