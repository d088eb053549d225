"""Keeps harmony markers out of answers, and harmless in prompts (floor 4, pure).

Servers leak the model's raw format in two shapes: with markers (`<|channel|>analysis<|message|>…<|end|>`) and with only their
words left (`analysis…assistantfinal…`). `HarmonyFilter` takes the pieces of a stream as they come, also when a marker is cut
across them, and says which words are answer and which are thinking. `shield` breaks markers in documents and questions,
which some servers would obey.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

MARKER = re.compile(r"<\|(start|end|message|channel|constrain|return|call|startoftext|endoftext)\|>")
MARKERS = tuple(f"<|{name}|>" for name in MARKER.pattern.split("(")[1].split(")")[0].split("|"))
OPENING_WORD = "analysis"
FINAL_WORDS = "assistantfinal"
BEGUN = frozenset(whole[:size] for whole in (*MARKERS, FINAL_WORDS) for size in range(1, len(whole)))
"""What may yet become a marker."""
LONGEST_BEGUN = max(map(len, BEGUN))
CITATION = re.compile(r"【(?:(\d{1,4})(?::\d{1,4})?(?:†[^【】\n]{0,60})?|[^【】\n†]{0,20}†[^【】\n]{0,60})】")
CITATION_BEGUN = re.compile(r"【[^【】\n†]{0,20}(?:†[^【】\n]{0,60})?\Z")
CITATION_CHARS = 84
HEADER_CHARS = 160
SHIELDED = re.compile(r"<\|(?=\w+\|>)")
"""Every special token of gpt-oss, also `<|reserved_200013|>` and what a later release may name."""

Kind = Literal["text", "reasoning", "void"]


class Piece(NamedTuple):
    """Words of the answer or of the thinking; `void` says that all text so far was thinking."""

    kind: Kind
    text: str


def shield(text: str) -> str:
    """`text` with a zero-width space inside every `<|name|>`, so that no server takes it for a marker."""
    return SHIELDED.sub("<|\u200b", text)


def tidy_citations(text: str) -> str:
    """The browser citations gpt-oss was trained on, `【6†L9-L11】`, as `[6]`; without a number, `【source†L9】`, they go."""
    return CITATION.sub(lambda match: f"[{match[1]}]" if match[1] else "", text)


class HarmonyFilter:
    """Feed it the content of a completion piece by piece, then `close` it."""

    def __init__(self) -> None:
        self._held = ""
        self._mode: Literal["opening", "text", "reasoning", "header", "words"] = "opening"
        self._wrote_text = False

    def feed(self, text: str) -> list[Piece]:
        """What is certain now; what may be the beginning of a marker waits."""
        self._held += text
        return _joined(self._advance(at_end=False))

    def close(self) -> list[Piece]:
        """The rest."""
        return _joined(self._advance(at_end=True))

    def _advance(self, *, at_end: bool) -> Iterator[Piece]:
        if self._mode == "opening" and not self._opened(at_end):
            return
        while self._held:
            found = _first_marker(self._held, words=self._mode in {"text", "words"})
            if self._mode == "header":
                if found is None and not at_end and len(self._held) < HEADER_CHARS:
                    return
                yield from self._header(found)
                continue
            stop = found.start() if found else len(self._held) - (0 if at_end else _pending(self._held))
            yield from self._plain(self._held[:stop])
            if found is None:
                self._held = self._held[stop:]
                return
            yield from self._marker(found)

    def _opened(self, at_end: bool) -> bool:
        """Decides how the content begins; False while that is open."""
        start = self._held.lstrip()
        if start.startswith(OPENING_WORD) and FINAL_WORDS not in start:
            following = start[len(OPENING_WORD) :]
            if not following and not at_end:
                return False
            if not following[:1].isupper():
                # "analysis of …" may be an answer; if the final words come after all, it is declared void.
                return self._become("text")
        elif start == "" or (not at_end and OPENING_WORD.startswith(start)):
            return at_end and self._become("text")
        if start.startswith(OPENING_WORD):
            self._held = start[len(OPENING_WORD) :]
            return self._become("words")
        return self._become("text")

    def _become(self, mode: Literal["text", "words"]) -> bool:
        self._mode = mode
        return True

    def _header(self, found: re.Match[str] | None) -> Iterator[Piece]:
        """Between a channel or role marker and `<|message|>` stands a header; what follows belongs to its channel."""
        if found is not None and found.group() != "<|message|>":
            kept = self._held[: found.start()]
            self._held = (
                kept + " " + self._held[found.end() :] if len(kept) < HEADER_CHARS else self._held[found.end() :]
            )
            return
        header = self._held[: found.start()] if found else self._held[:HEADER_CHARS]
        thinking = re.search(r"\b(analysis|commentary)\b", header) is not None
        self._mode = "reasoning" if thinking else "text"
        self._held = (
            self._held[found.end() :]
            if found
            else re.sub(r"^\s*(assistant|final|analysis|commentary)+\b", "", self._held)
        )
        yield from ()

    def _plain(self, text: str) -> Iterator[Piece]:
        if not text:
            return
        if self._mode == "text":
            self._wrote_text = self._wrote_text or bool(text.strip())
            yield Piece("text", tidy_citations(text))
        else:
            yield Piece("reasoning", text)

    def _marker(self, found: re.Match[str]) -> Iterator[Piece]:
        marker = found.group()
        self._held = self._held[found.end() :]
        if marker == FINAL_WORDS:
            if self._mode == "text" and self._wrote_text:
                yield Piece("void", "")
            self._mode, self._wrote_text = "text", False
        elif marker in {"<|start|>", "<|channel|>"}:
            self._mode = "header"
        elif marker in {"<|end|>", "<|return|>", "<|call|>"}:
            self._mode = "text"


ANY_MARKER = re.compile(f"{MARKER.pattern}|{FINAL_WORDS}")


def _first_marker(text: str, *, words: bool) -> re.Match[str] | None:
    return (ANY_MARKER if words else MARKER).search(text)


def _pending(text: str) -> int:
    """How many characters at the end may be the beginning of a marker or of a citation."""
    longest = next((size for size in range(min(LONGEST_BEGUN, len(text)), 0, -1) if text[-size:] in BEGUN), 0)
    opened = text.rfind("【", max(0, len(text) - CITATION_CHARS))
    if opened >= 0 and CITATION_BEGUN.match(text, opened):
        longest = max(longest, len(text) - opened)
    return longest


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].kind == piece.kind and piece.kind != "void":
            out[-1] = Piece(piece.kind, out[-1].text + piece.text)
        else:
            out.append(piece)
    return out
