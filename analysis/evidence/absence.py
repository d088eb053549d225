"""Sentences that only say that the documents do not say something (floor 4, pure).

Such a sentence can have no quote. A prohibition or an exclusion of a contract ("Neither party may assign this
Agreement", "Nothing in this Agreement limits liability") sounds alike and must have one, so the document has to be what
speaks, or where it would stand, and the verb has to be one of saying. In doubt a sentence is no absence.
"""

from __future__ import annotations

import re

DOCUMENT = r"(?:documents?|contracts?|agreements?|texts?|excerpts?|passages?|sources?)"
WHICH = r"(?:(?:provided|given|supplied|available|themselves|itself|in\s+scope)\b|\([^)]{0,80}\))"
THE = r"(?:(?:the|this|these|those|any|either|all|your|of)\s+){1,3}(?:[\w’'-]+\s+){0,2}"
HOW = r"(?:(?:explicitly|expressly|specifically|directly|clearly|otherwise|also|even|anywhere)\s+)?"
SAY = (
    r"(?:says?|states?|specif(?:y|ies)|mentions?|contains?|includes?|address(?:es)?|defines?|indicates?|describes?|"
    r"provides?(?=\s+(?:for|(?:any\s+|enough\s+|further\s+)?(?:information|details?|evidence))\b))\b"
)
SAID = r"(?:said|stated|specified|mentioned|contained|addressed|defined|indicated|described|found)\b"
WORDING = (
    r"(?:clauses?|provisions?|mentions?|terms?|sections?|information|statements?|references?|language|"
    r"definitions?|evidence|indications?|details?)\b"
)
GAP = r"(?:(?!\b(?:unless|except|until|if|than|save|only|but|may|shall|must|will)\b)[^.;]){0,80}?"
"""What may stand between the parts of an absence; with one of these words, the sentence sets a rule."""
IN_IT = rf"\b(?:in|by|from|of)\s+{THE}{DOCUMENT}\b(?=\s*(?:[\"'”’)\]*_.,;:!?]|$|(?:or|and|that|which)\b|{WHICH}))"
LEAD = r"^\W*(?:[^,.;]{0,40},\s*|(?:please\s+)?note\s+that\s+|it\s+(?:seems|appears)\s+that\s+|(?:but|and|so)\s+)?"
NOT = r"(?:not|never|nowhere)\s+"
FORMS = (
    # The documents (provided) do not mention …; the contract is silent; the agreement contains no …
    (
        rf"{LEAD}(?:{THE})?{DOCUMENT}(?:\s+{WHICH})?\s+(?:(?:do|does|did)\s+not\s+{HOW}{SAY}"
        rf"|(?:don|doesn|didn)[’']t\s+{HOW}{SAY}|(?:is|are|was|were|remains?)\s+silent\b|(?:contains?|includes?)\s+no\b"
        rf"|says?\s+nothing\b|(?:has|have|makes?|offers?|gives?)\s+no\s+{GAP}{WORDING})"
    ),
    # Nothing in the agreement addresses …; none of the documents mention …; no document states …
    (
        rf"{LEAD}(?:(?:nothing|none|neither|no\s+{WORDING})\s+(?:in|of)\s+{THE}|(?:no|neither)\s+){DOCUMENT}"
        rf"(?:\s+{WHICH})?\s+{HOW}{SAY}"
    ),
    # A term is not stated in this agreement.
    rf"\b(?:is|are|was|were)\s+{NOT}{HOW}{SAID}{GAP}{IN_IT}",
    rf"\b(?:can|could)\s*not\s+be\s+(?:found|determined|established){GAP}{IN_IT}",
    # No such provision was found in the documents; there is no such clause in the documents.
    rf"{LEAD}(?:no|nothing|none)\b{GAP}\b(?:(?:is|are|was|were)\s+{HOW}{SAID}|appears?\b|exists?\b){GAP}{IN_IT}",
    rf"{LEAD}there\s+(?:is|are|was|were)\s+no\b{GAP}\b{WORDING}{GAP}{IN_IT}",
    # I could not find it in the documents.
    rf"\b(?:I|we)\s+(?:(?:could|can|did|do)\s*(?:not|n[’']t)\s+(?:find|see|locate|identify)|(?:found|find|see)\s+no)\b{GAP}{IN_IT}",
)
ABSENCE = re.compile("|".join(FORMS), re.IGNORECASE)
TURN = re.compile(
    r";|,\s*(?:but|so|yet|while|whereas|although|though|however)\b"
    r"|\band\b.*\b(?:is|are|must|shall|may|will|can|has|have)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Where a sentence goes on to say something else, which is a claim."""


def is_absence(sentence: str) -> bool:
    found = ABSENCE.search(sentence)
    return found is not None and TURN.search(sentence, found.end()) is None


THEY = re.compile(r"^(\W*)(?:it|they|these|this)\b", re.IGNORECASE)
LOOKED = re.compile(
    r"^\W*(?:(?:I|we)\s+(?:have\s+)?(?:looked|searched|checked)|(?:looked|searched|checked)"
    rf"|(?:{THE})?{DOCUMENT}(?:\s+{WHICH})?\s+(?:was|were)\s+(?:searched|read|checked))\s+for\b[^.;?]*?"
    r"(?:,?\s*(?:but|and)\s+(?:(?:I|we)\s+)?(?:found\s+(?:none|nothing|no\b[^.;,]*)|(?:did|could)\s+not\s+find\s+(?:one|any|it|them)\b[^.;,]*))?"
    r"\W*$",
    re.IGNORECASE,
)
TELLS_OF_RULE = re.compile(r"\b(?:may|shall|must|will|is|are|has|have)\b", re.IGNORECASE)


def is_bare_absence(sentence: str) -> bool:
    """Whether a sentence of an answer that says "not in the documents" says only that, or what was looked for. Here the documents
    need not be named: "No arbitration clause was found." """
    said = sentence.strip().rstrip(".")
    looked = LOOKED.search(said)
    return (
        is_absence(said)
        or is_absence(f"{said} in the documents")
        or is_absence(THEY.sub(r"\1the documents", said))
        or (looked is not None and TELLS_OF_RULE.search(said.partition(" for ")[2]) is None)
    )
