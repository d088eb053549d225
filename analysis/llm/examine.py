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
from analysis.llm.sanitize import MARKER
from analysis.llm.wire import THINKING_FIELDS
from proviso.errors import ProvisoError
from proviso.types.chat import ChatRequest, Message

OUTPUT_TOKENS = 1_000
CUT_SHARE = 0.5
"""Servers render the same short prompt to within a few tokens of our count; half of it is no other way of rendering it."""
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
        accepted = "the key is not refused" if key else "it asks for no key"
        return Finding("model: reachable", True, f"{endpoint.base_url} answers in {endpoint.took_ms} ms, {accepted}")
    return Finding("model: reachable", False, endpoint.detail)


def _kind(endpoint: Endpoint) -> Finding:
    profile = PROFILES.get(endpoint.profile, GENERIC)
    known = f" Known of it: {'; '.join(profile.faults)}." if profile.faults else ""
    too_long = f"A prompt that is too long gives {profile.overflow}."
    return Finding(
        "model: kind of server", True, f"{profile.name} (PROVISO_LLM_PROFILE names another). {too_long}{known}"
    )


def _listed(endpoint: Endpoint, model: str) -> Finding:
    if endpoint.serves_model is None:
        return Finding("model: listed", True, "the server lists no models, so it is not known whether it has this one")
    if endpoint.serves_model:
        name = PROFILES.get(endpoint.profile, GENERIC).model(model)
        if name in endpoint.models:
            return Finding("model: listed", True, f"{name} is served")
        one = f"the server runs {endpoint.models[0]} and answers as it whatever name is asked for"
        return Finding("model: listed", True, f"{one}; asked for is {model} (PROVISO_LLM_MODEL)")
    near = endpoint.near(model) or endpoint.models[:3]
    has = f"did you mean {' or '.join(near)}?" if near else "it lists none"
    return Finding("model: listed", False, f"the server does not list {model}; {has} (PROVISO_LLM_MODEL)")


def _window(endpoint: Endpoint, configured: int) -> Finding:
    told = endpoint.context_tokens
    if told is None:
        detail = f"{configured:,} tokens as configured; the server does not say what it has"
        if PROFILES.get(endpoint.profile, GENERIC).window == "ollama":
            detail += (
                ". Give it as many (OLLAMA_CONTEXT_LENGTH): it cuts what is longer, and a cut prompt is an error here"
            )
        return Finding("model: window", True, detail)
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
    content = _message(reply).get("content")
    if not content:
        why = str((reply.get("choices") or [{}])[0].get("finish_reason"))
        return Finding("model: answers", False, f"a short question got no answer: {_silence(why)}"), reply
    leaked = ". It holds raw markers of the format, which are taken out here" if MARKER.search(str(content)) else ""
    return Finding("model: answers", True, f"a short answer took {took_s:.1f} s{leaked}"), reply


def _silence(finish_reason: str) -> str:
    """What an empty answer means."""
    if finish_reason == "length":
        return f"all {OUTPUT_TOKENS:,} output tokens went into thinking; the server may not pass the effort on to the model"
    if finish_reason == "content_filter":
        return "the server's filter held it back"
    return f"the model stopped by itself (finish reason: {finish_reason}); a newer release of the server may read its format"


async def _stream(model: GptOss, request: ChatRequest) -> Finding:
    started, first_s, pieces = time.monotonic(), 0.0, 0
    try:
        async for delta in model.stream(request):
            pieces += delta.kind in {"text", "reasoning"}
            first_s = first_s or time.monotonic() - started
    except ProvisoError as error:
        return Finding("model: streams", False, f"{error.code}: {error.detail}")
    return Finding(
        "model: streams", True, f"{pieces} piece{'' if pieces == 1 else 's'}, the first after {first_s:.1f} s"
    )


def _thinking(reply: Mapping[str, Any], endpoint: Endpoint) -> Finding:
    message = _message(reply)
    found = [name for name in THINKING_FIELDS if message.get(name)]
    if not found and MARKER.search(str(message.get("content"))):
        raw = "stands raw inside the answer, from which it is taken out here; the server has a setting that parts them"
        return Finding("model: thinking", True, raw)
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
    if not (model.server.profile or GENERIC).schemas:
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
    both = f"reported; the short prompt is {reported} tokens there, {counted} here"
    if "gpt-oss" not in model.model:
        why = f"{model.model} does not count tokens as gpt-oss does"
        return [
            Finding("model: usage", True, both),
            Finding("model: silent cut", True, f"would not be noticed: {why}"),
        ]
    if reported < counted * CUT_SHARE:
        mend = "give the server a larger window (for Ollama: OLLAMA_CONTEXT_LENGTH)"
        return [Finding("model: usage", True, both), Finding("model: silent cut", False, f"even this is cut; {mend}")]
    noticed = "would be noticed: both counts are compared for every answer"
    return [Finding("model: usage", True, both), Finding("model: silent cut", True, noticed)]


def _message(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = reply.get("choices") or [{}]
    message = choices[0].get("message") if isinstance(choices[0], Mapping) else None
    return message if isinstance(message, Mapping) else {}
