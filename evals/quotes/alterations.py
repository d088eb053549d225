"""Twelve ways to alter what a quote says (evals, pure). Each returns None where it does not apply."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

Alteration = Callable[[str, str, Random], str | None]
"""The quote, another stretch of the same document, chance."""

NEGATION = re.compile(r"\b(?:not|no|never|neither|nor|without|cannot|none)\b ?", re.IGNORECASE)
EXCEPTION = re.compile(r",?\s*\b(?:except|unless|provided that|subject to|other than|if)\b[^,.;]*,", re.IGNORECASE)
EXCEPTING = re.compile(r"\b(?:except|unless|only|solely|other than|provided that|subject to)\b ?", re.IGNORECASE)
MONTHS = "January February March April May June July August September October November December".split()
DATE = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?= \d)|(?<=\w )\d{{1,2}}(?=,? (?:19|20)\d\d)|\b(?:19|20)\d\d\b")
NUMBER = re.compile(
    r"\d+|\b(?:two|three|four|five|six|seven|ten|fifteen|twenty|thirty|forty-five|sixty|ninety)\b", re.IGNORECASE
)
NUMBER_WORDS = "two three four five six seven ten fifteen twenty thirty sixty ninety".split()
ROLES = [
    ("Licensor", "Licensee"), ("Buyer", "Seller"), ("Company", "Distributor"), ("Recipient", "Disclosing Party"),
    ("Receiving Party", "Disclosing Party"), ("Franchisor", "Franchisee"), ("Customer", "Supplier"), ("Client", "Consultant"),
    ("Company", "Customer"), ("Agent", "Principal"), ("Lessor", "Lessee"), ("Landlord", "Tenant"), ("Vendor", "Purchaser"),
    ("server", "client"), ("sender", "receiver"), ("Company", "Executive"), ("Company", "Contractor"),
]  # fmt: skip
UNITS = [
    (r"\bdays\b", "months"), (r"\bmonths?\b", "years"), (r"\byears?\b", "months"), (r"\bhours\b", "days"),
    (r"\bbusiness days\b", "calendar days"), (r"US\$|\$", "€"), (r"\bUSD\b", "EUR"), (r"\bdollars\b", "euros"),
    (r"%", " basis points"), (r"\bpercent\b", "basis points"), (r"\boctets?\b", "bits"), (r"\bmiles\b", "kilometers"),
    (r"\bseconds\b", "milliseconds"), (r"\bmillion\b", "billion"), (r"\bMHz\b", "kHz"), (r"\bbits?\b", "bytes"),
]  # fmt: skip
COMPARISONS = [
    ("more than", "less than"), ("less than", "more than"), ("at least", "at most"), ("prior to", "after"),
    ("before", "after"), ("after", "before"), ("no later than", "no earlier than"), ("exceeds?", "falls below"),
    ("minimum", "maximum"), ("maximum", "minimum"), ("greater", "smaller"), ("earlier", "later"), ("later", "earlier"),
    ("above", "below"), ("below", "above"), ("over", "under"), ("within", "beyond"), ("up to", "at least"),
]  # fmt: skip
MODALS = {"may": "shall", "shall": "may", "will": "may", "must": "may", "can": "must", "should": "must"}
ADDED = (
    "reasonable material written exclusively irrevocably promptly only prior solely jointly not never annually perpetual "
    "sublicensable transferable domestic worldwide minor direct voluntarily temporarily".split()
)


def negation_dropped(quote: str, other: str, rng: Random) -> str | None:
    found = [each for each in NEGATION.finditer(quote) if each.start() > 0]
    match = rng.choice(found) if found else None
    return quote[: match.start()] + quote[match.end() :] if match else None


def number_changed(quote: str, other: str, rng: Random) -> str | None:
    found = list(NUMBER.finditer(quote))
    if not found:
        return None
    match = rng.choice(found)
    word = match.group()
    new = str(int(word) + rng.randint(1, 9)) if word.isdecimal() else rng.choice(_others(word.lower(), NUMBER_WORDS))
    return quote[: match.start()] + new + quote[match.end() :]


def date_changed(quote: str, other: str, rng: Random) -> str | None:
    found = list(DATE.finditer(quote))
    if not found:
        return None
    match = rng.choice(found)
    word = match.group()
    new = str(int(word) + rng.randint(1, 3)) if word.isdecimal() else rng.choice(_others(word, MONTHS))
    return quote[: match.start()] + new + quote[match.end() :]


def parties_swapped(quote: str, other: str, rng: Random) -> str | None:
    pairs = list(ROLES)
    rng.shuffle(pairs)
    for one, two in pairs:
        if re.search(rf"\b{one}\b", quote) or re.search(rf"\b{two}\b", quote):
            return _swapped(quote, one, two)
    return None


def _swapped(quote: str, one: str, two: str) -> str:
    return re.sub(rf"\b(?:{one}|{two})\b", lambda match: two if match.group() == one else one, quote)


def spliced(quote: str, other: str, rng: Random) -> str | None:
    """The head of one clause and the tail of another, at any proportion."""
    one, two = quote.split(), other.split()
    share = rng.uniform(0.15, 0.85)
    i, j = max(3, int(len(one) * share)), max(1, int(len(two) * share))
    return " ".join(one[:i] + two[j:]) if len(two) - j >= 3 and i < len(one) else None


def modal_changed(quote: str, other: str, rng: Random) -> str | None:
    found = list(re.finditer(rf"\b(?:{'|'.join(MODALS)})\b", quote))
    if not found:
        return None
    match = rng.choice(found)
    return quote[: match.start()] + MODALS[match.group()] + quote[match.end() :]


def condition_dropped(quote: str, other: str, rng: Random) -> str | None:
    """A condition inside the quote, or only the word that makes it one."""
    clause = EXCEPTION.search(quote, 1)
    if clause and rng.random() < 0.7:
        return quote[: clause.start()] + quote[clause.end() - 1 :]
    word = EXCEPTING.search(quote, 1)
    return quote[: word.start()] + quote[word.end() :] if word else None


def unit_changed(quote: str, other: str, rng: Random) -> str | None:
    pairs = list(UNITS)
    rng.shuffle(pairs)
    for pattern, unit in pairs:
        changed = re.sub(pattern, unit, quote, count=1)
        if changed != quote:
            return changed
    return None


def comparison_reversed(quote: str, other: str, rng: Random) -> str | None:
    pairs = list(COMPARISONS)
    rng.shuffle(pairs)
    for one, two in pairs:
        changed = re.sub(rf"(?<![\w-]){one}\b(?!-)", two, quote, count=1)
        if changed != quote:
            return changed
    return None


def negation_elided(quote: str, other: str, rng: Random) -> str | None:
    """An ellipsis in the place of a negation, of a few words around it, or of the clause that holds it."""
    found = [each for each in NEGATION.finditer(quote) if each.start() > 0]
    if not found:
        return None
    match = rng.choice(found)
    before, after = quote[: match.start()].split(), quote[match.end() :].split()
    wide = rng.randint(0, 3)
    head, tail = before[: max(1, len(before) - wide)], after[min(len(after) - 1, wide) :] if after else []
    if len(tail) < 2 or not head:
        return None
    return f"{' '.join(head)} {rng.choice(('...', '…', '[...]', '. . .'))} {' '.join(tail)}"


def two_places(quote: str, other: str, rng: Random) -> str | None:
    """Most of a quote, and a few words of another place before, after or inside it."""
    words, more = quote.split(), other.split()
    size = rng.randint(1, 4)
    if len(more) < size + 2 or len(words) < 6:
        return None
    at = rng.randrange(len(more) - size)
    lent = more[at : at + size]
    place = rng.choice((0, len(words), rng.randrange(2, len(words) - 1)))
    return " ".join([*words[:place], *lent, *words[place:]])


def word_added(quote: str, other: str, rng: Random) -> str | None:
    words = quote.split()
    at = rng.choice((0, len(words), rng.randrange(1, len(words)), rng.randrange(1, len(words))))
    word = rng.choice(ADDED)
    if at == len(words):
        bare = quote.rstrip(".;,")
        return f"{bare} {word}{quote[len(bare) :]}"
    return " ".join([*words[:at], word, *words[at:]])


def _others(word: str, among: Sequence[str]) -> list[str]:
    return [each for each in among if each != word]


ALTERATIONS: dict[str, Alteration] = {
    "negation dropped": negation_dropped,
    "number changed": number_changed,
    "date changed": date_changed,
    "parties swapped": parties_swapped,
    "clauses spliced": spliced,
    "may for shall": modal_changed,
    "condition dropped": condition_dropped,
    "unit or currency changed": unit_changed,
    "comparison reversed": comparison_reversed,
    "ellipsis over a negation": negation_elided,
    "words from two places": two_places,
    "one word added": word_added,
}
