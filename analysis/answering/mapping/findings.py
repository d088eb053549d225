"""What a window's reply says (floor 4, pure): quotes, each with a one-line finding, or that there is nothing.

The form is that of `prompts/map.md`, which is the form of every answer: quotes, then lines that point to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.answering.reply import Reply, ReplyPiece
from analysis.evidence.check import MARKER, markers

NOTHING = frozenset({"nothing", "none", "not_found", "not_in_documents", "not_in_document"})


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words that the model says stand in the window, and what it says of them."""

    quote: str
    note: str


def read_findings(text: str) -> list[Quoted] | None:
    """The quotes of a reply in its order; None when the reply is in no form that says whether there is anything."""
    reply = Reply()
    pieces = [*reply.feed(text), *reply.end()]
    quotes = [piece for piece in pieces if piece.kind == "quote"]
    if quotes:
        notes = _notes("".join(piece.text for piece in pieces if piece.kind == "answer"))
        return [Quoted(piece.text, notes.get(piece.n, "")) for piece in quotes]
    return [] if _outcome(pieces) in NOTHING else None


def _outcome(pieces: list[ReplyPiece]) -> str:
    said = "".join(piece.text for piece in pieces if piece.kind == "outcome")
    return said.strip().lower().replace(" ", "_")


def _notes(answer: str) -> dict[int, str]:
    """The line that points to each quote; the first, where several do."""
    notes: dict[int, str] = {}
    for line in answer.splitlines():
        words = " ".join(MARKER.sub("", line).split()).strip(" -*•")
        for n in markers(line):
            notes.setdefault(n, words)
    return notes
