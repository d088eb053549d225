"""gpt-oss through the openai client (floor 4): one request in, one completion or one stream out, every server's faults named.

It sends what it is given, once more when an answer came back empty or repeats itself without end, and again after a pause when
a server asks for one; a server out of reach is left alone for a while. It does not count, pack, or understand prompts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import openai

from analysis.llm.breaker import Breaker
from analysis.llm.faults import as_llm_error, broken_off, late, said
from analysis.llm.probe import Endpoint, probe
from analysis.llm.profiles import GENERIC, PROFILES, Profile, adapted, profile_of_url
from analysis.llm.reads import Event, reads
from analysis.llm.repetition import repeats_at_end
from analysis.llm.retries import is_refusal, may_have_been_read, pause_s
from analysis.llm.sanitize import Piece
from analysis.llm.wire import LOWER, Attempt, Reading, body_of
from proviso.errors import ContextOverflow, DependencyError, LlmError, PromptTruncated, ProvisoError
from proviso.prices import price_of
from proviso.types.chat import ChatDelta, ChatRequest, Completion
from proviso.types.prices import Price

CONNECT_S = 5.0
WINDOW_MARGIN_TOKENS = 64
"""Our count and a server's differ by a few tokens, and Together refuses prompt + cap above the window."""
LEAST_OUTPUT_TOKENS = 16
TRUNCATION_TOKENS = 64
TRUNCATION_SHARE = 0.01


