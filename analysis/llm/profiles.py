"""What each kind of server wants of a request for gpt-oss (floor 4, pure): small declared profiles, chosen by URL or by probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlsplit

EffortField = Literal["reasoning_effort", "reasoning", "chat_template_kwargs"]
WindowSource = Literal["models", "props", "ollama", "lmstudio"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of server: role of the instruction message, where effort goes, the name of the output cap, schemas, model names.

    `thinking`: the field in which its thinking arrives (the others are read too). `window`: where it tells its context window.
    `with_schema`: what goes into a body with a schema. `overflow`: what it does with a prompt that is too long. `faults`: what
    else is known of it with gpt-oss; sources in the project's notes, none of it seen on a live server.
    """

    name: str
    role: Literal["developer", "system"] = "developer"
    effort: tuple[EffortField, ...] = ("reasoning_effort",)
    cap: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    schemas: bool = True
    strict: bool = False
    stream_usage: bool = True
    thinking: Literal["reasoning", "reasoning_content"] = "reasoning"
    window: WindowSource = "models"
    overflow: str = "400 with a sentence"
    faults: tuple[str, ...] = ()
    with_schema: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)

    def model(self, name: str) -> str:
        """The name by which this server knows a gpt-oss; any other name goes through unchanged."""
        return self.models.get(name, name)

    def effort_fields(self, effort: str) -> dict[str, Any]:
        """The parts of the request body that carry the reasoning effort."""
        forms: dict[EffortField, Any] = {
            "reasoning_effort": effort,
            "reasoning": {"effort": effort},
            "chat_template_kwargs": {"reasoning_effort": effort},
        }
        return {name: forms[name] for name in self.effort}


BY_SIZE = {"openai/gpt-oss-120b": "gpt-oss:120b", "openai/gpt-oss-20b": "gpt-oss:20b"}
WITH_OWNER = {"gpt-oss-120b": "openai/gpt-oss-120b", "gpt-oss-20b": "openai/gpt-oss-20b"} | {
    ours: owned for owned, ours in BY_SIZE.items()
}

TOGETHER = Profile(
    "together",
    models=WITH_OWNER,
    overflow="403 when prompt and output cap together exceed the window",
    faults=("429 and 503 both mean too many requests at once", "reasoning tokens are not reported apart"),
)
VLLM = Profile(
    "vllm",
    models=WITH_OWNER,
    overflow="400 with the lengths",
    faults=(
        "releases before mid-2026 do not enforce the schema",
        "content null, or raw markers as content, after a malformed header",
        "a stop string matches inside the thinking, so none is sent",
    ),
)
OLLAMA = Profile(
    "ollama",
    role="system",
    models=BY_SIZE,
    window="ollama",
    overflow="no error: it cuts the front of the prompt and answers 200, which only our own count shows",
    faults=(
        "the window is set by OLLAMA_CONTEXT_LENGTH alone and is small by default",
        "the schema is enforced only when some thinking came first",
        "reasoning tokens are not reported apart",
        "markers in a prompt are obeyed, so they are broken before they are sent",
    ),
)
OLLAMA_CLOUD = replace(OLLAMA, name="ollama-cloud", schemas=False)
LLAMACPP = Profile(
    "llamacpp",
    effort=("reasoning_effort", "chat_template_kwargs"),
    thinking="reasoning_content",
    window="props",
    overflow="400 exceed_context_size_error with both counts",
    faults=(
        "the window given at the start is divided among its slots",
        "reasoning tokens are not reported apart",
        "markers in a prompt are obeyed, so they are broken before they are sent",
    ),
)
LMSTUDIO = Profile(
    "lmstudio",
    role="system",
    effort=("reasoning_effort", "reasoning"),
    schemas=False,
    window="lmstudio",
    models=WITH_OWNER,
    overflow="an error that says to keep the first N tokens",
    faults=(
        "a grammar blocks the markers of the format, so the schema goes into the prompt only",
        "its own defaults for temperature and effort differ, so all are sent",
    ),
)
GROQ = Profile(
    "groq",
    cap="max_completion_tokens",
    models=WITH_OWNER,
    faults=("schema and tools together are refused", "thinking sent back in the history is refused"),
)
OPENROUTER = Profile(
    "openrouter",
    effort=("reasoning",),
    models=WITH_OWNER,
    overflow="the error of the host that it chose",
    with_schema={"provider": {"require_parameters": True}},
    faults=("a host that ignores parameters may answer, unless they are required",),
)
GENERIC = Profile(
    "generic", overflow="an error that is not known beforehand: 400, 403, 413 or 422 that speak of tokens or context"
)

PROFILES = {
    each.name: each for each in (TOGETHER, VLLM, OLLAMA, OLLAMA_CLOUD, LLAMACPP, LMSTUDIO, GROQ, OPENROUTER, GENERIC)
}
HOSTS = {
    "together.xyz": TOGETHER,
    "together.ai": TOGETHER,
    "groq.com": GROQ,
    "openrouter.ai": OPENROUTER,
    "ollama.com": OLLAMA_CLOUD,
}
PORTS = {11434: OLLAMA, 1234: LMSTUDIO}
OWNERS = {"vllm": VLLM, "llamacpp": LLAMACPP, "library": OLLAMA, "organization_owner": LMSTUDIO}


def profile_of_url(base_url: str) -> Profile | None:
    """The profile that a base URL gives away, or None."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    named = (profile for domain, profile in HOSTS.items() if host == domain or host.endswith("." + domain))
    return next(named, None) or PORTS.get(parts.port or 0)


def profile_of_models(entries: list[dict[str, Any]]) -> Profile | None:
    """The profile that the entries of `/v1/models` give away, or None."""
    owners = (OWNERS.get(str(entry.get("owned_by"))) for entry in entries)
    return next((each for each in owners if each), None)


def window_of_models(entries: list[dict[str, Any]], model: str) -> int | None:
    """The context window that `/v1/models` reports for a model: vLLM, Together and OpenRouter, Groq, LM Studio."""
    names = ("max_model_len", "context_length", "context_window", "loaded_context_length")
    for entry in entries:
        if entry.get("id") == model:
            return next(
                (int(entry[name]) for name in names if isinstance(entry.get(name), int) and entry[name] > 0), None
            )
    return None


def adapted(profile: Profile, sentence: str) -> Profile | None:
    """The profile without what a server has just refused by name, or None when the refusal was about something else."""
    said = sentence.lower()
    if profile.schemas and any(
        word in said for word in ("response_format", "json_schema", "structured output", "grammar")
    ):
        return replace(profile, schemas=False)
    if profile.role == "developer" and "role" in said and "developer" in said:
        return replace(profile, role="system")
    if profile.cap == "max_tokens" and "max_completion_tokens" in said:
        return replace(profile, cap="max_completion_tokens")
    return None
