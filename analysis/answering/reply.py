"""The reply of the model, read piece by piece (floor 4, pure): outcome, quotes, then the answer as it grows.

The form is that of `prompts/answer.md`. Nothing that the model said to the reader is lost: a reply without an answer tag is answered
by its untagged text, a quote inside the answer does not end it, and a closing tag that closes nothing is passed over. A reply cut
into pieces anywhere gives the same quotes and the same answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from proviso.text import FORBIDDEN

NAMES = "outcome|answer|clarification|quote"
LONGEST_ATTRIBUTES = 200
TAG = re.compile(rf"<(/)?({NAMES})\b([^<>]{{0,{LONGEST_ATTRIBUTES}}})>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*["'“”]?([^"'“”\s>]+)""")
TAG_BEGUN = re.compile(rf"<(?:/?[a-z]{{0,13}}|/?(?:{NAMES})\b[^<>]{{0,{LONGEST_ATTRIBUTES}}})\Z", re.IGNORECASE)
"""The end of a piece that may yet become a tag of ours: it is held back until it is certain."""

PieceKind = Literal["outcome", "quote", "answer", "clarification"]


@dataclass(frozen=True, slots=True)
class ReplyPiece:
    """One thing the reply said. `n` and `doc` belong to quotes; an `answer` piece is the next stretch of its text."""

    kind: PieceKind
    text: str
    n: int = 0
    doc: str = ""


class Reply:
    """Feed it text; it returns what has become certain. Call `end` once when the model is done."""

    def __init__(self) -> None:
        self._held = ""
        self._inside: str | None = None
        self._attributes: dict[str, str] = {}
        self._body = ""
        self._untagged = ""
        self._in_answer = False
        self._answered = False
        self._spoken = False
        self._space = ""
        self._quotes = 0

    def feed(self, text: str) -> list[ReplyPiece]:
        self._held += FORBIDDEN.sub("\ufffd", text)
        out: list[ReplyPiece] = []
        while match := TAG.search(self._held):
            out += self._text(self._held[: match.start()])
            self._held = self._held[match.end() :]
            out += self._tag(bool(match[1]), match[2].lower(), match[3])
        safe = self._safe_length()
        out += self._text(self._held[:safe])
        self._held = self._held[safe:]
        return out

    def end(self) -> list[ReplyPiece]:
        """What is left: an unclosed tag is closed; a reply that said nothing in tags is answered by its untagged text."""
        out = self._text("" if _is_cut_tag(self._held) else self._held)
        self._held = ""
        out += self._close()
        if not self._spoken and (untagged := self._untagged.strip()):
            out.append(ReplyPiece("answer", untagged))
        return out

    def _safe_length(self) -> int:
        begun = TAG_BEGUN.search(self._held)
        return begun.start() if begun else len(self._held)

    def _tag(self, closing: bool, name: str, attributes: str) -> list[ReplyPiece]:
        if attributes.rstrip().endswith("/"):
            return []
        if not closing:
            return self._open(name, attributes)
        if name == "answer" and self._in_answer:
            self._in_answer = False
            return self._close()
        return self._close() if name == self._inside else []

    def _open(self, name: str, attributes: str) -> list[ReplyPiece]:
        within = self._in_answer
        out = self._close()
        self._in_answer = name == "answer" or (name == "quote" and within)
        self._inside = name
        self._attributes = {key.lower(): value for key, value in ATTRIBUTE.findall(attributes)}
        if name == "answer" and self._answered:
            self._space = "\n\n"
        return out

    def _text(self, text: str) -> list[ReplyPiece]:
        if self._inside is not None and self._inside != "answer":
            self._body += text
        elif self._inside == "answer":
            return self._answer(text)
        else:
            self._untagged += text
        return []

    def _answer(self, text: str) -> list[ReplyPiece]:
        """The answer without white space around it: what may be the last of it waits for what follows."""
        whole = self._space + text if self._answered else text.lstrip()
        said = whole.rstrip()
        self._space = whole[len(said) :] if self._answered or said else ""
        if not said:
            return []
        self._answered = self._spoken = True
        return [ReplyPiece("answer", said)]

    def _close(self) -> list[ReplyPiece]:
        name, body = self._inside, self._body.strip()
        self._inside, self._body = ("answer" if name == "quote" and self._in_answer else None), ""
        if name == "quote" and body:
            self._quotes += 1
            number = self._attributes.get("n", "")
            n = int(number) if number.isdecimal() else self._quotes
            return [ReplyPiece("quote", body, n, self._attributes.get("doc", ""))]
        if name in ("outcome", "clarification") and body:
            self._spoken = self._spoken or name == "clarification"
            return [ReplyPiece("outcome" if name == "outcome" else "clarification", body)]
        return []


def _is_cut_tag(text: str) -> bool:
    """Whether a reply that ended early ended inside a tag of ours: "</answ", "<quote n=". A lone "<" is text."""
    word = text.lower().removeprefix("<").removeprefix("/")
    known = any(name.startswith(word) or word.startswith(name) for name in NAMES.split("|"))
    return text.startswith(("</", "<")) and len(word) > 1 and known
