"""Whether a question that must be read whole is about the documents it names alone (floor 4, pure).

"Does the Visium distributor agreement include a liability cap?" needs one document whole, not the 254 beside it. The rules want a name that
stands for a document, and nothing in the question that reaches beyond it. Where there is doubt, the whole scope is read, as it would be
without a name. They know English questions; `evals.context.named` measures them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.context.completeness import MANY
from analysis.retrieval.naming import Named
from analysis.retrieval.search import Naming
from proviso.names import words_of

MOST = 6
"""A name that may mean more documents than this means none of them; a question may name more, each by a name of its own."""

DOCUMENT = (
    r"(?:documents?|contracts?|agreements?|leases?|licen[cs]es?|polic(?:y|ies)|amendments?|orders?|specifications?|files?|nda|ndas|msa"
    r"|msas|sows?|statements? of work|deals?|guarant(?:y|ee)|addend(?:um|a)|reports?|rfcs?|endorsements?)"
)
PLURAL = r"(?:documents|contracts|agreements|leases|licen[cs]es|files|ndas|msas|sows|deals|suppliers|vendors|customers|counterparties)"

_BETWEEN = r"(?:(?!(?:the|this|that|its|is|are|was|were|does|do|did|of|in|under|by|to|with|for|from|between)\b)[\w&'’.-]+\s+){0,3}"
_BEYOND = re.compile(
    rf"\b{PLURAL}\b"
    rf"|\b(?:an?|any|every|each|all|no|another|other|some|most|more|one|either|whichever|whatever)\s+{_BETWEEN}{DOCUMENT}\b"
    rf"|\b(?:which|what)\s+(?:(?!(?:is|are|was|were|does|do|did|the|this|that)\b)[\w-]+\s+)?{MANY}\b"
    r"|\b(?:any|one|some|none|all|each|most|either|many|which|who|how many|both) of (?:these|those|them|our|my|us)\b"
    r"|\b(?:others|the rest|the remaining|another one|any other one|elsewhere|across|everywhere|anywhere else|besides|apart from"
    r"|other than|except|unlike|similar(?: to)?|compared? (?:to|with)|as in|(?:same|those|one|ones) (?:as|in|with|of|from))\b"
    r"|(?<!would )(?<!['’]d )(?<!['’]ll )\blike\b",
    re.IGNORECASE,
)
"""Words with which a question asks about more than it names."""

_AFTER = re.compile(
    rf"['’]?s?\W{{0,3}}(?:(?!(?:in|of|under|with|by|to|from|and|or|is|are|was|were|has|have|does|do|may|can|shall|must|any|an?|the)\b)"
    rf"[\w&'’.-]+,?\s+){{0,5}}{DOCUMENT}\b",
    re.IGNORECASE,
)
"""What follows a party whose document is meant: "Visium's distributor agreement"."""
_BEFORE = re.compile(
    rf"\b{DOCUMENT}\b,?\s+(?:dated\b[^;?]{{0,40}})?(?:with|between|among|amongst|by and between|by|of|from|for|signed (?:by|with))\s+"
    r"(?:(?!(?:and|or|is|does|do)\b)[\w&'’.,-]+\s+){0,3}$",
    re.IGNORECASE,
)
"""What goes before: "the agreement with Visium"."""
BEFORE_CHARS = 90
"""Looked at before a name."""
EXTENSION = re.compile(r"\.(?:pdf|docx?|odt|rtf|txt|html?|md|xlsx?|csv|pptx?)\b", re.IGNORECASE)
QUOTES = tuple("\"'“‘«„`")


def kept_to(question: str, kind: str, naming: Naming) -> tuple[Named, ...]:
    """Of the documents that `question` names, best first, those that it can be kept to, none where there is doubt. `kind`: of
    completeness. Those that the same name may mean are read too."""
    if not naming.named:
        return ()
    best, as_file = naming.named[0], _is_file(question, naming.named[0])
    if not as_file and not _is_sure(question, best):
        return ()
    if kind == "comparison" and len(naming.named) < 2:
        return ()
    if _BEYOND.search(_without_names(question, naming.named)):
        return ()
    meant = naming.named if as_file else (*naming.named, *naming.namesakes)
    return meant if len(meant) <= max(MOST, len(naming.named)) else ()


def _is_file(question: str, named: Named) -> bool:
    """Whether a file name is written as one: with its extension, or in quotation marks."""
    return named.reason == "file_name" and any(
        EXTENSION.match(question, end) or question[max(0, start - 1) : start] in QUOTES
        for start, end in _places(question, named)
    )


def _is_sure(question: str, named: Named) -> bool:
    """Whether the name stands for a document. A title alone does not: of 120 titles of 255 contracts, asked for without a party, 18 led to
    others that are called nearly so. Any other name does in "the agreement with …", not in "is … mentioned?"."""
    if named.reason == "title":
        return named.names > 1
    return any(
        _AFTER.match(question, end) or _BEFORE.search(question[max(0, start - BEFORE_CHARS) : start])
        for start, end in _places(question, named)
    )


def _places(question: str, named: Named) -> list[tuple[int, int]]:
    """Start and end of the words that name it."""
    words = words_of(question)
    return [(words[place].start, words[place].end) for place in sorted(named.words)]


def _without_names(question: str, named: Sequence[Named]) -> str:
    """Words that are names reach nowhere: a title may say "Agreements"."""
    places = frozenset[int]().union(*(each.words for each in named))
    out, at = [], 0
    for place, word in enumerate(words_of(question)):
        if place in places:
            out.append(question[at : word.start])
            at = word.end
    return "".join([*out, question[at:]])
