"""What a refusal means, in the words of each server."""

from __future__ import annotations

import httpx2
import openai
import pytest

from analysis.llm.faults import as_llm_error, is_overflow
from proviso.errors import ContextOverflow, LlmError, LlmTimeout, LlmUnavailable

URL = "http://models.example:8000/v1"
KEY = "tgp_v1_secret"


def refusal(status: int, body: object, headers: dict[str, str] | None = None) -> openai.APIStatusError:
    response = httpx2.Response(status, headers=headers, request=httpx2.Request("POST", URL))
    return openai.APIStatusError("refused", response=response, body=body)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (
            403,
            "Input token count + `max_tokens` parameter must be less than the context length of the model being queried",
        ),
        (400, "`inputs` tokens + `max_new_tokens` must be <= 131073"),
        (400, "Input length (140000) exceeds model's maximum context length (131072)."),
        (400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
        (400, "request (140000 tokens) exceeds the available context size (4096 tokens), try increasing it"),
        (400, "Trying to keep the first 9000 tokens when context overflows."),
        (413, "The request body is too large."),
        (422, "Too many tokens in the prompt"),
    ],
)
def test_every_wording_of_an_overflow_is_one(status: int, sentence: str) -> None:
    assert is_overflow(status, sentence)
    assert isinstance(as_llm_error(refusal(status, {"message": sentence}), URL), ContextOverflow)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, "Invalid token. You do not have access to this model."),
        (403, "The access token has expired and must be renewed"),
        (401, "Invalid API key: context unknown"),
        (400, "temperature must be between 0 and 2"),
        (429, "Limit of 6000 tokens per minute exceeded"),
    ],
)
def test_other_refusals_are_not_overflows(status: int, sentence: str) -> None:
    assert not is_overflow(status, sentence)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, LlmError), (401, LlmError), (404, LlmError), (408, LlmTimeout), (429, LlmUnavailable), (500, LlmUnavailable),
     (502, LlmUnavailable), (503, LlmUnavailable), (504, LlmTimeout)],
)  # fmt: skip
def test_a_status_becomes_an_error_of_ours(status: int, kind: type[Exception]) -> None:
    error = as_llm_error(refusal(status, {"error": {"message": "Because."}}, {"retry-after": "7"}), URL)
    assert type(error) is kind
    assert "Because." in error.detail
    assert "models.example:8000" in error.detail
    assert error.retry_after_s == (7.0 if kind is LlmUnavailable else None)


def test_a_key_is_never_repeated() -> None:
    error = as_llm_error(refusal(401, {"message": f"Bad key {KEY}; sent Bearer abc123 or sk-abcdefgh12"}), URL, KEY)
    assert KEY not in error.detail
    assert "abc123" not in error.detail
    assert "sk-abcdefgh12" not in error.detail


def test_an_answer_that_is_not_json_is_named() -> None:
    assert type(as_llm_error(ValueError("no JSON"), URL)) is LlmError
