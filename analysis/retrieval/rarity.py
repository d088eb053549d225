"""How rare a word is (floor 4, pure): its IDF over some chunks of the workspace, and over those of public documents behind them.

The index applies the IDF of the workspace when it searches, and does not tell it. Which words of a passage say something must be known all
the same: "confidential" says nothing among NDAs. With the IDF of RFCs alone, recall at 8 on NDAs fell by 2 points. English stems.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from proviso.types.search import SparseVector

HEADER = struct.Struct("<II")
"""Chunks and tokens; then the tokens in 32 bits, then the number of chunks that hold each in 16, little end first."""
PUBLIC_WEIGHT = 100
"""The public documents count as so many chunks of the workspace."""
UNSEEN = 2
"""A token that is not listed is as rare as one that two public chunks hold."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """Of `chunks` looked at, how many hold a token."""

    chunks: int = 0
    held: Mapping[int, int] = field(default_factory=dict)
    _known: dict[int, float] = field(default_factory=dict, init=False, compare=False, repr=False)
    """A question's feedback asks for a thousand tokens, most of them again at the next question."""

    @classmethod
    def among(cls, chunks: Sequence[SparseVector]) -> Rarity:
        return cls(len(chunks), Counter(token for chunk in chunks for token in chunk.tokens))

    def of(self, token: int) -> float:
        """ln(1 + (1 - share) / share), as Qdrant's IDF, of the share of chunks that hold the token."""
        if (known := self._known.get(token)) is not None:
            return known
        public, held = _public()
        share = PUBLIC_WEIGHT * held.get(token, UNSEEN) / public
        share = (self.held.get(token, 0) + share) / (self.chunks + PUBLIC_WEIGHT)
        self._known[token] = math.log(1 + (1 - share) / share)
        return self._known[token]


@cache
def _public() -> tuple[int, dict[int, int]]:
    """Chunks of 356 contracts, NDAs, RFCs and a privacy policy, and how many of them hold each token."""
    data = memoryview((files("analysis.retrieval") / "frequencies.bin").read_bytes())
    chunks, count = HEADER.unpack_from(data)
    tokens, held = array("I"), array("H")
    tokens.frombytes(data[HEADER.size : HEADER.size + 4 * count])
    held.frombytes(data[HEADER.size + 4 * count :])
    return chunks, dict(zip(tokens, held, strict=True))
