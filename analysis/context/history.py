"""The turns before a question (floor 4, pure): what of them a prompt carries, and what a follow-up asks that does not say it all.

Older answers are shortened before anything is left out, and what was left out is counted: nothing goes in silence. Rules, not a model:
the same history is condensed the same way, so that a server's prefix cache still serves the turns after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from proviso.types.answers import HistoryKept
from proviso.types.chat import Message

SHORT_CHARS = 320
"""What is kept of an answer at most; always its first sentence, up to this."""
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(]?[A-Z\d])|\n\s*\n")
MARKERS = re.compile(r"\s*(?:\[\d+(?:\s*[,;–-]\s*\d+)*\]|【[^】]*】)")
SHORTENED = "[The rest of this earlier answer was left out.]"

FOLLOWS = re.compile(
    r"^\W*(?:and|but|or|so|then|also|what about|how about|what of|what if|why|why not|how so|since when|same|likewise"
    r"|in that case|if so|if not|otherwise|really|are you sure|which one|who else|what else|anything else|any others?|more)\b",
    re.IGNORECASE,
)
POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|that|those|these|this one|that one|the same|the former"
    r"|the latter|the others?|the above|said|such)\b(?!\s+(?:agreement|contract|document|is|are|was|were)\b)",
    re.IGNORECASE,
)
WORDS = re.compile(r"\w+(?:['’-]\w+)*")
SHORT_QUESTION_WORDS = 3
BACKWARD_WORDS = 12
"""A longer question says enough itself, though it may say "it"."""
LOOKED_BACK = 3


@dataclass(frozen=True, slots=True)
class Condensed:
    """The turns that are kept, oldest first; how many answers among them were shortened, how many messages left out, and the tokens
    saved by each."""

    kept: tuple[Message, ...]
    shortened: int = 0
    shortened_tokens: int = 0
    left_out: int = 0
    left_out_tokens: int = 0

    @property
    def counts(self) -> HistoryKept:
        return HistoryKept(len(self.kept), self.shortened, self.left_out)

    def told(self) -> list[str]:
        """What was done, for the receipt's reason."""
        out = []
        if self.shortened:
            out.append(
                f"{self.shortened} older answers of the history were shortened by {self.shortened_tokens:,} tokens"
            )
        if self.left_out:
            size = f"{self.left_out_tokens:,} tokens"
            out.append(f"the {self.left_out} oldest messages of the history ({size}) were left out")
        return out


def condense(history: Sequence[Message], count: Callable[[str], int], limit: int) -> Condensed:
    """`history` within `limit` tokens: the oldest answers are shortened first, and only when all of them are, the oldest turns are left
    out. What is kept does not begin with an answer to a question that was left out."""
    turns = list(history)
    costs = [count(turn.content) for turn in turns]
    total, shortened, saved = sum(costs), 0, 0
    for at, turn in enumerate(turns):
        if total <= limit:
            break
        short = shorter(turn)
        cost = costs[at] if short is turn else count(short.content)
        if cost < costs[at]:
            total, saved, shortened = total - costs[at] + cost, saved + costs[at] - cost, shortened + 1
            turns[at], costs[at] = short, cost
    first = 0
    while first < len(turns) and (total > limit or (first and turns[first].role == "assistant")):
        total -= costs[first]
        first += 1
    gone = history[:first]
    lost = [(count(old.content) - cost) for old, cost in zip(gone, costs, strict=False)]
    return Condensed(
        kept=tuple(turns[first:]),
        shortened=shortened - sum(old is not new for old, new in zip(gone, turns, strict=False)),
        shortened_tokens=saved - sum(lost),
        left_out=first,
        left_out_tokens=sum(count(old.content) for old in gone),
    )


def shorter(turn: Message) -> Message:
    """An answer cut to its first sentences, without markers into evidence that is no longer there, and with the mark that it was cut. A
    question stays as it is, and so does what is short already."""
    if turn.role != "assistant" or len(turn.content) <= SHORT_CHARS:
        return turn
    words = MARKERS.sub("", turn.content).strip()
    ends = [match.start() for match in SENTENCE_END.finditer(words)]
    end = max((at for at in ends if at <= SHORT_CHARS), default=0) or words.rfind(" ", 0, SHORT_CHARS)
    return replace(turn, content=f"{words[: end if end > 0 else SHORT_CHARS].rstrip()} {SHORTENED}")


def searched_as(question: str, history: Sequence[Message]) -> str:
    """`question`, with the question before it when it cannot be understood alone ("and for the other party?"), and so on back to one
    that can, over at most `LOOKED_BACK`."""
    parts = [question]
    for turn in reversed([turn for turn in history if turn.role == "user"][-LOOKED_BACK:]):
        if stands_alone(parts[0]):
            break
        parts.insert(0, turn.content)
    return "\n".join(part.strip() for part in parts)


def stands_alone(question: str) -> bool:
    """Whether a question says by itself what it is about. It does not when it begins as a follow-up, has next to no words, or is short and
    points back with a pronoun. A question taken for a follow-up wrongly is searched with words to spare; so the rules err that way."""
    words = WORDS.findall(question)
    if FOLLOWS.search(question) or len(words) <= SHORT_QUESTION_WORDS:
        return False
    return len(words) > BACKWARD_WORDS or not POINTS_BACK.search(question)
