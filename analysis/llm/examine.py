"""Examines an endpoint end to end (floor 4), for `doctor`: what works, and what does not, a sentence each. Takes a few hundred tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.llm.client import GptOss
from analysis.llm.probe import Endpoint
from analysis.llm.profiles import GENERIC, PROFILES
from analysis.llm.wire import THINKING_FIELDS
from proviso.errors import ProvisoError
from proviso.types.chat import ChatRequest, Message

OUTPUT_TOKENS = 1_000
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"ready": {"type": "boolean"}},
    "required": ["ready"],
    "additionalProperties": False,
}
Count = Callable[[Sequence[Message]], int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `ok` False where something has to be mended; `detail` says what, and how."""

    check: str
    ok: bool
    detail: str


async def examine(model: GptOss, count: Count) -> list[Finding]:
    """All checks in order; where nothing answers, or the model is not there, only the first. `count` gives the tokens of a prompt."""
    endpoint = await model.probe()
    findings = [_reached(endpoint, model.api_key)]
    if not endpoint.reachable:
        return findings
    findings += [_kind(endpoint), _listed(endpoint, model.model)]
    plain, reply = await _completion(model, _request(count))
    findings.append(plain)
    if reply is not None:
        findings += [await _stream(model, _request(count)), _thinking(reply, endpoint), await _schema(model, count)]
        findings += _counting(reply, _request(count), model)
    # Ollama tells its window only once the model is loaded.
    findings.insert(3, _window(await model.probe(), model.context_tokens))
    return findings


def _request(count: Count, said: str = "Reply with the single word READY.") -> ChatRequest:
    messages = (Message("developer", "This checks that you can be reached. Be brief."), Message("user", said))
    return ChatRequest("check", messages, "low", OUTPUT_TOKENS, count(messages))


def _reached(endpoint: Endpoint, key: str | None) -> Finding:
    if endpoint.reachable:
        accepted = "the key is accepted" if key else "it asks for no key"
        return Finding("model: reachable", True, f"{endpoint.base_url} answers in {endpoint.took_ms} ms, {accepted}")
    return Finding("model: reachable", False, endpoint.detail)


def _kind(endpoint: Endpoint) -> Finding:
    profile = PROFILES.get(endpoint.profile, GENERIC)
    known = "; ".join((f"a prompt that is too long: {profile.overflow}", *profile.faults))
    return Finding("model: kind of server", True, f"{profile.name} (PROVISO_LLM_PROFILE). {known}")


def _listed(endpoint: Endpoint, model: str) -> Finding:
    if endpoint.serves_model is None:
        return Finding("model: listed", True, "the server lists no models, so it is not known whether it has this one")
    if endpoint.serves_model:
        return Finding("model: listed", True, f"{model} is served")
    near = endpoint.near(model) or endpoint.models[:3]
    has = f"did you mean {' or '.join(near)}?" if near else "it lists none"
    return Finding("model: listed", False, f"the server does not list {model}; {has} (PROVISO_LLM_MODEL)")


def _window(endpoint: Endpoint, configured: int) -> Finding:
    told = endpoint.context_tokens
    if told is None:
        return Finding(
            "model: window", True, f"{configured:,} tokens as configured; the server does not say what it has"
        )
    if told < configured:
        detail = (
            f"{told:,} tokens as the server runs it, less than the {configured:,} configured: prompts are made to fit"
        )
        return Finding("model: window", True, f"{detail} (PROVISO_LLM_CONTEXT_TOKENS)")
    return Finding("model: window", True, f"{configured:,} tokens as configured; the server has {told:,}")


async def _completion(model: GptOss, request: ChatRequest) -> tuple[Finding, Mapping[str, Any] | None]:
    started = time.monotonic()
    try:
        reply = await model.raw(request)
    except ProvisoError as error:
        return Finding("model: answers", False, f"{error.code}: {error.detail}"), None
    took_s = time.monotonic() - started
    message = _message(reply)
    if not message.get("content"):
        why = (reply.get("choices") or [{}])[0].get("finish_reason")
        return Finding("model: answers", False, f"a short question got no answer (finish reason: {why})"), reply
    return Finding("model: answers", True, f"a short answer took {took_s:.1f} s"), reply


async def _stream(model: GptOss, request: ChatRequest) -> Finding:
    started, first_s, pieces = time.monotonic(), 0.0, 0
    try:
        async for delta in model.stream(request):
            pieces += delta.kind in {"text", "reasoning"}
            first_s = first_s or time.monotonic() - started
    except ProvisoError as error:
        return Finding("model: streams", False, f"{error.code}: {error.detail}")
    return Finding("model: streams", True, f"{pieces} pieces, the first after {first_s:.1f} s")


def _thinking(reply: Mapping[str, Any], endpoint: Endpoint) -> Finding:
    message = _message(reply)
    found = [name for name in THINKING_FIELDS if message.get(name)]
    if not found:
        return Finding(
            "model: thinking", True, "the short answer came without thinking, or the server keeps it to itself"
        )
    expected = PROFILES.get(endpoint.profile, GENERIC).thinking
    note = "" if found[0] == expected else f" (others of its kind use {expected}; both are read)"
    return Finding("model: thinking", True, f"arrives in {found[0]}, apart from the answer{note}")


async def _schema(model: GptOss, count: Count) -> Finding:
    asked = f"Say whether you are ready, as JSON only, by this schema: {json.dumps(SCHEMA)}"
    try:
        completion = await model.complete(replace(_request(count, asked), json_schema=SCHEMA))
        ready = json.loads(completion.text)
    except ValueError:
        return Finding("model: JSON schema", True, "not enforced: what is no JSON is repaired, or asked for again")
    except ProvisoError as error:
        return Finding("model: JSON schema", False, f"{error.code}: {error.detail}")
    if not (model.profile or GENERIC).schemas:
        return Finding(
            "model: JSON schema",
            True,
            "stands in the prompt only, this kind of server does not take it; it was kept to",
        )
    kept = isinstance(ready, dict) and isinstance(ready.get("ready"), bool)
    return Finding(
        "model: JSON schema",
        True,
        "taken, and kept to" if kept else "taken, but not kept to: replies are checked and asked for again",
    )


def _counting(reply: Mapping[str, Any], request: ChatRequest, model: GptOss) -> list[Finding]:
    usage = reply.get("usage")
    reported = usage.get("prompt_tokens") if isinstance(usage, Mapping) else None
    if not isinstance(reported, int):
        unknown = "not reported: tokens are counted here, and a prompt cut in silence would not be noticed"
        return [Finding("model: usage", True, unknown)]
    counted = request.counted_prompt_tokens
    usage_said = Finding("model: usage", True, f"reported; the short prompt is {reported} tokens there, {counted} here")
    if "gpt-oss" not in model.model:
        why = f"{model.model} does not count tokens as gpt-oss does"
        return [usage_said, Finding("model: silent cut", True, f"would not be noticed: {why}")]
    return [
        usage_said,
        Finding("model: silent cut", True, "would be noticed: both counts are compared for every answer"),
    ]


def _message(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = reply.get("choices") or [{}]
    message = choices[0].get("message") if isinstance(choices[0], Mapping) else None
    return message if isinstance(message, Mapping) else {}
