"""The measures of a chunk and the pieces it is made of (floor 4, pure data): no cutting happens here."""

from __future__ import annotations

from dataclasses import dataclass

TOP, NUMBERED, ITEM, BODY = 1, 2, 3, 9
"""What begins at a unit: a top-level heading, an n.n clause, an (a) item, or plain words."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes in characters at which a chunk ends.

    Measured on contracts: the best 8 chunks of this shape hold 78.6 % of the labelled characters, windows of about 500
    characters 71.5 %; the first 4,000 characters of them 76.3 and 74.0 %.
    """

    tiny_chars: int = 60
    """Fewer words than this (a heading alone, a page number) join the next chunk."""
    top_chars: int = 100
    """A top-level heading ends a chunk that has at least this much."""
    numbered_chars: int = 300
    soft_chars: int = 600
    """From here on an item or a new paragraph ends the chunk."""
    most_chars: int = 1000
    longest_unit_chars: int = 1200
    """A sentence up to here stays whole; a longer one is split."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece that is not split: a sentence, item, heading or table row, `[start, end)` without white
    space around it.
    """

    start: int
    end: int
    level: int
    opens_paragraph: bool
