"""A model server as the adapter speaks to it (floor 4): one body out, one reply or one stream of pieces back, its faults named.

It pauses where the server asks for that, learns what the server refuses by name, and leaves one alone that is out of reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import openai

from analysis.llm.breaker import Breaker
from analysis.llm.faults import as_llm_error, broken_off, late, said
from analysis.llm.probe import Endpoint, probe
from analysis.llm.profiles import GENERIC, PROFILES, Profile, adapted, profile_of_url
from analysis.llm.retries import is_refusal, may_have_been_read, pause_s
from analysis.llm.sanitize import Piece
from analysis.llm.wire import Attempt, Reading, body_of
from proviso.errors import LlmError, ProvisoError
from proviso.types.chat import ChatRequest

CONNECT_S = 5.0


@dataclass(slots=True)
class Server:
    """An OpenAI-compatible server. `timeout_s`: of a whole call; `first_token_s`: how long a stream may stay silent before its first word
    (None: as long as the whole call); `profile`: the kind it is, where that is known."""

    base_url: str
    api_key: str | None = field(repr=False)
    model: str
    timeout_s: float
    first_token_s: float | None = None
    profile: Profile | None = None
    on_endpoint: Callable[[Endpoint], None] | None = field(default=None, repr=False)
    """Told what every probe found."""
    breaker: Breaker = field(init=False, repr=False)
    _client: openai.AsyncOpenAI = field(init=False, repr=False)

    def __post_init__(self) -> None:
        timeout = openai.Timeout(self.timeout_s, connect=min(CONNECT_S, self.timeout_s))
        self._client = openai.AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key or "none", timeout=timeout, max_retries=0
        )
        # The SDK takes these from the environment and would send them to whatever server is configured here.
        self._client.organization = self._client.project = None
        self.profile = self.profile or profile_of_url(self.base_url)
        self.breaker = Breaker(urlsplit(self.base_url).netloc)

    async def probe(self) -> Endpoint:
        """What the server says of itself; never raises for a server that is down."""
        endpoint = await probe(self._client, self.model, self.api_key, self.profile)
        if self.on_endpoint is not None:
            self.on_endpoint(endpoint)
        return endpoint

    async def close(self) -> None:
        """Closes idle connections."""
        await self._client.close()

    async def reply(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> Mapping[str, Any]:
        """The body of a whole reply; `reading` is told whether the server took the request."""
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

    async def pieces(self, request: ChatRequest, attempt: Attempt, reading: Reading) -> AsyncGenerator[Piece, None]:
        """A stream, read by `reading`, piece by piece. Closing this generator closes the connection."""
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
            async with reply:
                while (event := await _next(reply, deadline if reading.spoke else first)) is not None:
                    for piece in reading.take(event, "delta"):
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
        await self.breaker.admit(self._is_there)
        with self.breaker.call():
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


async def _next(events: openai.AsyncStream[object], deadline: float) -> Mapping[str, Any] | None:
    """The next event, or None at the end."""
    async with asyncio.timeout_at(deadline):
        event = await anext(events, None)
    if event is not None and not isinstance(event, Mapping):
        raise ValueError("an event that is not an object")
    return event
