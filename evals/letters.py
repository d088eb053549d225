"""How like two texts are (evals, pure): letters that differ, and words they share. White space, quotes and dashes are folded first."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

WORDS = re.compile(r"\w+")
SPACE = re.compile(r"\s+")
FOLDED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00ad": "-", "…": "..."})


def folded(text: str) -> str:
    """The text on one line, with plain quotes and dashes."""
    return SPACE.sub(" ", text.translate(FOLDED)).strip()


def error_rate(text: str, truth: str) -> float:
    """Letters to be changed, added or dropped to make `text` the truth, as a share of the truth."""
    a, b = _codes(folded(truth)), _codes(folded(text))
    if not len(a):
        return float(bool(len(b)))
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for at, code in enumerate(a, start=1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (b != code))
        row = np.minimum.accumulate(np.concatenate(([at], changed)) - steps) + steps
    return float(row[-1]) / len(a)


def word_f1(text: str, truth: str) -> float:
    """Words in common, in any order, case aside: the harmonic mean of precision and recall."""
    a, b = Counter(WORDS.findall(truth.casefold())), Counter(WORDS.findall(text.casefold()))
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 1.0


def _codes(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)
