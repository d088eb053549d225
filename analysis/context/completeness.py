"""Which questions can only be answered from the whole text (floor 4, pure): lists and counts, comparisons, absence,
summaries, everything about something.

A few passages can show that a clause is there; they can never show that it is not, nor that a list is complete. The
rules are plain words of English questions, chosen to err towards reading more. Questions in other languages fall
under the ordinary limits.
"""

from __future__ import annotations

import re

MANY = (
    r"(?:documents?|contracts?|agreements?|leases?|licen[cs]es?|policies|amendments?|orders?|specifications?|files?|"
    r"suppliers?|vendors?|customers?|counterpart(?:y|ies))"
)
"""What a scope holds many of."""

RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "counting or listing",
        re.compile(
            r"^\W*(?:(?:please|can you|could you)\s+)*(?:list|enumerate|count)\b"
            r"|\bhow (?:many|often)\b|\b(?:number|count) of\b"
            rf"|\bwhich (?:of (?:the|these|those|our|my|them)\b|(?:[\w-]+ )?{MANY}\b)"
            rf"|\bin (?:which|what|how many) {MANY}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "comparison",
        re.compile(
            r"\bcompar(?:e|es|ed|ing|ison|isons)\b"
            rf"|\bdiffer\w*\b.{{0,60}}\b(?:between|among|across|from)\b.{{0,40}}\b{MANY}\b"
            rf"|\bacross\b.{{0,40}}\b{MANY}\b",
            re.IGNORECASE | re.DOTALL,
        ),
    ),
    (
        "absence",
        re.compile(
            r"\b(?:is|are|was|were) there (?:any|a|an|no)\b"
            r"|\b(?:does|do|did)\b.{0,80}\b(?:contain|include|mention|address|provide for|say anything|have)\b(?! to\b)"
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
            r"\b(?:all|every|everything|each|complete|exhaustive\w*|entire|throughout)\b|\b(?:list|enumerate|count)\b",
            re.IGNORECASE,
        ),
    ),
)

PROVEN_ONLY_WHOLE = frozenset({"counting or listing", "comparison"})
"""Here a part of the text does not make a weaker answer but a wrong one."""


def completeness(question: str) -> str | None:
    """Why the question needs the whole text: the name of the first rule that fits; None when it does not."""
    return next((kind for kind, pattern in RULES if pattern.search(question)), None)
