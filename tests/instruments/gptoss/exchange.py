"""What the server remembers of one request, for the assertions of a test."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.instruments.gptoss import oracle
from tests.instruments.gptoss.replies import Reply

HARMONY_MARKER = re.compile(r"<\|(?:start|end|message|channel|constrain|return|call|startoftext|endoftext)\|>")


@dataclass(slots=True)
class Exchange:
    """One request and what became of it; still changing until `closed` is set."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: Any = None
    status: int | None = None
    reply: Reply | None = None
    seen_tokens: list[int] = field(default_factory=list)
    chunks_sent: int = 0
    finished: bool = False
    disconnected: bool = False
    started_at: float = field(default_factory=time.monotonic)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def is_chat(self) -> bool:
        """Was a completion asked for?"""
        return self.method == "POST" and self.path.endswith("/chat/completions")

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The chat messages as they came."""
        found = self.body.get("messages") if isinstance(self.body, dict) else None
        return found if isinstance(found, list) else []

    @property
    def instructions(self) -> str:
        """The text of the first system or developer message, or nothing."""
        return self._first_text(oracle.INSTRUCTION_ROLES, self.messages)

    @property
    def last_user(self) -> str:
        """The text of the last user message: what rules are matched against."""
        return self._first_text(("user",), list(reversed(self.messages)))

    @property
    def text(self) -> str:
        """All messages, one after the other."""
        return "\n".join(oracle.content_text(each.get("content")) for each in self.messages)

    @property
    def effort(self) -> str | None:
        """The reasoning effort, wherever the request carried it."""
        if not isinstance(self.body, dict):
            return None
        places = [self.body.get("reasoning_effort")]
        places += [(self.body.get(name) or {}).get(key) for name, key in NESTED_EFFORT]
        return next((str(each) for each in places if each), None)

    @property
    def model(self) -> str | None:
        """The model that was asked for."""
        return self.body.get("model") if isinstance(self.body, dict) else None

    @property
    def stream(self) -> bool:
        """Was a stream asked for?"""
        return bool(isinstance(self.body, dict) and self.body.get("stream"))

    @property
    def prompt_tokens(self) -> int:
        """What this server says the prompt cost: after the cut, where it cuts."""
        return len(self.seen_tokens)

    @property
    def seen_text(self) -> str:
        """The rendered prompt as the model would have seen it: after the cut, where the server cuts."""
        return oracle.prompt_text(self.seen_tokens)

    def harmony_markers(self) -> list[str]:
        """Harmony markers that arrived unbroken inside message texts: some servers would obey them."""
        return HARMONY_MARKER.findall(self.text)

    def wait_closed(self, timeout_s: float = 10.0) -> bool:
        """Blocks until the exchange is over, however it ended."""
        return self.closed.wait(timeout_s)

    @staticmethod
    def _first_text(roles: tuple[str, ...], messages: list[dict[str, Any]]) -> str:
        return next((oracle.content_text(each.get("content")) for each in messages if each.get("role") in roles), "")


NESTED_EFFORT = (("reasoning", "effort"), ("chat_template_kwargs", "reasoning_effort"))
