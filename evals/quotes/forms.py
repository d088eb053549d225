"""Twelve ways to spoil the form of a quote and keep its words (evals, pure).

Written without the product's own folding. Each takes a quote and a random source and returns None where it does not apply.
`page furniture` is not here: it changes the source and not the quote (`measure`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random

Form = Callable[[str, Random], str | None]

TURNING = frozenset(
    "no not never none neither nor non without except unless cannot excluding excluded other than save lest if provided "
    "provides subject until till only solely however notwithstanding but although whereas otherwise when where whether "
    "fail fails failed failure prohibit prohibits prohibited prevent prevents waive waives waived shall must may might will "
    "would should can could ought need agrees agree hardly barely nothing nobody nowhere exclude excludes exception "
    "exceptions excepting excepted".split()
)
COUNTING = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|twenty|thirty|forty|fifty|sixty|ninety|"
    r"hundred|thousand|million|billion|half|quarter|third|dozen)\b",
    re.IGNORECASE,
)


def white_space(quote: str, rng: Random) -> str:
    blanks = (" ", "  ", "\t", "\u00a0", " \u2009", "\u202f ", "\u3000")
    return "".join(rng.choice(blanks) + word for word in quote.split())


def line_breaks(quote: str, rng: Random) -> str:
    width, lines, line = rng.randint(25, 75), list[str](), ""
    for word in quote.split():
        if line and len(line) + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return rng.choice(("\n", "\r\n", "\n    ", " \n\n")).join([*lines, line])


def hyphenation(quote: str, rng: Random) -> str | None:
    words = list(re.finditer(r"(?<![\w-])[A-Za-z]?[a-z]{6,}(?![\w-])", quote))
    if not words:
        return None
    for match in sorted(rng.sample(words, min(len(words), rng.randint(1, 3))), key=lambda each: -each.start()):
        at = match.start() + rng.randint(2, len(match.group()) - 2)
        quote = quote[:at] + rng.choice(("-\n", "\u00ad\n", "\u00ad", "-\n  ")) + quote[at:]
    return quote


def ligatures(quote: str, rng: Random) -> str | None:
    changed = quote
    for plain, joined in (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("fi", "ﬁ"), ("fl", "ﬂ"), ("ff", "ﬀ")):
        changed = changed.replace(plain, joined)
    return changed if changed != quote else None


def quotation_marks(quote: str, rng: Random) -> str | None:
    if re.search(r"[\"“”]", quote):
        if rng.random() < 0.5 and re.search("[“”]", quote):
            return re.sub("[“”]", '"', quote)
        left, right = rng.choice((("“", "”"), ("„", "“"), ("«", "»"), ("''", "''")))
        return re.sub('["“]([^"“”]*)["”]', rf"{left}\1{right}", quote)
    changed = quote.replace("’", "'") if "’" in quote else quote.replace("'", rng.choice("’‘`"))
    return changed if changed != quote else None


def dashes(quote: str, rng: Random) -> str | None:
    if not re.search(r"(?<=\w)-(?=\w)| [-–—] |[–—]|--", quote):
        return None
    changed = re.sub(r" (?:--?|[–—]) ", lambda _: rng.choice((" – ", " — ", " -- ", " - ")), quote)
    changed = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", lambda _: rng.choice("\u2010\u2011\u2013"), changed)
    return changed if changed != quote else None


def first_letter(quote: str, rng: Random) -> str | None:
    return quote[0].swapcase() + quote[1:] if quote[0].isalpha() else None


def last_punctuation(quote: str, rng: Random) -> str:
    bare = quote.rstrip(".,;:") if rng.random() < 0.5 else quote
    return bare if bare != quote else quote.rstrip(".,;:") + rng.choice((".", ",", ";", "..."))


def ellipsis(quote: str, rng: Random) -> str | None:
    """Words without weight left out within a sentence, in order."""
    words = quote.split()
    starts = list(range(4, len(words) - 5))
    rng.shuffle(starts)
    for i in starts:
        for size in rng.sample(range(1, 9), 8):
            skipped = words[i : i + size]
            if len(words) - i - size < 4 or not all(re.fullmatch(r"[a-z]+,?", word) for word in skipped):
                continue
            tail = " ".join(words[i + size :])
            if TURNING & {word.strip(",") for word in skipped} or COUNTING.search(" ".join(skipped)):
                continue
            dots = rng.choice(("...", "…", "[...]", "[…]", ". . ."))
            return f"{' '.join(words[:i])} {dots} {tail}"
    return None


def brackets(quote: str, rng: Random) -> str | None:
    """What an editor puts in brackets: a letter's case, a word made plain as it stands, "sic", "emphasis added"."""
    names = list(re.finditer(r"(?<=[a-z,] )[A-Z][a-z]+\b", quote))
    kinds = rng.sample(range(4), 4)
    for kind in kinds:
        if kind == 0 and re.match(r"[A-Za-z][a-z]", quote):
            return f"[{quote[0].swapcase()}]{quote[1:]}"
        if kind == 1 and names:
            name = rng.choice(names)
            return f"{quote[: name.start()]}[{name.group()}]{quote[name.end() :]}"
        if kind == 2 and names:
            name = rng.choice(names)
            return f"{quote[: name.end()]} [sic]{quote[name.end() :]}"
        if kind == 3:
            return f"{quote} {rng.choice(('[emphasis added]', '(emphasis added)'))}"
    return None


def compatibility_forms(quote: str, rng: Random) -> str | None:
    kind = rng.randrange(4)
    if kind == 0:
        return "".join(chr(ord(ch) + 0xFEE0) if "!" <= ch <= "~" and ch.isalnum() else ch for ch in quote)
    if kind == 1:
        words = quote.split(" ")
        at = rng.randrange(len(words))
        words[at] = "".join(chr(0x1D400 + ord(ch) - ord("A")) if "A" <= ch <= "Z" else ch for ch in words[at])
        return " ".join(words)
    if kind == 2:
        changed = unicodedata.normalize("NFD", quote)
        return changed if changed != quote else re.sub(r"(\d)", lambda m: chr(ord(m[1]) + 0xFEE0), quote)
    at = rng.randrange(1, len(quote))
    return quote[:at] + rng.choice("\u200b\u200d\ufeff\u2060") + quote[at:]


FORMS: dict[str, Form] = {
    "white space": white_space,
    "line breaks": line_breaks,
    "hyphenation": hyphenation,
    "ligatures": ligatures,
    "quotation marks": quotation_marks,
    "dashes": dashes,
    "first letter": first_letter,
    "last punctuation": last_punctuation,
    "ellipsis in order": ellipsis,
    "editorial brackets": brackets,
    "compatibility forms": compatibility_forms,
}