@dataclass(slots=True)
class GptOss:
    """A gpt-oss at an OpenAI-compatible base URL. `checks_truncation` only where the model's tokenizer is gpt-oss's own.
    `first_token_s`: how long a stream may stay silent before its first word (None: as long as the whole call)."""

    base_url: str
    api_key: str | None = field(repr=False)
    model: str
    context_tokens: int = 131_072
    timeout_s: float = 600.0
    concurrency: int = 4
    profile: Profile | None = None
    checks_truncation: bool = True
    first_token_s: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    on_window: Callable[[int], None] | None = field(default=None, repr=False)
    """Told the window to plan with whenever the server has named another one."""
    on_spent: Callable[[ChatRequest, Completion], Awaitable[None]] | None = field(default=None, repr=False)
    """Told of every attempt that a server took, however it ended; of one cut short, what had come of it. Must not raise."""
    _told_window: int | None = field(default=None, init=False)
    _loaded: bool = field(default=False, init=False)
    _client: openai.AsyncOpenAI = field(init=False, repr=False)
    _slots: asyncio.Semaphore = field(init=False, repr=False)
    _breaker: Breaker = field(init=False, repr=False)
    _telling: set[asyncio.Task[None]] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        timeout = openai.Timeout(self.timeout_s, connect=min(CONNECT_S, self.timeout_s))
        self._client = openai.AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key or "none", timeout=timeout, max_retries=0
        )
        # The SDK takes these from the environment and would send them to whatever server is configured here.
        self._client.organization = self._client.project = None
        self._slots = asyncio.Semaphore(self.concurrency)
        self.profile = self.profile or profile_of_url(self.base_url)
        self._breaker = Breaker(urlsplit(self.base_url).netloc)

    async def complete(self, request: ChatRequest) -> Completion:
        """The finished call. An empty answer is asked for once more: with less thinking and more room where it ran out of tokens."""
        async with self._slots:
            attempt = self._first(request)
            with self._tries(request) as tried:
                reading = await self._ask(request, attempt, tried)
                await self._learn_window()
                if again := self._second(request, attempt, reading):
                    await self._ask(request, again, tried)
                return self._finished(request, *tried)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        """The call piece by piece; the last delta is `done`. Closing this generator closes the connection to the server."""
        async with self._slots:
            attempt = self._first(request)
            tried: list[Reading] = []
            while True:
                tried.append(reading := Reading(request.model or self.model))
                async with self._told(request, reading), aclosing(self._pieces(request, attempt, reading)) as pieces:
                    async for piece in pieces:
                        yield _delta(piece)
                        if reading.repeats:
                            break
                await self._learn_window()
                again = self._second(request, attempt, reading) if len(tried) == 1 else None
                if again is None:
                    yield ChatDelta("done", completion=self._finished(request, *tried))
                    return
                attempt = again
                why = "the answer repeated itself" if reading.repeats else "the answer came back empty"
                yield ChatDelta("retry", why)

    async def probe(self) -> Endpoint:
        """What the server says of itself; never raises for a server that is down. A window it tells is kept from then on."""
        endpoint = await probe(self._client, self.model, self.api_key, self.profile)
        if endpoint.context_tokens and endpoint.context_tokens != self._told_window:
            self._told_window = endpoint.context_tokens
            if self.on_window is not None:
                self.on_window(self.window_tokens)
        return endpoint

    async def _learn_window(self) -> None:
        """Ollama tells the window of a model only once it is loaded: by its first call."""
        if not self._loaded and self.profile is not None and self.profile.window == "ollama":
            self._loaded = True
            await self.probe()

    def price(self, model: str | None) -> Price | None:
        """What a model takes (None: the default one), if the price table says."""
        return price_of(self.prices, model or self.model)

    @property
    def window_tokens(self) -> int:
        """The window to plan with: the configured one, or the server's own where that is known and smaller."""
        return min(self.context_tokens, self._told_window or self.context_tokens)

    async def close(self) -> None:
        """Closes idle connections, when everybody has been told what was spent."""
        await asyncio.gather(*self._telling, return_exceptions=True)
        await self._client.close()

    def _first(self, request: ChatRequest) -> Attempt:
        return Attempt(request.effort, min(request.max_output_tokens, self._room(request)))

    def _second(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> Attempt | None:
        """How to ask again after an answer of no use; None where there is an answer, where asking again would change nothing, and where
        the request has no tokens for it."""
        if not reading.repeats:
            self._check_truncation(request, reading)
        if not request.may_repeat:
            return None
        if reading.repeats:
            return attempt
        if reading.text.strip() or reading.finish_reason == "content_filter":
            return None
        if reading.finish_reason != "length":
            return attempt
        again = Attempt(LOWER[attempt.effort], min(2 * attempt.cap, self._room(request)))
        return again if again != attempt else None

    def _finished(self, request: ChatRequest, *tried: Reading) -> Completion:
        """The last reading, unless it is of no use like those before it."""
        reading, before = tried[-1], tuple(self._spent(request, each) for each in tried[:-1])
        twice = ", twice" if before else ""
        if reading.repeats:
            raise LlmError(
                f"The model repeated itself without end{twice}, and was stopped; ask again or put it otherwise."
            )
        self._check_truncation(request, reading)
        completion = self._spent(request, reading)
        if completion.text:
            checked = self._counts_alike(request) and completion.prompt_tokens is not None
            return replace(completion, truncation_checked=checked, before=before)
        if completion.finish_reason == "length":
            raise LlmError(
                f"The model spent all its output tokens on thinking{twice}; ask with less effort or a larger cap."
            )
        raise LlmError(f"The model gave no answer (finish reason: {completion.finish_reason or 'none'}).")

    def _spent(self, request: ChatRequest, reading: Reading) -> Completion:
        """What has come of an attempt, with its price."""
        return replace(reading.completion(), price=self.price(request.model))

    @contextmanager
    def _tries(self, request: ChatRequest) -> Iterator[list[Reading]]:
        """The attempts of one call: a fault takes with it what they have taken."""
        tried: list[Reading] = []
        try:
            yield tried
        except DependencyError as error:
            error.spent = tuple(self._spent(request, each) for each in tried if each.taken)
            raise

    @asynccontextmanager
    async def _told(self, request: ChatRequest, reading: Reading) -> AsyncIterator[None]:
        """Around one attempt: `on_spent` is told of it, also when the attempt fails or its caller leaves."""
        try:
            yield
        finally:
            if self.on_spent is not None and reading.taken:
                telling = asyncio.ensure_future(self.on_spent(request, self._spent(request, reading)))
                self._telling.add(telling)
                telling.add_done_callback(self._telling.discard)
                await asyncio.shield(telling)

    def _room(self, request: ChatRequest) -> int:
        room = self.window_tokens - request.counted_prompt_tokens - WINDOW_MARGIN_TOKENS
        if room < LEAST_OUTPUT_TOKENS:
            raise ContextOverflow(
                f"The prompt has {request.counted_prompt_tokens} tokens; the window of {self.model} holds "
                f"{self.window_tokens}, which leaves no room for an answer."
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

    async def raw(self, request: ChatRequest) -> Mapping[str, Any]:
        """The body of a plain reply as the server sent it. Raises like `complete`."""
        async with self._slots:
            return await self._reply(request, self._first(request), Reading(self.model))

    async def _ask(self, request: ChatRequest, attempt: Attempt, tried: list[Reading]) -> Reading:
        tried.append(reading := Reading(request.model or self.model))
        async with self._told(request, reading):
            reading.take(await self._reply(request, attempt, reading))
            reading.close()
        # A plain reply is whole: only one that the cap had to stop is worth asking for again.
        reading.repeats = reading.finish_reason == "length" and (
            repeats_at_end(reading.text) or repeats_at_end(reading.completion().reasoning)
        )
        return reading

    async def _reply(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(self.timeout_s):
                reply = await self._send(request, attempt, reading, self._post)
        except (openai.OpenAIError, ValueError, TimeoutError) as error:
            raise as_llm_error(error, self.base_url, self.api_key) from error
        if not isinstance(reply, Mapping) or not reply.get("choices"):
            raise LlmError(
                f"{self.base_url} answered with something that is not a completion; is it the right base URL?"
            )
        return reply

    async def _pieces(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> AsyncGenerator[Piece, None]:
        clock = asyncio.get_running_loop().time
        deadline = first = clock() + self.timeout_s

        async def opened(body: dict[str, Any]) -> openai.AsyncStream[object]:
            """Each try has the time for a first word anew: the pauses between them are ours."""
            nonlocal first
            first = min(deadline, clock() + (self.first_token_s or self.timeout_s))
            async with asyncio.timeout_at(first):
                return await self._open(body)

        try:
            async with asyncio.timeout_at(deadline):
                reply = await self._send(request, attempt, reading, opened)
            async with reply, aclosing(reads(reply)) as heard:
                while (events := await _next(heard, deadline if reading.spoke else first)) is not None:
                    for piece in reading.hear(events):
                        yield piece
        except (openai.OpenAIError, ValueError, TimeoutError) as error:
            raise self._fault(error, reading) from error
        if not reading.finish_reason:
            raise broken_off(self.base_url)
        for piece in reading.close():
            yield piece

    def _fault(self, error: Exception, reading: Reading) -> ProvisoError:
        """What a broken stream comes to: cut off after its first word, silent before it, or as the server says."""
        timed_out = isinstance(error, openai.APITimeoutError | TimeoutError)
        if reading.begun and not timed_out and isinstance(error, openai.APIConnectionError):
            return broken_off(self.base_url, error)
        if not reading.spoke and isinstance(error, TimeoutError) and self.first_token_s is not None:
            return late(self.base_url, self.first_token_s)
        return as_llm_error(error, self.base_url, self.api_key)

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
        self,
        request: ChatRequest,
        attempt: Attempt,
        reading: Reading,
        call: Callable[[dict[str, Any]], Awaitable[Any]],
    ) -> Any:
        """Calls with a body in the server's own dialect, unless the server rests for being out of reach."""
        await self._breaker.admit(self._is_there)
        with self._breaker.call():
            return await self._send_until_taken(request, attempt, reading, call)

    async def _is_there(self) -> bool:
        return (await self.probe()).reachable

    async def _send_until_taken(
        self,
        request: ChatRequest,
        attempt: Attempt,
        reading: Reading,
        call: Callable[[dict[str, Any]], Awaitable[Any]],
    ) -> Any:
        """Pauses where the server asks for that, and learns what it refuses by name."""
        profile = await self._dialect()
        tries = 0
        while True:
            body = body_of(request, attempt, profile, self.model)
            reading.taken = True
            try:
                return await call(body)
            except openai.APIError as error:
                reading.taken = may_have_been_read(error)
                tries += 1
                simpler = adapted(profile, said(error, self.api_key)) if is_refusal(error) else None
                if simpler is not None:
                    self.profile = profile = simpler
                    continue
                wait_s = pause_s(error, tries)
                if wait_s is None:
                    raise
            await asyncio.sleep(wait_s)

    async def _dialect(self) -> Profile:
        """The profile in use; where the URL did not tell, the server is asked once."""
        if self.profile is None:
            endpoint = await self.probe()
            if not endpoint.reachable:
                return GENERIC
            self.profile = PROFILES[endpoint.profile]
        return self.profile


async def _next(heard: AsyncGenerator[list[Event], None], deadline: float) -> list[Event] | None:
    """The events of the next read, or None at the end."""
    async with asyncio.timeout_at(deadline):
        return await anext(heard, None)


def _delta(piece: Piece) -> ChatDelta:
    if piece.kind == "void":
        return ChatDelta("retry", "what came so far was thinking")
    return ChatDelta(piece.kind, piece.text)
