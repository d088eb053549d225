"""Turns what the openai client raises into the Llm* errors of Proviso (floor 4): every server's own words, never a key."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import openai

from proviso.errors import ContextOverflow, LlmError, LlmTimeout, LlmUnavailable, ProvisoError

OVERFLOW = re.compile(
    r"context[ _](?:length|window|size)|maximum context|exceed_context|too many (?:input )?tokens|max_new_tokens"
    r"|tokens?\b.{0,80}\b(?:exceed|limit|at most|less than|must be)|(?:exceed|longer than).{0,80}\b(?:tokens?|context)"
    r"|prompt (?:is )?too long|keep the first",
    re.IGNORECASE | re.DOTALL,
)
ABOUT_A_KEY = re.compile(r"\b(?:api|access|auth\w*|bearer|invalid|expired|missing)[ _-](?:token|key)", re.IGNORECASE)
OVERFLOW_STATUSES = frozenset({400, 403, 413, 422})
TIMEOUT_STATUSES = frozenset({408, 504})
RATE_STATUSES = frozenset({429})
REFUSED_STATUSES = frozenset({401, 403})
SENTENCE_CHARS = 600
BEARER = re.compile(r"(?i)bearer\s+\S+|\bsk-[\w*-]{6,}")


def as_llm_error(error: Exception, base_url: str, key: str | None = None) -> ProvisoError:
    """The error of Proviso for what the client raised before or while it read an answer."""
    host = urlsplit(base_url).netloc
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return LlmTimeout(f"The model server at {host} did not answer in time.")
    if isinstance(error, openai.APIConnectionError):
        return LlmUnavailable(f"The model server at {host} cannot be reached: {_cause(error)}.")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, said(error, key), host, retry_after_s(error))
    if isinstance(error, openai.APIError):
        return _of_status(_status_in(error.body), said(error, key), host, None)
    return LlmError(f"The model server at {host} sent something that is not a completion: {type(error).__name__}.")


def broken_off(base_url: str, error: Exception | None = None) -> LlmError:
    """The answer began and then stopped."""
    why = f": {_cause(error)}" if error else ""
    return LlmError(f"The model server at {urlsplit(base_url).netloc} broke off in the middle of its answer{why}.")


def late(base_url: str, waited_s: float) -> LlmTimeout:
    """Nothing was said in the time set for the first word."""
    return LlmTimeout(
        f"The model server at {urlsplit(base_url).netloc} sent no first word within {waited_s:g} s (PROVISO_LLM_FIRST_TOKEN_S)."
    )


def is_overflow(status: int, sentence: str) -> bool:
    """Does a refusal mean that prompt and answer do not fit the window? Together says so with a 403."""
    if status not in OVERFLOW_STATUSES:
        return False
    return status == 413 or (OVERFLOW.search(sentence) is not None and ABOUT_A_KEY.search(sentence) is None)


def said(error: openai.APIError, key: str | None) -> str:
    """The server's own sentence, without any key."""
    body = error.body
    found: Any = body
    while isinstance(found, Mapping):
        found = next((found[name] for name in ("message", "error", "detail") if found.get(name)), "")
    sentence = " ".join(str(found or error.message).split())[:SENTENCE_CHARS]
    return BEARER.sub("…", sentence.replace(key, "…") if key else sentence)


def retry_after_s(error: openai.APIStatusError) -> float | None:
    """What the server asks a client to wait; dates are not read."""
    headers = error.response.headers
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / divisor
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _of_status(status: int, sentence: str, host: str, wait_s: float | None) -> ProvisoError:
    detail = (
        f"The model server at {host} answered {status}: {sentence}"
        if status
        else f"The model server at {host}: {sentence}"
    )
    if is_overflow(status or 400, sentence):
        return ContextOverflow(detail)
    if status in REFUSED_STATUSES:
        return LlmError(f"{detail} (check the key and its rights)")
    if status in TIMEOUT_STATUSES:
        return LlmTimeout(detail)
    if status in RATE_STATUSES or status >= 500:
        return LlmUnavailable(detail, retry_after_s=wait_s)
    return LlmError(detail)


def _status_in(body: object) -> int:
    """The status that an error object inside a stream names, or 0."""
    code = body.get("code", body.get("status")) if isinstance(body, Mapping) else None
    try:
        return int(str(code))
    except ValueError:
        return 0


def _cause(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    if isinstance(cause, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed ({cause.reason or 'no reason given'})"
    return str(cause).strip(" .") or type(cause).__name__
