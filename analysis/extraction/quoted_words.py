"""Words read in quotes (floor 4, pure): whether a text, a party or one of the allowed values stands in them.

Other words than the document's are no fault in a text: what is said otherwise is `not_stated`. `differs` is said of names only: a place
where the quote names another place, a party where it names another company, an allowed value where it names another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.evidence.fold import FoldedText
from analysis.evidence.words import negates, words_of
from analysis.extraction.agreement import agreement, plain
from analysis.extraction.places import WIDER, is_place, may_name, places
from proviso.types.extractions import Derived

LEGAL_FORM = (
    r"(?:inc|incorporated|corp|corporation|company|co|llc|l\.l\.c|llp|l\.l\.p|lp|l\.p|ltd|limited|plc|p\.l\.c|pte|pty|gmbh|ag|s\.?a|n\.?v|b\.?v|s\.?p\.?a"
    r"|s\.?r\.?l|ab|oy|kk|n\.?a)"
)
FORMS_AT_END = re.compile(rf"(?:[\s,]+(?:{LEGAL_FORM}\b\.?|&))+\s*$", re.IGNORECASE)
NAME_WORD = r"[A-Z0-9&][\w&.'-]*"
COMPANY = re.compile(rf"\b{NAME_WORD}(?:\s+(?:{NAME_WORD}|of|and|the|for)){{0,9}}?,?\s+(?i:{LEGAL_FORM})(?!\w)\.?")
COMMON = re.compile(
    r"(?:^|\b(?:the|of|a|an|any|each|such|our|your)\s+)(?:company|corporation|limited|co)\.?$", re.IGNORECASE
)
"""What ends like a company and is none: "President of the Company"."""
ROLE = re.compile(
    r"\b(?:supplier|seller|buyer|purchaser|company|customer|client|licensor|licensee|lessor|lessee|landlord|tenant|franchisor|franchisee"
    r"|distributor|reseller|agent|provider|contractor|consultant|manufacturer|vendor|borrower|lender|guarantor|employer|employee|party|we|us"
    r"|owner|operator|developer|sponsor|investor|issuer|trustee|affiliate|recipient|discloser|subsidiar\w+|parent)\b",
    re.IGNORECASE,
)
DEFINED = re.compile(r"\([^()]{0,200}\)|\"[^\"]{0,200}\"")
REFERRED = re.compile(r"\breferred\s+to\b|\bcollectively\b", re.IGNORECASE)
"""Where a quote gives its parties another name: '("Supplier")', "each may be referred to as a Party"."""
JUDGEMENTS = frozenset(
    "yes no none other others unknown unclear unspecified silent supported contradicted present absent included excluded applicable "
    "mutual both either neither all any true false high low medium standard custom partial full".split()
)
"""Allowed values that classify a clause: they are seldom words of it, and where they are, they speak of something else."""
STEM = 5
SHORTEST_NAME = 3


def of_enum(value: Any, allowed: Sequence[Any], quotes: Sequence[str]) -> Derived:
    """`value` is one of `allowed`. Of options that lie in one another ("exclusive", "non-exclusive") the longest counts."""
    texts = [FoldedText(quote) for quote in quotes]
    options = sorted((each for each in allowed if isinstance(each, str)), key=len, reverse=True)
    named = list(dict.fromkeys(each for text in texts for each in _named(options, text)))
    others = [_without(named, plain(quote)) for quote in quotes]
    doubtful = (
        len(named) != 1
        or any(set(words_of(each)) & JUDGEMENTS for each in [*named, str(value)])
        or any(negates(words) or _has_stem(str(value), words) for words in others)
    )
    return agreement(value in named, named, doubtful=doubtful)


def of_text(value: str, quotes: Sequence[str]) -> Derived:
    """Text of any kind."""
    if is_place(value):
        return _of_place(value, quotes)
    agrees = any(stands(value, FoldedText(quote)) for quote in quotes)
    return Derived("agrees", (value,)) if agrees else Derived("not_stated")


def of_party(value: Mapping[str, str | None], quotes: Sequence[str]) -> Derived:
    """`value` is {"name", "role"}; a name is compared without its legal form."""
    name = value["name"] or ""
    bare = bare_name(name)
    texts = [_anded(plain(quote)) for quote in quotes]
    found = [each for quote in quotes for each in companies(plain(quote))]
    agrees = any(stands(_anded(each), FoldedText(text)) for text in texts for each in (name, bare))
    other_words = any(ROLE.search(_without(companies(text), _undefined(text))) for text in map(plain, quotes))
    role = value.get("role")
    doubtful = other_words or any(
        _may_name(bare, text) or bool(role and role.casefold() in text.casefold()) for text in texts
    )
    return agreement(agrees, found, doubtful=doubtful)


def stands(words: str, text: FoldedText) -> bool:
    """Whether `words` stand in a folded text as whole words, whatever their punctuation and capitals."""
    letters = FoldedText(words).letters
    return bool(letters) and any(_is_whole(first, len(letters), text) for first in text.occurrences(letters))


def bare_name(name: str) -> str:
    """ "Acme Tools, Inc." → "Acme Tools"; as it is where nothing else is left."""
    short = FORMS_AT_END.sub("", name).strip(" ,.")
    return short if len(short) >= SHORTEST_NAME else name


def companies(text: str) -> list[str]:
    """The names in `text` that end in a legal form."""
    names = (" ".join(match.group().split()) for match in COMPANY.finditer(text))
    return [name for name in names if not COMMON.search(name) and ROLE.sub("", bare_name(name)).strip()]


def _undefined(text: str) -> str:
    """`text` without the other names that it gives its parties."""
    sentences = re.split("[.;]", DEFINED.sub(" ", text))
    return " ".join(sentence for sentence in sentences if not REFERRED.search(sentence))


def _anded(text: str) -> str:
    return text.replace("&", " and ")


def _of_place(value: str, quotes: Sequence[str]) -> Derived:
    """ "State of New York" by the place alone; a wider one ("Canada") may be missing beside a narrower one."""
    wanted = [place.casefold() for place in places(value)]
    narrow = [place for place in wanted if place not in WIDER] or wanted
    found = [place for quote in quotes for place in places(plain(quote))]
    known = {place.casefold() for place in found}
    doubtful = bool(known & set(wanted)) or any(may_name(place, plain(quote)) for place in wanted for quote in quotes)
    return agreement(all(place in known for place in narrow), found, doubtful=doubtful)


def _named(options: Iterable[str], text: FoldedText) -> list[str]:
    """The options that stand in `text`, none inside another; longest first."""
    taken: list[range] = []
    out: list[str] = []
    for option in options:
        letters = FoldedText(option).letters
        for first in text.occurrences(letters) if letters else ():
            free = not any(first < each.stop and each.start < first + len(letters) for each in taken)
            if free and _is_whole(first, len(letters), text):
                taken.append(range(first, first + len(letters)))
                out.append(option)
    return out


def _is_whole(first: int, length: int, text: FoldedText) -> bool:
    last = first + length - 1
    before, after = text.before(first), text.after(last)
    return bool(first == 0 or before) and bool(last + 1 == len(text) or after)


def _without(options: Iterable[str], text: str) -> str:
    for option in options:
        spaced = r"\s+".join(map(re.escape, plain(option).split()))
        text = re.sub(spaced, " ", text, flags=re.IGNORECASE)
    return text


def _has_stem(value: str, quote: str) -> bool:
    """Whether a word of `quote` begins like one of `value`: "monthly" and "each month"."""
    stems = {word[:STEM] for word in words_of(value) if len(word) >= SHORTEST_NAME}
    return any(word[: len(stem)] == stem for word in words_of(quote) for stem in stems)


def _may_name(name: str, text: str) -> bool:
    """Whether `text` holds a word of the name, or the name's initials, or a word of which the name is the initials."""
    words = [word for word in words_of(name) if len(word) >= SHORTEST_NAME]
    there = words_of(text)
    initials = "".join(word[0] for word in words_of(name))
    if set(words) & set(there) or initials in there:
        return True
    first_letters = "".join(word[0] for word in there)
    return any(word in first_letters for word in words) or not words
