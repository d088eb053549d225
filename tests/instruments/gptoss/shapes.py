"""The wire forms of the servers: where thinking arrives, what usage says, how errors and overflows look.

Sources are in the project's notes on gpt-oss; nothing here was recorded from a live server. A shape decides form only:
what is said comes from the script.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from typing_extensions import override

from tests.instruments.gptoss import oracle
from tests.instruments.gptoss.completion import Completion
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.replies import Reply, an_error

MESSAGES = {
    400: "The request is malformed.",
    401: "Invalid API key provided.",
    403: "You do not have access to this resource.",
    404: "The requested resource was not found.",
    413: "The request body is too large.",
    422: "The request could not be processed.",
    429: "Rate limit reached. Please slow down.",
    500: "Internal server error.",
    502: "Bad gateway.",
    503: "The server is overloaded or not ready yet.",
    504: "The upstream server timed out.",
}


class Vllm:
    """vLLM of 2026: `reasoning`, reasoning tokens in usage, `max_tokens` clamped to what is left of the window."""

    name: ClassVar[str] = "vllm"
    models: ClassVar[tuple[str, ...]] = ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
    thinking: ClassVar[str] = "reasoning"
    empty: ClassVar[str | None] = None
    reports_reasoning: ClassVar[bool] = True
    keep_later_instructions: ClassVar[bool] = True
    instructions_end: ClassVar[str] = ""
    obey_markers: ClassVar[bool] = False
    knows_models: ClassVar[bool] = True
    error_types: ClassVar[dict[int, str]] = {
        400: "BadRequestError",
        404: "NotFoundError",
        429: "RateLimitError",
        500: "InternalServerError",
        503: "ServiceUnavailableError",
    }

    def __init__(self, context_tokens: int) -> None:
        self.context_tokens = context_tokens

    def max_tokens(self, request: Exchange) -> int | None:
        """The output cap that this server takes from the request."""
        asked = request.body.get("max_completion_tokens") or request.body.get("max_tokens")
        left = max(self.context_tokens - request.prompt_tokens, 1)
        return left if asked is None else min(int(asked), left)

    def render(self, request: Exchange) -> list[int]:
        """The prompt in tokens, as this server renders it."""
        return oracle.prompt_tokens(
            request.messages,
            request.effort,
            keep_later_instructions=self.keep_later_instructions,
            instructions_end=self.instructions_end,
            obey_markers=self.obey_markers and bool(request.harmony_markers()),
        )

    def admit(self, request: Exchange) -> Reply | None:
        """Nothing if the prompt fits; else this server's own refusal. May cut `request.seen_tokens` instead."""
        if request.prompt_tokens <= self.context_tokens:
            return None
        return self.overflow(request.prompt_tokens)

    def overflow(self, tokens: int) -> Reply:
        """The refusal of a prompt that is too long."""
        return an_error(400, f"Input length ({tokens}) exceeds model's maximum context length ({self.context_tokens}).")

    def unknown_model(self, model: str) -> Reply:
        """The refusal of a model that is not served."""
        return an_error(404, f"The model `{model}` does not exist.")

    def error(self, status: int, message: str | None) -> Any:
        """The body of an error."""
        if status == 401:
            return {"error": "Unauthorized"}
        kind = self.error_types.get(status, "Error")
        return {"error": {"message": message or MESSAGES.get(status), "type": kind, "param": None, "code": status}}

    def usage(self, done: Completion) -> dict[str, Any] | None:
        """The usage object, or nothing when the script says that none is reported."""
        if done.usage is None:
            return None
        counts: dict[str, Any] = {
            "prompt_tokens": done.usage.prompt,
            "total_tokens": done.usage.total,
            "completion_tokens": done.usage.completion,
            "prompt_tokens_details": None,
        }
        if self.reports_reasoning:
            counts["completion_tokens_details"] = {"reasoning_tokens": done.usage.reasoning}
        return counts

    def message(self, done: Completion) -> dict[str, Any]:
        """The message of a plain reply."""
        return {
            "role": "assistant",
            "content": done.text,
            "refusal": None,
            "annotations": None,
            "audio": None,
            "function_call": None,
            "tool_calls": [],
            self.thinking: done.reasoning,
        }

    def plain(self, done: Completion) -> dict[str, Any]:
        """The body of a plain reply."""
        choice = {"index": 0, "message": self.message(done), "logprobs": None, "finish_reason": done.finish_reason}
        body = self._head(done, "chat.completion") | {"choices": [choice]}
        return body | ({"usage": self.usage(done)} if done.usage else {})

    def events(self, done: Completion) -> Iterator[dict[str, Any]]:
        """The events of a streamed reply, `[DONE]` not included."""
        yield self._event(done, self.opening_delta())
        for piece in done.reasoning_pieces():
            yield self._event(done, {self.thinking: piece})
        for piece in done.text_pieces:
            yield self._event(done, {"content": piece})
        yield from self.closing(done)

    def opening_delta(self) -> dict[str, Any]:
        """The delta of the first event."""
        return {"role": "assistant", "content": ""}

    def closing(self, done: Completion) -> Iterator[dict[str, Any]]:
        """The finish event, and usage in an event of its own if it was asked for."""
        yield self._event(done, {}, done.finish_reason)
        if done.usage_asked and done.usage:
            yield self._head(done, "chat.completion.chunk") | {"choices": [], "usage": self.usage(done)}

    def model_list(self) -> Any:
        """The body of `/v1/models`."""
        return {"object": "list", "data": [self.model_entry(model) for model in self.models]}

    def model_entry(self, model: str) -> dict[str, Any]:
        """One entry of `/v1/models`."""
        entry = {"id": model, "object": "model", "created": 1754500000, "owned_by": "vllm", "root": model}
        return entry | {"parent": None, "max_model_len": self.context_tokens}

    def extra_route(self, request: Exchange) -> Any | None:
        """The body for a route that only this server has."""
        return None

    def _head(self, done: Completion, kind: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{done.serial:06d}", "object": kind, "created": done.created, "model": done.model}

    def _event(self, done: Completion, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._head(done, "chat.completion.chunk") | {"choices": [choice]}


class OldVllm(Vllm):
    """vLLM before mid-2026: `reasoning_content`, no reasoning tokens, the older overflow text."""

    name = "vllm-old"
    thinking = "reasoning_content"
    reports_reasoning = False

    @override
    def overflow(self, tokens: int) -> Reply:
        return an_error(
            400,
            f"This model's maximum context length is {self.context_tokens} tokens. However, you requested {tokens} "
            "tokens in the messages, Please reduce the length of the messages.",
        )


class Together(Vllm):
    """Together: 403 when input and `max_tokens` exceed the window; usage rides on the finish event, asked or not."""

    name = "together"
    reports_reasoning = False
    empty = ""
    error_types: ClassVar[dict[int, str]] = {
        401: "invalid_request_error",
        429: "rate_limit",
        500: "server_error",
        503: "service_unavailable",
    }

    @override
    def max_tokens(self, request: Exchange) -> int | None:
        asked = request.body.get("max_completion_tokens") or request.body.get("max_tokens")
        return None if asked is None else int(asked)

    @override
    def admit(self, request: Exchange) -> Reply | None:
        asked = self.max_tokens(request) or 0
        if request.prompt_tokens + asked <= self.context_tokens:
            return None
        return self.overflow(request.prompt_tokens + asked)

    @override
    def overflow(self, tokens: int) -> Reply:
        return an_error(
            403,
            "Input token count + `max_tokens` parameter must be less than the context length of the model being "
            f"queried ({self.context_tokens}). Given: {tokens}.",
        )

    @override
    def unknown_model(self, model: str) -> Reply:
        return an_error(404, f"Unable to access model {model}. Please check the list of available models.")

    @override
    def error(self, status: int, message: str | None) -> Any:
        kind = self.error_types.get(status, "invalid_request_error")
        text = message or MESSAGES.get(status)
        code = "invalid_api_key" if status == 401 else None
        return {"id": "oScripted", "error": {"message": text, "type": kind, "param": None, "code": code}}

    @override
    def usage(self, done: Completion) -> dict[str, Any] | None:
        if done.usage is None:
            return None
        counts = {"prompt_tokens": done.usage.prompt, "completion_tokens": done.usage.completion}
        return counts | {"total_tokens": done.usage.total, "cached_tokens": 0}

    @override
    def message(self, done: Completion) -> dict[str, Any]:
        return {"role": "assistant", "content": done.text, "tool_calls": [], "reasoning": done.reasoning}

    @override
    def plain(self, done: Completion) -> dict[str, Any]:
        return super().plain(done) | {"prompt": [], "kv_transfer_params": None}

    @override
    def closing(self, done: Completion) -> Iterator[dict[str, Any]]:
        yield self._event(done, {"role": "assistant", "content": ""}, done.finish_reason) | {"usage": self.usage(done)}

    @override
    def model_list(self) -> Any:
        return [self.model_entry(model) for model in self.models]

    @override
    def model_entry(self, model: str) -> dict[str, Any]:
        entry = {"id": model, "object": "model", "created": 1754500000, "type": "chat", "organization": "OpenAI"}
        return entry | {"context_length": self.context_tokens}


class Ollama(Vllm):
    """Ollama's /v1: cuts the front of a long prompt and answers 200; ignores `max_completion_tokens`."""

    name = "ollama"
    models = ("gpt-oss:120b", "gpt-oss:20b")
    empty = ""
    reports_reasoning = False
    keep_later_instructions = False
    instructions_end = "\n\n"
    obey_markers = True
    error_types: ClassVar[dict[int, str]] = {400: "invalid_request_error", 404: "not_found_error"}
    kept_front_tokens: ClassVar[int] = 4

    @override
    def max_tokens(self, request: Exchange) -> int | None:
        asked = request.body.get("max_tokens")
        return None if asked is None else int(asked)

    @override
    def admit(self, request: Exchange) -> Reply | None:
        """Drops the oldest turns, then keeps four tokens and the last half of the window; never a word about it."""
        turns = [each for each in request.messages if each.get("role") not in oracle.INSTRUCTION_ROLES]
        instructions = [each for each in request.messages if each.get("role") in oracle.INSTRUCTION_ROLES]
        while request.prompt_tokens > self.context_tokens and len(turns) > 1:
            turns.pop(0)
            request.seen_tokens = oracle.prompt_tokens(
                instructions + turns,
                request.effort,
                keep_later_instructions=False,
                instructions_end=self.instructions_end,
            )
        if request.prompt_tokens > self.context_tokens:
            front, half = self.kept_front_tokens, (self.context_tokens - self.kept_front_tokens) // 2
            request.seen_tokens = request.seen_tokens[:front] + request.seen_tokens[-half:]
        return None

    @override
    def unknown_model(self, model: str) -> Reply:
        return an_error(404, f'model "{model}" not found, try pulling it first')

    @override
    def error(self, status: int, message: str | None) -> Any:
        kind = self.error_types.get(status, "api_error")
        return {"error": {"message": message or MESSAGES.get(status), "type": kind, "param": None, "code": None}}

    @override
    def usage(self, done: Completion) -> dict[str, Any] | None:
        if done.usage is None:
            return None
        counts = {"prompt_tokens": done.usage.prompt, "completion_tokens": done.usage.completion}
        return counts | {"total_tokens": done.usage.total}

    @override
    def message(self, done: Completion) -> dict[str, Any]:
        thinking = {"reasoning": done.reasoning} if done.reasoning else {}
        return {"role": "assistant", "content": done.text} | thinking

    @override
    def events(self, done: Completion) -> Iterator[dict[str, Any]]:
        for piece in done.reasoning_pieces():
            yield self._event(done, {"role": "assistant", "content": "", "reasoning": piece})
        for piece in done.text_pieces:
            yield self._event(done, {"role": "assistant", "content": piece})
        yield from self.closing(done)

    @override
    def model_entry(self, model: str) -> dict[str, Any]:
        return {"id": model, "object": "model", "created": 1754500000, "owned_by": "library"}


class LlamaCpp(Vllm):
    """llama-server: `reasoning_content`, `timings`, the exact overflow error, `/props` and `…/input_tokens`."""

    name = "llama.cpp"
    models = ("gpt-oss-20b-mxfp4.gguf",)
    thinking = "reasoning_content"
    empty = ""
    reports_reasoning = False
    keep_later_instructions = False
    instructions_end = "\n\n"
    obey_markers = True
    knows_models = False
    error_types: ClassVar[dict[int, str]] = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        500: "server_error",
        503: "unavailable_error",
    }

    @override
    def overflow(self, tokens: int) -> Reply:
        text = f"request ({tokens} tokens) exceeds the available context size ({self.context_tokens} tokens), "
        error = {"code": 400, "message": text + "try increasing it", "type": "exceed_context_size_error"}
        return an_error(400, body={"error": error | {"n_prompt_tokens": tokens, "n_ctx": self.context_tokens}})

    @override
    def error(self, status: int, message: str | None) -> Any:
        kind = self.error_types.get(status, "server_error")
        return {"error": {"code": status, "message": message or MESSAGES.get(status), "type": kind}}

    @override
    def usage(self, done: Completion) -> dict[str, Any] | None:
        if done.usage is None:
            return None
        counts: dict[str, Any] = {
            "completion_tokens": done.usage.completion,
            "prompt_tokens": done.usage.prompt,
            "total_tokens": done.usage.total,
        }
        return counts | {"prompt_tokens_details": {"cached_tokens": 0}}

    @override
    def message(self, done: Completion) -> dict[str, Any]:
        thinking = {"reasoning_content": done.reasoning} if done.reasoning else {}
        return {"role": "assistant", "content": done.text} | thinking

    @override
    def plain(self, done: Completion) -> dict[str, Any]:
        return super().plain(done) | self.timings(done)

    @override
    def opening_delta(self) -> dict[str, Any]:
        return {"role": "assistant", "content": None}

    @override
    def closing(self, done: Completion) -> Iterator[dict[str, Any]]:
        finish = self._event(done, {}, done.finish_reason)
        if not (done.usage_asked and done.usage):
            yield finish | self.timings(done)
            return
        yield finish
        closing = self._head(done, "chat.completion.chunk") | {"choices": [], "usage": self.usage(done)}
        yield closing | self.timings(done)

    def timings(self, done: Completion) -> dict[str, Any]:
        """The `timings` object, with a speed made up to be constant."""
        if done.usage is None:
            return {}
        prompt, predicted = done.usage.prompt, done.usage.completion
        counts = {"cache_n": 0, "prompt_n": prompt, "prompt_ms": float(prompt), "predicted_n": predicted}
        return {"timings": counts | {"predicted_ms": predicted * 10.0, "predicted_per_second": 100.0}}

    @override
    def model_entry(self, model: str) -> dict[str, Any]:
        meta = {"vocab_type": 2, "n_vocab": 201088, "n_ctx_train": 131072, "n_embd": 2880}
        return {"id": model, "object": "model", "created": 1754500000, "owned_by": "llamacpp", "meta": meta}

    @override
    def extra_route(self, request: Exchange) -> Any | None:
        if request.method == "GET" and request.path == "/props":
            settings = {"n_ctx": self.context_tokens, "id": 0, "is_processing": False}
            return {"default_generation_settings": settings, "total_slots": 1, "model_path": self.models[0]}
        if request.method == "POST" and request.path.endswith("/chat/completions/input_tokens"):
            return {"input_tokens": len(self.render(request))}
        return None


SHAPES: dict[str, type[Vllm]] = {each.name: each for each in (Together, Vllm, OldVllm, Ollama, LlamaCpp)}
