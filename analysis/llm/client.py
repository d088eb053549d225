"""gpt-oss through the openai client (floor 4): one request in, one completion or one stream out, every server's faults named.

It sends what it is given, and once more when an answer came back empty or repeats itself without end; it sees to the window, to cut
prompts, and that every token is told of. It does not count, pack, or understand prompts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from analysis.llm.probe import Endpoint
from analysis.llm.profiles import Profile
from analysis.llm.repetition import repeats_at_end
from analysis.llm.sanitize import Piece
from analysis.llm.server import Server
from analysis.llm.wire import LOWER, Attempt, Reading
from proviso.errors import ContextOverflow, DependencyError, LlmError, PromptTruncated
from proviso.prices import price_of
from proviso.types.chat import ChatDelta, ChatRequest, Completion
from proviso.types.prices import Price

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
    """The kind of server, where a setting names it; what it turned out to be is `server.profile`."""
    checks_truncation: bool = True
    first_token_s: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    on_window: Callable[[int], None] | None = field(default=None, repr=False)
    """Told the window to plan with whenever the server has named another one."""
    on_spent: Callable[[ChatRequest, Completion], Awaitable[None]] | None = field(default=None, repr=False)
    """Told of every attempt that a server took, however it ended; of one cut short, what had come of it. Must not raise."""
    _told_window: int | None = field(default=None, init=False)
    _loaded: bool = field(default=False, init=False)
    server: Server = field(init=False, repr=False)
    _slots: asyncio.Semaphore = field(init=False, repr=False)
    _telling: set[asyncio.Task[None]] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        self.server = Server(
            base_url=self.base_url,
            api_key=self.api_key,
            model=self.model,
            timeout_s=self.timeout_s,
            first_token_s=self.first_token_s,
            profile=self.profile,
            on_endpoint=self._learn,
        )
        self._slots = asyncio.Semaphore(self.concurrency)

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
                async with (
                    self._told(request, reading),
                    aclosing(self.server.pieces(request, attempt, reading)) as pieces,
                ):
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
        return await self.server.probe()

    def _learn(self, endpoint: Endpoint) -> None:
        if endpoint.context_tokens and endpoint.context_tokens != self._told_window:
            self._told_window = endpoint.context_tokens
            if self.on_window is not None:
                self.on_window(self.window_tokens)

    async def _learn_window(self) -> None:
        """Ollama tells the window of a model only once it is loaded: by its first call."""
        profile = self.server.profile
        if not self._loaded and profile is not None and profile.window == "ollama":
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
        await self.server.close()

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
            return await self.server.reply(request, self._first(request), Reading(self.model))

    async def _ask(self, request: ChatRequest, attempt: Attempt, tried: list[Reading]) -> Reading:
        tried.append(reading := Reading(request.model or self.model))
        async with self._told(request, reading):
            reading.take(await self.server.reply(request, attempt, reading), "message")
            reading.close()
        # A plain reply is whole: only one that the cap had to stop is worth asking for again.
        reading.repeats = reading.finish_reason == "length" and (
            repeats_at_end(reading.text) or repeats_at_end(reading.completion().reasoning)
        )
        return reading


def _delta(piece: Piece) -> ChatDelta:
    if piece.kind == "void":
        return ChatDelta("retry", "what came so far was thinking")
    return ChatDelta(piece.kind, piece.text)
