"""Words that turn a sentence round (floor 4, pure): negations and exceptions, conditions, modals, number words.

The lists are English. They only ever make the resolver refuse more; a text in another language is still found word for word.
"""

from __future__ import annotations

import re

NEGATIONS = frozenset(
    "no not never none neither nor non cannot nothing nobody nowhere hardly barely without except excepting excepted exception "
    "exceptions excluding exclude excludes excluded unless save lest than".split()
)
CONDITIONS = frozenset(
    "if provided provides subject until till only solely however notwithstanding but although whereas otherwise when where "
    "whether fail fails failed failure prohibit prohibits prohibited prevent prevents waive waives waived".split()
)
MODALS = frozenset("shall must may might will would should can could ought need agrees agree".split())
NEGATING_PREFIXES = frozenset("un in im ir il dis non mis anti".split())
NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion half quarter third dozen".split()
)
SCALES = frozenset("hundred thousand million millions billion billions trillion percent percentage bps mn bn".split())

WORD = re.compile(r"[^\W_]+")
CONTRACTED_NOT = re.compile(r"\b\w+n['’]t\b", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case; zero-width characters do not cut a word."""
    return WORD.findall(ZERO_WIDTH.sub("", text).lower())


def negates(text: str) -> bool:
    """Does `text` hold a negation or an exception?"""
    return bool(CONTRACTED_NOT.search(text)) or any(word in NEGATIONS for word in words_of(text))


def turns(text: str) -> bool:
    """Does `text` hold a negation, an exception, a condition or a modal: anything whose loss can change what is said?"""
    return negates(text) or any(word in CONDITIONS or word in MODALS for word in words_of(text))


def counts(text: str) -> bool:
    """Does `text` hold a number, in digits or in words?"""
    return any(word in NUMBER_WORDS or any(ch.isdigit() for ch in word) for word in words_of(text))


ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
