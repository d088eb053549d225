"""Answers one request: routes, key, model and window checks, then the scripted reply under its fault."""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.instruments.gptoss.completion import Completion, complete
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.replies import Fault, Reply, an_error
from tests.instruments.gptoss.script import Script
from tests.instruments.gptoss.shapes import MESSAGES, Vllm
from tests.instruments.gptoss.wire import POLL_S, Wire, as_event

JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
FOREVER_S = 3600.0


class Responder:
    """What happens between a request and its answer; `held` makes completions wait."""

    def __init__(self, shape: Vllm, script: Script, api_key: str | None, errors: list[str]) -> None:
        self.held = False
        self._shape = shape
        self._script = script
        self._api_key = api_key
        self._errors = errors

    async def respond(self, wire: Wire, request: Exchange) -> None:
        """Writes the answer to one request, whatever it is."""
        if request.is_chat:
            await self._chat(wire, request)
            return
        status, body = self._other(request)
        request.status = status
        await wire.send(status, json.dumps(body).encode(), JSON)
        request.finished = True

    def _other(self, request: Exchange) -> tuple[int, Any]:
        if not self._authorised(request):
            return 401, self._shape.error(401, None)
        if request.method == "GET" and request.path == "/health":
            return 200, {"status": "ok"}
        if request.method == "GET" and request.path == "/v1/models":
            return 200, self._shape.model_list()
        found = self._shape.extra_route(request)
        return (404, self._shape.error(404, None)) if found is None else (200, found)

    async def _chat(self, wire: Wire, request: Exchange) -> None:
        while self.held:
            await wire.pause(POLL_S)
        refused = self._refusal(request)
        reply, fault = (refused, Fault()) if refused else self._choose(request)
        request.reply = reply
        await wire.pause(fault.delay_s)
        if fault.break_at() == ("reset", 0):
            wire.reset()
        elif reply.status != 200:
            await self._send_error(wire, request, reply)
        elif request.stream:
            await self._send_stream(wire, request, reply, fault)
        else:
            await self._send_plain(wire, request, reply, fault)

    def _refusal(self, request: Exchange) -> Reply | None:
        """What a real server would refuse by itself, before any model is asked."""
        if not self._authorised(request):
            return an_error(401)
        if not _well_formed(request.messages):
            return an_error(400, "messages: a list of messages with a role is required")
        if self._shape.knows_models and request.model not in self._shape.models:
            return self._shape.unknown_model(str(request.model))
        request.seen_tokens = self._shape.render(request)
        return self._shape.admit(request)

    def _choose(self, request: Exchange) -> tuple[Reply, Fault]:
        try:
            return self._script.choose(request)
        except Exception:  # noqa: BLE001 - a test's own function may raise anything; the test must see it
            self._errors.append(traceback.format_exc())
            return an_error(500, "a scripted function raised"), Fault()

    def _authorised(self, request: Exchange) -> bool:
        return self._api_key is None or request.headers.get("authorization") == f"Bearer {self._api_key}"

    async def _send_error(self, wire: Wire, request: Exchange, reply: Reply) -> None:
        body = self._shape.error(reply.status, reply.message) if reply.body is None else reply.body
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = JSON | dict(reply.headers)
        if reply.retry_after_s is not None:
            headers["retry-after"] = f"{reply.retry_after_s:g}"
        request.status = reply.status
        await wire.send(reply.status, raw, headers)
        request.finished = True

    def _complete(self, request: Exchange, reply: Reply) -> Completion:
        cap = self._shape.max_tokens(request)
        done = complete(reply, str(request.model), request.prompt_tokens, cap, self._shape.empty)
        asked = (request.body.get("stream_options") or {}).get("include_usage")
        return replace(done, usage_asked=bool(asked))

    async def _send_plain(self, wire: Wire, request: Exchange, reply: Reply, fault: Fault) -> None:
        body = json.dumps(self._shape.plain(self._complete(request, reply)), ensure_ascii=False).encode()
        headers = JSON | dict(reply.headers)
        request.status = 200
        broken = fault.break_at()
        if broken is None or broken[1] >= 2:
            await wire.send(200, body, headers)
            request.chunks_sent, request.finished = 2, True
            return
        kind, after = broken
        request.chunks_sent = after
        if kind in ("end", "error"):
            kind = "cut"  # a body with a length cannot end politely
        await wire.send(200, body, headers, sent_bytes=len(body) * after // 2)
        await self._break(wire, kind)

    async def _send_stream(self, wire: Wire, request: Exchange, reply: Reply, fault: Fault) -> None:
        request.status = 200
        await wire.start_stream(SSE | dict(reply.headers))
        kind, after = fault.break_at() or (None, -1)
        async for event in self._paced(wire, self._shape.events(self._complete(request, reply)), fault):
            if request.chunks_sent == after:
                break
            await wire.send_chunk(event)
            request.chunks_sent += 1
        if kind is None or request.chunks_sent != after:
            await wire.send_chunk(as_event("[DONE]"))
            await wire.end_stream()
            request.finished = True
            return
        await self._break(wire, kind)

    async def _paced(self, wire: Wire, events: Iterator[Any], fault: Fault) -> AsyncIterator[bytes]:
        for event in events:
            yield as_event(event)
            if fault.between_chunks_s:
                await wire.pause(fault.between_chunks_s)

    async def _break(self, wire: Wire, kind: str) -> None:
        if kind == "stall":
            await wire.pause(FOREVER_S)
        elif kind == "reset":
            wire.reset()
        elif kind == "cut":
            wire.cut()
        elif kind == "error":
            await wire.send_chunk(as_event(self._shape.error(500, MESSAGES[500])))
            await wire.end_stream()
        else:
            await wire.end_stream()


def _well_formed(messages: Sequence[Any]) -> bool:
    return bool(messages) and all(isinstance(each, dict) and "role" in each for each in messages)
