"""Which questions can only be answered from the whole text (floor 4, pure): absence, summaries, everything about
something.

A few passages can show that a clause is there; they can never show that it is not, nor that a list is complete. The
rules are plain words of English questions, chosen to err towards reading more. Questions in other languages fall
under the ordinary limits.
"""

from __future__ import annotations

import re

RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "absence",
        re.compile(
            r"\b(?:is|are|was|were) there (?:any|a|an|no)\b"
            r"|\b(?:does|do|did)\b.{0,80}\b(?:contain|include|mention|address|provide for|say anything|have)\b"
            r"|\b(?:missing|absent|absence of|silent|lacks?|lacking|omits?|omitted|nowhere|never)\b"
            r"|\bno (?:such )?(?:clause|provision|section|term|mention|reference|limit|cap)s?\b",
            re.IGNORECASE | re.DOTALL,
        ),
    ),
    (
        "summary",
        re.compile(
            r"\b(?:summar\w+|overview|outline|synopsis|tl;?dr|in a nutshell)\b"
            r"|\b(?:key|main|principal|important) (?:terms|points|provisions|obligations|risks)\b"
            r"|\bwhat (?:is|are) (?:this|these|the) (?:document|contract|agreement)s? about\b",
            re.IGNORECASE,
        ),
    ),
    (
        "everything",
        re.compile(
            r"\b(?:all|every|everything|each|complete|exhaustive\w*|entire|throughout)\b"
            r"|\b(?:list|enumerate|how many|how often|count)\b",
            re.IGNORECASE,
        ),
    ),
)


def completeness(question: str) -> str | None:
    """ "absence", "summary" or "everything" when the question needs the whole text, else None."""
    return next((kind for kind, pattern in RULES if pattern.search(question)), None)
