"""Request bodies for gpt-oss, and what is read from replies in any server's shape (floor 4, pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.llm.profiles import Profile
from analysis.llm.repetition import Repetition
from analysis.llm.sanitize import HarmonyFilter, Piece
from proviso.types.answers import Effort
from proviso.types.chat import ChatRequest, Completion

LOWER: dict[Effort, Effort] = {"high": "medium", "medium": "low", "low": "low"}
THINKING_FIELDS = ("reasoning", "reasoning_content")
SCHEMA_NAME = "answer"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to send a request: its effort and output cap."""

    effort: Effort
    cap: int


def body_of(request: ChatRequest, attempt: Attempt, profile: Profile, model: str) -> dict[str, Any]:
    """The JSON body of a chat completion; sampling as gpt-oss wants it, and never a `stop`."""
    body: dict[str, Any] = {
        "model": profile.model(request.model or model),
        "messages": [_message(each.role, each.content, profile) for each in request.messages],
        "temperature": 1.0,
        "top_p": 1.0,
        profile.cap: attempt.cap,
    }
    body |= profile.effort_fields(attempt.effort)
    if request.json_schema is not None and profile.schemas:
        schema: dict[str, Any] = {"name": SCHEMA_NAME, "schema": request.json_schema}
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": schema | ({"strict": True} if profile.strict else {}),
        }
        body |= profile.with_schema
    return body


def _message(role: str, content: str, profile: Profile) -> dict[str, str]:
    return {"role": profile.role if role == "developer" else role, "content": content}


class Reading:
    """One reply being read: text and thinking apart, usage, and how it ended. Streams and plain replies alike.
    `taken`: the server did not refuse the request; `begun`: something has come; `spoke`: a first word has; `repeats`: the words have
    become the same stretch over and over."""

    def __init__(self, model: str) -> None:
        self._filter = HarmonyFilter()
        self._repetitions = {"text": Repetition(), "reasoning": Repetition()}
        self.taken = self.begun = self.spoke = False
        self.repeats = False
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._usage: Mapping[str, Any] = {}
        self.finish_reason = ""
        self.model = model

    def take(self, body: Mapping[str, Any], part: Literal["message", "delta"]) -> list[Piece]:
        """The pieces in a whole reply (`message`) or in one event of a stream (`delta`)."""
        self.model = str(body.get("model") or self.model)
        self._usage = _mapping(body.get("usage")) or _mapping(_mapping(body.get("x_groq")).get("usage")) or self._usage
        choices = body.get("choices")
        choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
        self.finish_reason = str(choice.get("finish_reason") or self.finish_reason)
        said = _mapping(choice.get(part))
        thinking = next((said[name] for name in THINKING_FIELDS if isinstance(said.get(name), str) and said[name]), "")
        pieces = [Piece("reasoning", thinking)] if thinking else []
        content = said.get("content")
        self.begun, self.spoke = True, self.spoke or bool(thinking or content)
        return self._keep(pieces + (self._filter.feed(content) if isinstance(content, str) and content else []))

    def close(self) -> list[Piece]:
        """What the filter still held."""
        return self._keep(self._filter.close())

    @property
    def text(self) -> str:
        return "".join(self._text)

    def completion(self) -> Completion:
        """The finished call. Where thinking is not reported apart, `answer_tokens` is all that was generated."""
        generated = _count(self._usage, "completion_tokens")
        thought = _count(_mapping(self._usage.get("completion_tokens_details")), "reasoning_tokens")
        answered = generated if generated is None or thought is None else max(0, generated - thought)
        return Completion(
            text=self.text.strip(),
            reasoning="".join(self._reasoning),
            finish_reason=self.finish_reason,
            model=self.model,
            prompt_tokens=_count(self._usage, "prompt_tokens"),
            reasoning_tokens=thought,
            answer_tokens=answered,
            cached_tokens=_count(_mapping(self._usage.get("prompt_tokens_details")), "cached_tokens")
            or _count(self._usage, "cached_tokens")
            or 0,
        )

    def _keep(self, pieces: list[Piece]) -> list[Piece]:
        for kind, text in pieces:
            self.repeats = self.repeats or (kind != "void" and self._repetitions[kind].feed(text))
            if kind == "text":
                self._text.append(text)
            elif kind == "reasoning":
                self._reasoning.append(text)
            else:
                self._reasoning += self._text
                self._text = []
        return pieces


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
