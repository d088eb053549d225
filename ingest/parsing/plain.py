"""Plain text (floor 4): the canonical text is the file itself, decoded; blocks are what blank lines and form feeds separate."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.charset import decode, encoding_warnings
from ingest.parsing.kinds import PLAIN
from proviso.errors import EmptyFile
from proviso.text import canonical
from proviso.types.documents import Block, Parsed


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """Paragraphs of a text file. Raises EmptyFile when there is nothing to read."""
    raw, encoding = decode(path.read_bytes())
    text = canonical(raw)
    if not text.strip():
        raise EmptyFile(f"{filename} is empty: it holds nothing but white space.")
    return Parsed(text, paragraphs(text), PLAIN, warnings=encoding_warnings(encoding), metadata={"encoding": encoding})


def paragraphs(text: str) -> tuple[Block, ...]:
    """Blocks between blank lines, without the white space around them."""
    out: list[Block] = []
    start = end = at = 0
    for line in text.split("\n"):
        words = line.strip()
        if end > start and (not words or line.startswith("\f")):
            out.append(Block("paragraph", start, end))
            start = end
        if words:
            first = at + len(line) - len(line.lstrip())
            start = start if end > start else first
            end = first + len(words)
        at += len(line) + 1
    if end > start:
        out.append(Block("paragraph", start, end))
    return tuple(out)
