"""The reply of the model, read piece by piece (floor 3, pure): outcome, quotes, then the answer as it grows.

The form is that of `prompts/answer.md`. A reply without any tag is taken as an answer without quotes, so that nothing is lost and
every sentence of it is later marked as unsupported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TAG = re.compile(r"<(?:(/)?(outcome|answer|clarification|quote)\b([^<>]*))>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*["']?([^"'\s>]+)""")
TAG_BEGUN = re.compile(r"<(?:/?[a-z]{0,13}|/?(?:outcome|answer|clarification|quote)\b[^<>]{0,200})$", re.IGNORECASE)
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
        self._tagged = False
        self._quotes = 0

    def feed(self, text: str) -> list[ReplyPiece]:
        self._held += text
        out: list[ReplyPiece] = []
        while match := TAG.search(self._held):
            out += self._text(self._held[: match.start()])
            self._held = self._held[match.end() :]
            closing, name, attributes = match.group(1), match.group(2).lower(), match.group(3)
            out += self._close() if closing else self._open(name, attributes)
        safe = self._safe_length()
        out += self._text(self._held[:safe])
        self._held = self._held[safe:]
        return out

    def end(self) -> list[ReplyPiece]:
        """What is left: an unclosed tag is closed; a reply without tags is one answer."""
        out = self._text(self._held)
        self._held = ""
        out += self._close()
        if not self._tagged and self._untagged.strip():
            out.append(ReplyPiece("answer", self._untagged.strip()))
        return out

    def _safe_length(self) -> int:
        begun = TAG_BEGUN.search(self._held)
        return begun.start() if begun else len(self._held)

    def _open(self, name: str, attributes: str) -> list[ReplyPiece]:
        out = self._close()
        self._tagged = True
        self._inside = name
        self._attributes = {key.lower(): value for key, value in ATTRIBUTE.findall(attributes)}
        return out

    def _text(self, text: str) -> list[ReplyPiece]:
        if self._inside == "answer":
            first = not self._body
            self._body += text
            text = text.lstrip() if first or not self._body.strip() else text
            return [ReplyPiece("answer", text)] if text else []
        if self._inside is None:
            self._untagged += text
        else:
            self._body += text
        return []

    def _close(self) -> list[ReplyPiece]:
        name, body = self._inside, self._body.strip()
        self._inside, self._body = None, ""
        if name == "quote" and body:
            self._quotes += 1
            number = self._attributes.get("n", "")
            return [
                ReplyPiece(
                    "quote", body, int(number) if number.isdecimal() else self._quotes, self._attributes.get("doc", "")
                )
            ]
        if name in ("outcome", "clarification") and body:
            return [ReplyPiece("outcome" if name == "outcome" else "clarification", body)]
        return []
