"""Which dialect is spoken with whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.llm.profiles import (
    LMSTUDIO,
    OLLAMA_CLOUD,
    PROFILES,
    adapted,
    profile_of_models,
    profile_of_url,
    window_of_models,
)
from analysis.llm.wire import Attempt, Reading, body_of
from proviso.types.chat import ChatRequest, Message

REQUEST = ChatRequest(
    "answer",
    (Message("developer", "Be exact."), Message("user", "Which law?")),
    "high",
    500,
    90,
    json_schema={"type": "object"},
)


def body(profile: str, model: str = "openai/gpt-oss-120b") -> dict[str, object]:
    return body_of(REQUEST, Attempt("high", 500), PROFILES[profile], model)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.together.xyz/v1", "together"),
        ("https://api.groq.com/openai/v1", "groq"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("http://localhost:11434/v1", "ollama"),
        ("http://127.0.0.1:1234/v1", "lmstudio"),
        ("http://gpu.internal:8000/v1", None),
        ("https://together.xyz.evil.example/v1", None),
    ],
)
def test_the_base_url_tells_the_server(url: str, name: str | None) -> None:
    found = profile_of_url(url)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("owner", "name"), [("vllm", "vllm"), ("llamacpp", "llamacpp"), ("library", "ollama"), ("me", None)]
)
def test_the_list_of_models_tells_the_server(owner: str, name: str | None) -> None:
    found = profile_of_models([{"id": "x", "owned_by": owner}])
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("profile", "given", "sent"),
    [
        ("ollama", "openai/gpt-oss-20b", "gpt-oss:20b"),
        ("together", "gpt-oss-120b", "openai/gpt-oss-120b"),
        ("vllm", "gpt-oss:20b", "openai/gpt-oss-20b"),
        ("generic", "my-finetune", "my-finetune"),
        ("ollama", "gpt-oss:20b-cloud", "gpt-oss:20b-cloud"),
    ],
)
def test_gpt_oss_is_called_by_its_name_there(profile: str, given: str, sent: str) -> None:
    assert body(profile, given)["model"] == sent


@pytest.mark.parametrize("profile", PROFILES)
def test_every_body_has_the_sampling_of_gpt_oss_and_no_stop(profile: str) -> None:
    made = body(profile)
    assert (made["temperature"], made["top_p"]) == (1.0, 1.0)
    assert "stop" not in made
    assert [each["role"] for each in made["messages"]] == [PROFILES[profile].role, "user"]  # type: ignore[attr-defined]
    assert made.get("max_tokens") or made.get("max_completion_tokens")
    assert "high" in str([made.get("reasoning_effort"), made.get("reasoning"), made.get("chat_template_kwargs")])
    assert ("response_format" in made) == (profile not in {LMSTUDIO.name, OLLAMA_CLOUD.name})


def test_a_refused_feature_is_left_out_the_next_time() -> None:
    together = PROFILES["together"]
    assert adapted(together, "Invalid role: developer") == replace(together, role="system")
    no_schema = adapted(together, "response_format of type json_schema is not supported")
    assert no_schema is not None
    assert not no_schema.schemas
    assert adapted(together, "the prompt is too long") is None


def test_the_context_window_is_read_from_the_list_of_models() -> None:
    assert window_of_models([{"id": "a", "max_model_len": 4096}, {"id": "b"}], "a") == 4096
    assert window_of_models([{"id": "a", "context_length": 131072}], "a") == 131072
    assert window_of_models([{"id": "a", "max_model_len": 4096}], "b") is None


def test_usage_is_read_in_every_shape() -> None:
    reading = Reading("m")
    usage = {"prompt_tokens": 9, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 3}}
    reading.take({"choices": [], "x_groq": {"usage": usage}}, "delta")
    done = reading.completion()
    assert (done.prompt_tokens, done.reasoning_tokens, done.answer_tokens) == (9, 3, 4)
    bare = Reading("m")
    bare.take({"usage": {"prompt_tokens": 9, "completion_tokens": 7}}, "message")
    assert (bare.completion().reasoning_tokens, bare.completion().answer_tokens) == (None, 7)
    assert Reading("m").completion().prompt_tokens is None
