"""Sees that a model says the same thing over and over (floor 4, pure). Long enough that no table rule, blank or list of a
contract is taken for it.
"""

from __future__ import annotations

REPEATS = 8
LEAST_CHARS = 1_600
LONGEST_PERIOD_CHARS = 400
KEPT_CHARS = REPEATS * LONGEST_PERIOD_CHARS
STEP_CHARS = 200
"""The end is looked at again after so many characters."""

PROBE_CHARS = 24
CANDIDATES = 32
"""How many earlier places of the last words are tried as the beginning of a period."""


class Repetition:
    """Feed it one kind of words (answer or thinking) as they come."""

    def __init__(self) -> None:
        self._tail = ""
        self._unseen = 0

    def feed(self, text: str) -> bool:
        """Whether what has come so far ends in a repetition."""
        self._tail = (self._tail + text)[-KEPT_CHARS:]
        self._unseen += len(text)
        if self._unseen < STEP_CHARS:
            return False
        self._unseen = 0
        return repeats_at_end(self._tail)


def repeats_at_end(text: str) -> bool:
    """Whether `text` ends in at least eight copies, 1,600 characters or more, of a stretch of up to 400."""
    end = len(text)
    if end < LEAST_CHARS:
        return False
    probe, at = text[-PROBE_CHARS:], end - PROBE_CHARS
    for _ in range(CANDIDATES):
        at = text.rfind(probe, max(0, end - LONGEST_PERIOD_CHARS - PROBE_CHARS), at + PROBE_CHARS - 1)
        if at < 0:
            return False
        period = end - PROBE_CHARS - at
        length = max(LEAST_CHARS, REPEATS * period)
        if length <= end and text[end - length : end - period] == text[end - length + period :]:
            return True
    return False
