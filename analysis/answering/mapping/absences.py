"""Sentences that say of documents read whole that they do not hold something (floor 4, pure).

No quote can prove them; that every window was read and gave none does. A sentence counts as such only when the documents
it names by title are all of that kind, and when it would be an absence with "the agreement" in the place of their titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from analysis.evidence.absence import is_absence
from analysis.evidence.figures import values

LEAST_TITLE_CHARS = 6
QUOTED = r"[\"'“”‘’*_]*"
LIST = re.compile(r"the agreement(?:(?:,|;)? (?:and |or |nor )?the agreement)+", re.IGNORECASE)


class Absences:
    """Knows the titles of a scope: `without`, of documents read whole without a quote, and `others`."""

    def __init__(self, without: Iterable[str], others: Iterable[str]) -> None:
        others = {_folded(title) for title in others}
        self._without = _pattern({_folded(title) for title in without} - others)
        self._others = _pattern(others)

    def prove(self, sentence: str) -> bool:
        """Whether the reading of the whole documents proves the sentence. One with a number is never proven so."""
        text = " ".join(sentence.split())
        if self._without is None or (self._others is not None and self._others.search(text)):
            return False
        named, count = self._without.subn("the agreement", text)
        plain = LIST.sub(
            "the agreements", re.sub(r"\b(?:the|a|an) the agreement", "the agreement", named, flags=re.IGNORECASE)
        )
        return count > 0 and not values(plain) and is_absence(plain)


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()


def _pattern(titles: Iterable[str]) -> re.Pattern[str] | None:
    """The titles as they may stand in a sentence, the longest first."""
    usable = sorted((title for title in titles if len(title) >= LEAST_TITLE_CHARS), key=len, reverse=True)
    if not usable:
        return None
    words = "|".join(re.escape(title) for title in usable)
    return re.compile(rf"{QUOTED}(?<!\w)(?:{words})(?!\w){QUOTED}", re.IGNORECASE)
