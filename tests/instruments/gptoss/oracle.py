"""Counts prompts with openai-harmony, the reference implementation, independently of the product's own counting.

The o200k ranks are the ones that llama-index-core ships, so nothing is downloaded.
"""

from __future__ import annotations

import datetime
import functools
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openai_harmony import (  # type: ignore[import-untyped]  # it ships no py.typed
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    HarmonyEncodingName,
    Message,
    ReasoningEffort,
    Role,
    SystemContent,
    load_harmony_encoding,
)

EFFORTS = {each.value.lower(): each for each in ReasoningEffort}
INSTRUCTION_ROLES = ("system", "developer")


@functools.cache
def encoding() -> HarmonyEncoding:
    """The gpt-oss encoding, loaded once."""
    spec = importlib.util.find_spec("llama_index.core")
    if spec is None or spec.origin is None:
        raise RuntimeError("llama-index-core is not installed: its o200k ranks are what the oracle counts with")
    os.environ.setdefault("TIKTOKEN_RS_CACHE_DIR", str(Path(spec.origin).parent / "_static" / "tiktoken_cache"))
    loaded: HarmonyEncoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    return loaded


def text_tokens(text: str) -> list[int]:
    """The tokens of plain text; harmony markers in it are plain text too."""
    return list(encoding().encode(text, disallowed_special=()))


def count_tokens(text: str | None) -> int:
    """How many tokens a plain text has."""
    return len(text_tokens(text)) if text else 0


def prompt_tokens(
    messages: Sequence[Mapping[str, Any]],
    effort: str | None = None,
    *,
    keep_later_instructions: bool = True,
    instructions_end: str = "",
    obey_markers: bool = False,
) -> list[int]:
    """The whole rendered prompt: harmony's system message, the instructions, the turns, and the header of the reply.

    `keep_later_instructions=False` is the official chat template, which ignores every system or developer message but
    the first; `instructions_end` is the blank line that this template adds. `obey_markers` is a server that tokenizes
    the rendered text, where a harmony marker inside a message becomes a real one.
    """
    system = SystemContent.new().with_conversation_start_date(datetime.datetime.now(datetime.UTC).date().isoformat())
    system = system.with_reasoning_effort(EFFORTS.get((effort or "medium").lower(), ReasoningEffort.MEDIUM))
    rendered = [Message.from_role_and_content(Role.SYSTEM, system)]
    for index, message in enumerate(messages):
        if message["role"] in INSTRUCTION_ROLES and index > 0 and not keep_later_instructions:
            continue
        rendered.append(_message(str(message["role"]), content_text(message.get("content")), instructions_end))
    tokens = encoding().render_conversation_for_completion(Conversation.from_messages(rendered), Role.ASSISTANT)
    return list(encoding().encode(encoding().decode(tokens), allowed_special="all") if obey_markers else tokens)


def content_text(content: Any) -> str:
    """The text of a message's content, which may be a string or a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def prompt_text(tokens: Sequence[int]) -> str:
    """The prompt as text again, markers and all."""
    return str(encoding().decode(tokens))


def _message(role: str, text: str, instructions_end: str) -> Message:
    if role in INSTRUCTION_ROLES:
        return Message.from_role_and_content(
            Role.DEVELOPER, DeveloperContent.new().with_instructions(text + instructions_end)
        )
    if role == "assistant":
        return Message.from_role_and_content(Role.ASSISTANT, text).with_channel("final")
    return Message.from_role_and_content(Role.USER, text)
