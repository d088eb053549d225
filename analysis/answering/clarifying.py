"""The one question of a clarification (floor 4, pure): whoever is asked back is asked one thing; what else was asked is kept apart.

To a question belong the words before it, options listed after it, and an alternative that begins with "Or".
"""

from __future__ import annotations

import re

END = re.compile(r"\?[\"'”’)\]*_]*(?=\s|$)")
OPTION = re.compile(
    r"\s*(?:[-*•–]\s+(?!(?:which|what|who|whose|when|where|how|do|does|did|is|are|should|would)\b)|or\b)", re.IGNORECASE
)


def questions_in(text: str) -> list[str]:
    """The questions of a text in order; words without a question mark are one question, as whoever wrote them meant them."""
    found: list[str] = []
    start = 0
    for mark in END.finditer(text):
        words = text[start : mark.end()]
        if found and OPTION.match(words):
            found[-1] += words
        else:
            found.append(words)
        start = mark.end()
    if rest := text[start:].strip():
        found = [*found[:-1], found[-1] + text[start:]] if found else [rest]
    return [question.strip() for question in found]
