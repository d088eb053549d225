"""True quotes of a text spoilt in form, and quotes that say something else: material for the resolver's tests.

Written without the product's own folding: each function takes a random source and returns None where it does not apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Change = Callable[[str, random.Random], str | None]

NEGATION = re.compile(r"\b(not|no|never|neither|nor|without|except|unless|cannot)\b ?", re.IGNORECASE)
MODAL = re.compile(r"\b(shall|may|will|must|should)\b")
NUMBER = re.compile(r"\d+")
MIRRORED = [
    ("Licensor", "Licensee"), ("Buyer", "Seller"), ("before", "after"), ("less", "more"), ("exclusive", "non-exclusive"),
    ("include", "exclude"), ("including", "excluding"), ("prior", "subsequent"), ("may", "shall"), ("shall", "may"),
    ("any", "no"), ("either", "neither"), ("all", "some"), ("greater", "lesser"), ("first", "last"), ("Company", "Customer"),
    ("agreement", "disagreement"), ("with", "without"), ("able", "unable"), ("and", "or"), ("or", "and"),
]  # fmt: skip


def sentences_of(text: str, least_words: int = 8, most_words: int = 60) -> list[str]:
    """Sentences of a contract as they stand in it, line breaks and all."""
    found = re.split(r"(?<=[.;])\s+(?=[A-Z])|\n\s*\n", text)
    whole = (each.strip() for each in found if not each.rstrip().endswith("-"))
    return [each for each in whole if least_words <= len(each.split()) <= most_words]


def reflowed(quote: str, rng: random.Random) -> str:
    return " ".join(quote.split())


def rewrapped(quote: str, rng: random.Random) -> str:
    width = rng.randint(30, 70)
    lines, line = [], ""
    for word in quote.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def hyphenated(quote: str, rng: random.Random) -> str | None:
    words = list(re.finditer(r"[a-z]{6,}", quote))
    if not words:
        return None
    at = rng.choice(words).start() + 3
    return f"{quote[:at]}-\n{quote[at:]}"


def with_ligatures(quote: str, rng: random.Random) -> str | None:
    changed = quote.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ff", "ﬀ")
    return changed if changed != quote else None


def with_other_quotes(quote: str, rng: random.Random) -> str | None:
    changed = re.sub(r'"([^"]*)"', "“\\1”", quote).replace("'", "’").replace(" - ", " – ").replace("--", "—")
    return changed if changed != quote else None


def with_invisible_characters(quote: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(quote))
    return quote[:at] + rng.choice("\u200b\u200d\ufeff\u00ad") + quote[at:]


def in_capitals(quote: str, rng: random.Random) -> str:
    return quote.upper() if rng.random() < 0.5 else quote[0].swapcase() + quote[1:]


def with_no_break_spaces(quote: str, rng: random.Random) -> str:
    return " ".join(quote.split()).replace(" ", "\u00a0")


def without_last_stop(quote: str, rng: random.Random) -> str | None:
    return quote[:-1] if quote.endswith((".", ";")) else None


def without_commas(quote: str, rng: random.Random) -> str | None:
    changed = re.sub(r"(?<=[a-z]),(?=\s+[a-z])", "", quote)
    return changed if changed != quote else None


FORMS: dict[str, Change] = {
    "reflowed": reflowed,
    "rewrapped": rewrapped,
    "hyphenated": hyphenated,
    "ligatures": with_ligatures,
    "quotes and dashes": with_other_quotes,
    "invisible": with_invisible_characters,
    "capitals": in_capitals,
    "no-break spaces": with_no_break_spaces,
    "no last stop": without_last_stop,
    "no commas": without_commas,
}


def negation_dropped(quote: str, rng: random.Random) -> str | None:
    found = list(NEGATION.finditer(quote))
    if not found:
        return None
    match = rng.choice(found)
    return quote[: match.start()] + quote[match.end() :]


def negation_added(quote: str, rng: random.Random) -> str | None:
    match = MODAL.search(quote)
    if not match or quote[match.end() :].lstrip().startswith("not"):
        return None
    return f"{quote[: match.end()]} not{quote[match.end() :]}"


def number_changed(quote: str, rng: random.Random) -> str | None:
    found = list(NUMBER.finditer(quote))
    if not found:
        return None
    match = rng.choice(found)
    other = str(int(match.group()) + rng.randint(1, 9))
    return quote[: match.start()] + other + quote[match.end() :]


def words_swapped(quote: str, rng: random.Random) -> str | None:
    words = quote.split()
    i, j = sorted(rng.sample(range(len(words)), 2))
    bare = [re.sub(r"\W", "", words[n]).lower() for n in (i, j)]
    if bare[0] == bare[1] or not all(bare):
        return None
    words[i], words[j] = words[j], words[i]
    return " ".join(words)


def neighbours_swapped(quote: str, rng: random.Random) -> str | None:
    words = quote.split()
    i = rng.randrange(len(words) - 1)
    bare = [re.sub(r"\W", "", word).lower() for word in words[i : i + 2]]
    if bare[0] == bare[1] or not all(bare):
        return None
    words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words)


def word_dropped(quote: str, rng: random.Random) -> str | None:
    words = quote.split()
    i = rng.randrange(1, len(words) - 1)
    if not re.search(r"\w", words[i]) or words[i] in {words[i - 1], words[i + 1]}:
        return None
    return " ".join(words[:i] + words[i + 1 :])


def word_mirrored(quote: str, rng: random.Random) -> str | None:
    rng.shuffle(pairs := list(MIRRORED))
    for one, other in pairs:
        changed = re.sub(rf"(?<![\w-]){one}\b", other, quote, count=1)
        if changed != quote:
            return changed
    return None


def negation_elided(quote: str, rng: random.Random) -> str | None:
    """The bug of another verifier: an ellipsis in the place of "not"."""
    changed = NEGATION.sub("... ", quote, count=1)
    return changed if changed != quote else None


ALTERATIONS: dict[str, Change] = {
    "negation dropped": negation_dropped,
    "negation added": negation_added,
    "negation elided": negation_elided,
    "number changed": number_changed,
    "words swapped": words_swapped,
    "neighbours swapped": neighbours_swapped,
    "word dropped": word_dropped,
    "word mirrored": word_mirrored,
}


def spliced(first: str, second: str, rng: random.Random) -> str | None:
    """The head of one sentence and the tail of another, at any proportion."""
    one, other = first.split(), second.split()
    share = rng.uniform(0.1, 0.9)
    i, j = max(2, int(len(one) * share)), max(1, int(len(other) * share))
    return " ".join(one[:i] + other[j:]) if len(other) - j >= 2 else None
