"""The wire forms of three more servers, as far as they differ from vLLM's: LM Studio, Groq, OpenRouter.

Sources are in the project's notes on gpt-oss; nothing here was recorded from a live server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from typing_extensions import override

from tests.instruments.gptoss.completion import Completion
from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.replies import Reply, an_error
from tests.instruments.gptoss.shapes import MESSAGES, Ollama, Vllm
from tests.instruments.gptoss.shapes import SHAPES as SERVERS


class LmStudio(Vllm):
    """LM Studio: an overflow error of its own, its window only at `/api/v0/models`, no reasoning tokens."""

    name = "lmstudio"
    reports_reasoning = False
    keep_later_instructions = False
    empty = ""

    @override
    def overflow(self, tokens: int) -> Reply:
        text = f"Trying to keep the first {tokens} tokens when context the overflows. However, the model is loaded with context "
        return an_error(400, body={"error": f"{text}length of only {self.context_tokens} tokens, which is not enough."})

    @override
    def model_entry(self, model: str) -> dict[str, Any]:
        return {"id": model, "object": "model", "owned_by": "organization_owner"}

    @override
    def extra_route(self, request: Exchange) -> Any | None:
        if request.method == "GET" and request.path == "/api/v0/models":
            window = {"max_context_length": 131_072, "loaded_context_length": self.context_tokens}
            return {"object": "list", "data": [{"id": model, "state": "loaded", **window} for model in self.models]}
        return None


class Groq(Vllm):
    """Groq: usage of a stream in `x_groq`, 413 for what is too large, `context_window` in its list."""

    name = "groq"
    empty = ""

    @override
    def overflow(self, tokens: int) -> Reply:
        return an_error(413, f"Request too large: {tokens} tokens exceed the limit of {self.context_tokens}.")

    @override
    def closing(self, done: Completion) -> Iterator[dict[str, Any]]:
        yield self._event(done, {}, done.finish_reason) | {"x_groq": {"id": "req_scripted", "usage": self.usage(done)}}

    @override
    def model_entry(self, model: str) -> dict[str, Any]:
        return {"id": model, "object": "model", "owned_by": "OpenAI", "context_window": self.context_tokens}


class OpenRouter(Vllm):
    """OpenRouter: `reasoning_details` beside `reasoning`, errors as `{"error":{"code","message"}}`, also inside a 200."""

    name = "openrouter"
    empty = ""

    @override
    def error(self, status: int, message: str | None) -> Any:
        return {
            "error": {
                "code": status,
                "message": message or MESSAGES.get(status),
                "metadata": {"provider_name": "Scripted"},
            }
        }

    @override
    def message(self, done: Completion) -> dict[str, Any]:
        details = [{"type": "reasoning.text", "text": done.reasoning}] if done.reasoning else []
        return super().message(done) | {"reasoning_details": details}

    @override
    def model_entry(self, model: str) -> dict[str, Any]:
        return {"id": model, "name": model, "context_length": self.context_tokens}


class LoadedOllama(Ollama):
    """A recent Ollama: `/api/ps` tells the window of the model once it is loaded, which the first completion does."""

    name: ClassVar[str] = "ollama-new"

    def __init__(self, context_tokens: int) -> None:
        super().__init__(context_tokens)
        self.loaded: str | None = None

    @override
    def render(self, request: Exchange) -> list[int]:
        self.loaded = request.model
        return super().render(request)

    @override
    def extra_route(self, request: Exchange) -> Any | None:
        if request.method == "GET" and request.path == "/api/ps":
            loaded = [{"name": self.loaded, "model": self.loaded, "context_length": self.context_tokens}]
            return {"models": loaded if self.loaded else []}
        if request.method == "POST" and request.path == "/api/show":
            return {"parameters": "temperature 1", "model_info": {"gptoss.context_length": 131_072}}
        return None


SHAPES: dict[str, type[Vllm]] = SERVERS | {each.name: each for each in (LmStudio, Groq, OpenRouter, LoadedOllama)}
