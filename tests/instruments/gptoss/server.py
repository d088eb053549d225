"""The server itself: a thread with an event loop, a port on 127.0.0.1, and the record of what was asked.

The thread is why a test may block, or use its own event loop, without stopping the server.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Self

from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.hosts import SHAPES
from tests.instruments.gptoss.replies import Fault, Reply
from tests.instruments.gptoss.responder import Responder
from tests.instruments.gptoss.script import Answering, Matching, Said, Script
from tests.instruments.gptoss.wire import ClientLeft, HttpRequest, Wire

HOST = "127.0.0.1"
START_TIMEOUT_S = 10.0
POLL_S = 0.01


class GptOss:
    """A scripted gpt-oss server; see the package docstring for its use."""

    def __init__(
        self,
        shape: str = "vllm",
        *,
        context_tokens: int = 131_072,
        models: tuple[str, ...] | None = None,
        api_key: str | None = None,
        port: int = 0,
    ) -> None:
        self.shape = SHAPES[shape](context_tokens)
        if models is not None:
            self.shape.models = models  # type: ignore[misc]  # one server's own list
        self.script = Script()
        self.requests: list[Exchange] = []
        self.errors: list[str] = []
        self.peak_in_flight = 0
        self.on_closed: Callable[[Exchange], None] | None = None
        self._responder = Responder(self.shape, self.script, api_key, self.errors)
        self._in_flight = 0
        self._port = port
        self._connections: dict[asyncio.Task[None], Wire] = {}

    # Where it is

    @property
    def port(self) -> int:
        """The port, also while nobody listens on it."""
        return self._port

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self._port}"

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as its base URL."""
        return f"{self.origin}/v1"

    @property
    def model(self) -> str:
        """The first model that this shape serves, by its name there."""
        return self.shape.models[0]

    # What it says

    def reply(self, text: Said | Answering | None = None, **fields: Any) -> Self:
        """Queues a reply: a text, a `Reply`, a function of the request, or the fields of a `Reply`."""
        self.script.push(_as_said(text, fields))
        return self

    def reply_when(
        self,
        when: str | re.Pattern[str] | Matching,
        text: Said | Answering | None = None,
        *,
        times: int | None = None,
        **fields: Any,
    ) -> Self:
        """Replies so to every request whose last user message matches (or for which the function is true)."""
        self.script.add_rule(when, _as_said(text, fields), times)
        return self

    def always(self, text: Said | Answering | None = None, **fields: Any) -> Self:
        """Replies so when no rule matches and the queue is empty."""
        self.script.set_always(_as_said(text, fields))
        return self

    def fault(self, fault: Fault | None = None, *, times: int = 1, **fields: Any) -> Self:
        """Spoils the next `times` completions; takes a `Fault` or its fields."""
        self.script.add_fault(fault or Fault(**fields), times)
        return self

    def hold(self) -> None:
        """From now on completions are taken and wait for `release`."""
        self._responder.held = True

    def release(self) -> None:
        """Lets waiting completions go on."""
        self._responder.held = False

    # What it was asked

    @property
    def chats(self) -> list[Exchange]:
        """The completions that were asked for, in order."""
        return [each for each in list(self.requests) if each.is_chat]

    @property
    def last(self) -> Exchange:
        """The latest completion that was asked for."""
        return self.chats[-1]

    @property
    def unmatched(self) -> list[Exchange]:
        """Completions for which nothing was scripted."""
        return self.script.unmatched

    def assert_exhausted(self) -> None:
        """Fails if a queued reply was not used, a request found no reply, or a scripted function raised."""
        assert not self.errors, f"a scripted function raised: {self.errors[0]}"
        assert not self.unmatched, f"unscripted request: {self.unmatched[0].last_user[:500]!r}"
        assert self.script.left == 0, f"{self.script.left} queued replies were never asked for"

    def wait_until(self, condition: Callable[[GptOss], object], timeout_s: float = 10.0) -> None:
        """Blocks until the condition holds of this server."""
        until = time.monotonic() + timeout_s
        while not condition(self):
            assert time.monotonic() < until, f"not within {timeout_s} s; {len(self.requests)} requests so far"
            time.sleep(POLL_S)

    async def until(self, condition: Callable[[GptOss], object], timeout_s: float = 10.0) -> None:
        """The same for a test that has an event loop."""
        await asyncio.to_thread(self.wait_until, condition, timeout_s)

    # Its life

    def start(self) -> Self:
        """Listens; `with` and `async with` call this."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="gptoss", daemon=True)
        self._thread.start()
        self._call(self._listen())
        return self

    def stop(self) -> None:
        """Closes every connection and the port."""
        self._call(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_TIMEOUT_S)
        self._loop.close()

    def refuse_connections(self) -> None:
        """Nobody listens any more: open connections are reset, new ones refused. The port stays ours."""
        self._call(self._refuse())

    def accept_connections(self) -> None:
        """Listens again on the same port."""
        self._call(self._listen())

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_TIMEOUT_S)

    async def _listen(self) -> None:
        if not hasattr(self, "_socket"):
            self._bind()
        self._server = await asyncio.start_server(self._serve, sock=self._socket)

    def _bind(self) -> None:
        # The protocol is named because asyncio turns Nagle's algorithm off only then: 40 ms a request otherwise.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, self._port))
        self._port = self._socket.getsockname()[1]

    async def _refuse(self) -> None:
        self._server.close()
        for wire in list(self._connections.values()):
            wire.reset()
        await self._end_connections()
        self._bind()

    async def _shut(self) -> None:
        self._server.close()
        self._socket.close()
        await self._end_connections()

    async def _end_connections(self) -> None:
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = wire
        try:
            while not wire.broken and (request := await wire.read_request()) is not None:
                await self._exchange(wire, request)
        except (ClientLeft, asyncio.CancelledError):
            pass  # the exchange has recorded it
        finally:
            del self._connections[task]
            await wire.close()

    async def _exchange(self, wire: Wire, request: HttpRequest) -> None:
        exchange = Exchange(request.method, request.path, request.headers, request.body, _parsed(request.body))
        self.requests.append(exchange)
        self._in_flight += exchange.is_chat
        self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
        try:
            await self._responder.respond(wire, exchange)
        except ClientLeft:
            exchange.disconnected = True
            raise
        finally:
            self._in_flight -= exchange.is_chat
            exchange.closed.set()
            if self.on_closed is not None:
                self.on_closed(exchange)


def _as_said(text: Said | Answering | None, fields: dict[str, Any]) -> Said | Answering:
    if fields or text is None:
        return Reply(text=text, **fields)  # type: ignore[arg-type]  # only a plain text goes with fields
    return text


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
