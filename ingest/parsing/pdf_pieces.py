"""Lines drawn in pieces (floor 4, pure): a raised "th", a figure filled into a blank, put where they stand in their line.

A piece belongs into a line when every word of it stands in a gap between two words of that line, on the same row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.parsing.pdf_lines import Line
from proviso.boxes import Box

MOST_WORDS = 12
ROW_SHARE = 0.3
"""How much of a piece's height must lie on the row: raised letters stand half above it."""
PLAY = 0.15
BESIDE = 1.5
"""How far from its line's words, in line heights, a piece may stand."""

Word = tuple[int, int, Box]


def split(line: Line, at: int) -> tuple[Line, Line]:
    """The line before and from its word number `at`."""
    cut, end = line.words[at][0], line.words[at - 1][1]
    left, right = line.words[:at], [(a - cut, b - cut, box) for a, b, box in line.words[at:]]
    before = replace(line, text=line.text[:end], words=left, box=around(left), hyphenated=False)
    return before, replace(line, text=line.text[cut:], words=right, box=around(right))


def around(words: Sequence[Word]) -> Box:
    """The box around words."""
    lefts, tops, rights, feet = zip(*(box for _, _, box in words), strict=True)
    return min(lefts), min(tops), max(rights), max(feet)


def filled_in(lines: list[Line]) -> list[Line]:
    """The lines with every piece inside the line whose gaps it fills; the same list when there is none."""
    homes: dict[int, list[tuple[int, Line]]] = {}
    placed: set[int] = set()
    for piece in lines:
        if id(piece) in homes or not 0 < len(piece.words) <= MOST_WORDS:
            continue
        found = [_home(word, piece, lines) for word in piece.words]
        if any(home is None or home[0] in placed for home in found):
            continue
        placed.add(id(piece))
        for home, word in zip(found, piece.words, strict=True):
            if home is not None:
                homes.setdefault(home[0], []).append((home[1], _alone(piece, word)))
    if not placed:
        return lines
    return [part for line in lines if id(line) not in placed for part in _with_pieces(line, homes.get(id(line), []))]


def _home(word: Word, piece: Line, lines: Sequence[Line]) -> tuple[int, int] | None:
    """The line with a gap in which the word stands, or which begins or ends at it, and the number of the word after it."""
    x0, y0, x1, y1 = word[2]
    for line in lines:
        left, top, right, foot = line.box
        if line is piece or min(foot, y1) - max(top, y0) < ROW_SHARE * (y1 - y0):
            continue
        play = PLAY * line.height
        if left < x0 and x1 < right:
            for at, (a, b) in enumerate(pairwise(line.words), start=1):
                near = min(x0 - a[2][2], b[2][0] - x1) < BESIDE * line.height
                if near and a[2][2] - play <= x0 and x1 <= b[2][0] + play:
                    return id(line), at
        elif y1 - y0 < line.height and -play <= left - x1 < BESIDE * line.height:
            return id(line), 0
        elif y1 - y0 < line.height and -play <= x0 - right < play:
            return id(line), len(line.words)
    return None


def _alone(piece: Line, word: Word) -> Line:
    start, end, box = word
    last = piece.words[-1] is word
    return replace(
        piece, text=piece.text[start:end], words=[(0, end - start, box)], box=box, hyphenated=piece.hyphenated and last
    )


def _with_pieces(line: Line, pieces: list[tuple[int, Line]]) -> list[Line]:
    out: list[Line] = []
    rest: Line | None = line
    done = 0
    for at, piece in sorted(pieces, key=lambda each: (each[0], each[1].box[0])):
        if rest is not None and at > done:
            before, rest = (rest, None) if at == len(line.words) else split(rest, at - done)
            out.append(before)
            done = at
        out.append(piece)
    return out if rest is None else [*out, rest]
