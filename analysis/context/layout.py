"""The order of a prompt (floor 4, pure): instructions, documents, history, question last with the rules again.

What changes least comes first, so that a server's prefix cache serves follow-up questions; the question stands where
models attend best. There is one developer message, at index 0, because chat templates drop any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from analysis.context.history import Condensed, condense
from analysis.context.tokens import Tokens
from proviso.types.chat import Message

HISTORY_SHARE = 0.2
"""Of the window: older answers are shortened beyond it, then older turns left out."""

OWN_TAGS = re.compile(r"<(?=\s*/?\s*(?:documents?|passage|omitted|question)\b)", re.IGNORECASE)
"""With blanks in them too: a model reads "< / documents >" as one."""
BREAK = "<\u200b"


@dataclass(frozen=True, slots=True)
class Means:
    """What prompts are written with: the counter, and `shield`, which breaks harmony markers in text that is not
    ours.
    """

    tokens: Tokens
    shield: Callable[[str], str]

    def quoted(self, text: str) -> str:
        """`text` as it may stand in a prompt: no harmony markers, none of our own tags."""
        return OWN_TAGS.sub(BREAK, self.shield(text))


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything of a prompt but the documents. `closing` follows the question: the refusal rule again."""

    instructions: str
    question: str
    closing: str
    history: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt whose history fits, counted without documents; `history` tells what became of the turns."""

    prompt: Prompt
    fixed_tokens: int
    history: Condensed


def prepare(prompt: Prompt, means: Means, context_tokens: int) -> Prepared:
    """Break what must not be taken for markup, and condense the history to a fifth of the window."""
    turns = tuple(
        replace(turn, content=means.quoted(turn.content)) for turn in prompt.history if turn.role != "developer"
    )
    history = condense(turns, means.tokens.count, int(context_tokens * HISTORY_SHARE))
    ready = replace(prompt, question=means.quoted(prompt.question), history=history.kept)
    return Prepared(ready, means.tokens.count_prompt(messages(ready, "")), history)


def messages(prompt: Prompt, documents: str) -> tuple[Message, ...]:
    """The messages in order: developer; documents; history; question and closing."""
    question = f"<question>\n{prompt.question.strip()}\n</question>\n\n{prompt.closing.strip()}".rstrip()
    return (
        Message("developer", prompt.instructions.strip()),
        Message("user", f"<documents>\n{documents}\n</documents>"),
        *prompt.history,
        Message("user", question),
    )
