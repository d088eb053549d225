"""What a scripted server can be told to say, and how it can be told to fail; no wire format (`shapes` has that)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WORD = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """One completion, or with a `status` other than 200 one error.

    `text=None` is `content: null`. `pieces` or `piece_chars` decide how the text is cut into stream chunks; otherwise
    it goes word by word. `prompt_tokens`, `reasoning_tokens` override the honest counts; `usage=False` reports none.
    `clip=False` lets the reply be longer than the request's `max_tokens`.
    """

    text: str | None = None
    reasoning: str | None = None
    finish_reason: str = "stop"
    pieces: tuple[str, ...] | None = None
    piece_chars: int | None = None
    usage: bool = True
    prompt_tokens: int | None = None
    reasoning_tokens: int | None = None
    clip: bool = True
    status: int = 200
    message: str | None = None
    body: Any = None
    retry_after_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def text_pieces(self) -> list[str]:
        """The text as the stream will bring it."""
        if self.pieces is not None:
            return list(self.pieces)
        return split_pieces(self.text or "", self.piece_chars)


@dataclass(frozen=True, slots=True)
class Fault:
    """How one request is spoilt. Of the five `…_after_chunks` the smallest set one happens; a `status` comes first."""

    status: int | None = None
    message: str | None = None
    body: Any = None
    retry_after_s: float | None = None
    delay_s: float = 0.0
    between_chunks_s: float = 0.0
    cut_after_chunks: int | None = None
    reset_after_chunks: int | None = None
    stall_after_chunks: int | None = None
    end_after_chunks: int | None = None
    error_after_chunks: int | None = None

    def as_reply(self) -> Reply | None:
        """The error that takes the reply's place, when this fault is a status."""
        if self.status is None:
            return None
        return Reply(status=self.status, message=self.message, body=self.body, retry_after_s=self.retry_after_s)

    def break_at(self) -> tuple[str, int] | None:
        """The earliest break: its kind and how many chunks go out before it."""
        breaks = {
            "reset": self.reset_after_chunks,
            "cut": self.cut_after_chunks,
            "stall": self.stall_after_chunks,
            "end": self.end_after_chunks,
            "error": self.error_after_chunks,
        }
        planned = [(kind, after) for kind, after in breaks.items() if after is not None]
        return min(planned, key=lambda each: each[1]) if planned else None


NO_FAULT = Fault()


def split_pieces(text: str, piece_chars: int | None = None) -> list[str]:
    """Text in pieces that join to it again: words with their white space, or runs of so many characters."""
    if piece_chars is not None:
        return [text[at : at + piece_chars] for at in range(0, len(text), piece_chars)]
    return WORD.findall(text) or ([text] if text else [])


def an_error(status: int, message: str | None = None, *, retry_after_s: float | None = None, body: Any = None) -> Reply:
    """An error in the server's own form; 401, 403, 404, 413, 422, 429, 500 and 503 have texts of their own."""
    return Reply(status=status, message=message, retry_after_s=retry_after_s, body=body)


def ran_out_of_tokens(reasoning: str = "Let me think about this at great length …", text: str | None = "") -> Reply:
    """Thinking ate the output budget: no content, `finish_reason: "length"`."""
    return Reply(text=text, reasoning=reasoning, finish_reason="length")


def null_with_stop(reasoning: str | None = None) -> Reply:
    """vLLM's answer to a malformed harmony header: `content: null`, `finish_reason: "stop"`."""
    return Reply(text=None, reasoning=reasoning)


def leaked_markers(text: str, reasoning: str = "I should look at the documents.", piece_chars: int | None = 5) -> Reply:
    """Raw harmony in the content; by default every marker is cut across several stream chunks."""
    raw = (
        f"<|channel|>analysis<|message|>{reasoning}<|end|><|start|>assistant<|channel|>final<|message|>{text}<|return|>"
    )
    return Reply(text=raw, piece_chars=piece_chars)


def leaked_words(text: str, reasoning: str = "I should look at the documents.", piece_chars: int | None = 5) -> Reply:
    """The same leak where the special tokens were stripped and only their words are left."""
    return Reply(text=f"analysis{reasoning}assistantfinal{text}", piece_chars=piece_chars)


def truncated_json(value: Any, keep: float = 0.6, finish_reason: str = "length") -> Reply:
    """JSON that stops in the middle."""
    whole = json.dumps(value, ensure_ascii=False)
    return Reply(text=whole[: int(len(whole) * keep)], finish_reason=finish_reason)


def fenced_json(value: Any, before: str = "Here is the JSON you asked for:", after: str = "Let me know!") -> Reply:
    """Good JSON inside a Markdown fence inside chatter."""
    return Reply(text=f"{before}\n```json\n{json.dumps(value, ensure_ascii=False, indent=1)}\n```\n{after}")


def browser_citation(source: int = 6, first_line: int = 9, last_line: int | None = 11) -> str:
    """The citation that gpt-oss was trained to write: 【6†L9-L11】."""
    lines = f"L{first_line}" if last_line is None else f"L{first_line}-L{last_line}"
    return f"【{source}†{lines}】"
