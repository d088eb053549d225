"""How hard the model thinks about a question when nobody says (floor 4, pure): DESIGN section 6.

The rule of `auto`, first that fits: `map_reduce`, or a question of completeness, comparison or synthesis → high; a short question
that looks one thing up (who, when, which, how much …) → low; any other → medium. Effort is prepared for in the prompt's
reserve, so it is chosen before the plan is made and does not depend on what is found.
"""

from __future__ import annotations

import re
from typing import Literal

from proviso.types.answers import Effort

AskedEffort = Literal["low", "medium", "high", "auto"]
DEFAULT_EFFORT: Effort = "medium"
LOOKUP_WORDS = 16
"""A question of more words holds conditions that have to be thought about."""

SYNTHESIS = re.compile(
    r"\b(?:compare|comparison|contrast|differ\w*|versus|vs\.?|across|between (?:the|these|both|all)|each of|every|all (?:the |of )?\w+|"
    r"list|how many|count|summari[sz]e|summary|overview|everything|any(?:where|thing)|contradict\w*|conflict\w*|inconsisten\w*|"
    r"consistent|reconcile|assess|evaluate|analy[sz]e|risks?|implications?|missing|lacks?|absen\w+|none of|no such|"
    r"which (?:documents?|contracts?|agreements?|of (?:these|them|the)))\b",
    re.IGNORECASE,
)
REASONING = re.compile(
    r"\b(?:why|whether|explain|if|unless|despite|notwithstanding|could|should|would|what happens|and|or|but)\b",
    re.IGNORECASE,
)
LOOKUP = re.compile(
    r"^\W*(?:who|when|where|which|whose|how (?:much|long|often|old|many days|many months)|what(?:'s|’s| is| are| was| were)|"
    r"name|find|quote|give|state|on what date|in which)\b",
    re.IGNORECASE,
)


def effort_for(asked: AskedEffort | None, question: str, mode: str = "auto") -> Effort:
    """The effort of a question: the one asked for, the default where nothing was, and by the rule for `auto`."""
    if asked is None:
        return DEFAULT_EFFORT
    return automatic(question, mode) if asked == "auto" else asked


def automatic(question: str, mode: str = "auto") -> Effort:
    """The rule."""
    if mode == "map_reduce" or SYNTHESIS.search(question):
        return "high"
    short = len(question.split()) <= LOOKUP_WORDS
    if short and LOOKUP.search(question) and not REASONING.search(question):
        return "low"
    return "medium"
