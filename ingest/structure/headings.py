"""What may be the words of a heading (floor 4, pure): the title after a number, a line in capitals, and what only looks like one.

Names over signature lines, labels of forms and names of companies are no headings, however bold they stand.
"""

from __future__ import annotations

import re

TITLE_CHARS = 100
CAPS_CHARS = 110
CAPS_LETTERS = 4
TITLE_WORDS = 14
LINE_CHARS = 70
SIGNED_BEFORE, SIGNED_AFTER = 200, 260
"""How far around a line its signature block is looked for."""
SMALL_WORDS = frozenset(
    "a an and as at by for from in into of on or per the to upon with within without not between under".split()
)
MARKUP = re.compile(r"^#{1,6}\s+|\s+#+\s*$|<[^<>]{0,300}>|(?<!\w)[*_`]{1,3}(?=\w)|(?<=\w)[*_`]{1,3}(?!\w)")
KIND = re.compile(
    r"\b(?:agreement|contract|amendment|addendum|lease|licen[cs]e|policy|terms|specification|standard|plan|order|deed|memorandum|"
    r"statement\s+of\s+work|indenture|guaranty|guarantee|undertaking|disclosure|report|manual|guide(?:lines)?|datasheet)\b",
    re.IGNORECASE,
)
"""Words that name a kind of document."""
_TITLE = re.compile(
    r"\s*[.:–—-]?\s*[\"“]?([A-Z](?:[^.:\n]|[.:](?=[^\s\"”])){0,100}?)[\"”]?\s*(?:[.:](?=\s|$|[\"”])|\n|$|\s[–—-]\s)"
)
_QUOTES = re.compile(r"[\"“”]")
_SENTENCE = re.compile(
    r"\b(?:shall|will|must|means?|is|are|was|were|may|has|have|hereby|agrees?|represents?|warrants?|acknowledges?|requires?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w’'-]*")
_CAPS_RUN = re.compile(r"[A-Z][A-Z’'&,/()-]+(?:\s+[A-Z&(][A-Z’'&,/()-]*)+(?=\s+[A-Z“\"]?[\w’']*[a-z])")
_SIGNED = re.compile(r"\b(?:By|BY|Name|NAME|Its|ITS|Attest|ATTEST)\s?:|/[sS]/|_{5,}")
_WITNESS = re.compile(r"IN\s+WITNESS\s+(?:WHEREOF|OF)|executed\s+(?:this|as\s+of|by)|\bBy:|/[sS]/", re.IGNORECASE)
_FORM = re.compile(r"(?:BY|NAME|TITLE|DATE|ITS|ATTEST|WITNESS|SIGNED)\s*:|_{3,}|/S/", re.IGNORECASE)
_NO_HEADING = re.compile(
    r"IN\s+WITNESS\b|END\s+OF\b|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+[\d_]|[(“\"]|"
    r"\d[\d,.]*\s|Page\s+\d|Source:|Dated?\b|AND$|BETWEEN$|BY\s+AND\s+BETWEEN",
    re.IGNORECASE,
)
"""Also the names of parties in brackets or quotation marks, and dates."""
_COMPANY = re.compile(
    r"(?:\b(?:INC|LLC|LTD|LIMITED|CORP|CORPORATION|INCORPORATED|LLP|PLC|GMBH|BV|N\.V|L\.?L\.?C|L\.P|N\.A|S\.A)\b\.?[\s,]*)$",
    re.IGNORECASE,
)


def title_of(rest: str) -> str:
    """The title that `rest` (what follows a number) starts with; "" when it runs on as a sentence."""
    found = _TITLE.match(rest[: TITLE_CHARS + 20])
    if not found:
        return ""
    title = " ".join(found.group(1).split()).rstrip(" .:")
    if (
        title.endswith((",", ";", "\u037e", " and", " or"))
        or len(_QUOTES.findall(title)) % 2
        or _runs_on(rest, found.end())
    ):
        return ""
    capitals = _CAPS_RUN.match(title)
    if capitals:
        title = capitals.group().rstrip(" ,")
    return title if titled(title) else ""


def short_line(rest: str) -> str:
    """The rest of a line as a title, in whatever letters, when it is short and ends like one; "" otherwise."""
    line, _, after = rest[: TITLE_CHARS + 20].partition("\n")
    title = " ".join(line.split()).strip(" .:–—-")
    ended = line.rstrip().endswith((".", ",", ";", "\u037e", ":")) or after[:1].islower()
    if ended or not title[:1].isupper() or len(title) > LINE_CHARS or _SENTENCE.search(title):
        return ""
    return title


def titled(title: str) -> bool:
    """Whether words are capitalised as a title is, and few, and no sentence."""
    if _SENTENCE.search(title):
        return False
    words = [word for word in _WORD.findall(title) if word.lower() not in SMALL_WORDS]
    capital = sum(word[0].isupper() for word in words)
    return bool(words) and capital >= 0.6 * len(words) and len(words) <= TITLE_WORDS


def plain(words: str) -> str:
    """Words on one line, without Markdown and tags."""
    return " ".join(MARKUP.sub("", words).split())


def in_capitals(words: str) -> bool:
    """Whether a paragraph is a short line in capitals."""
    letters = [letter for letter in words[: CAPS_CHARS + 1] if letter.isalpha()]
    return (
        len(words) <= CAPS_CHARS
        and len(letters) >= CAPS_LETTERS
        and not any(letter.islower() for letter in letters)
        and words.count("\n") < 2
        and not words.rstrip().endswith((";", "\u037e", ","))
        and not _FORM.search(words)
        and len(letters) >= 0.6 * len("".join(words.split()))
    )


def only_looks(text: str, start: int, end: int) -> bool:
    """Whether the unnumbered line at `[start, end)` is a party over its signature, a company, or the label of a form."""
    words = text[start:end].strip()
    if words.endswith(":") and not (words.isupper() and words.count(":") == 1):
        return True
    if _NO_HEADING.match(words) or (words.startswith("[") and words.endswith("]")):
        return True
    if not any(letter.isalpha() for letter in words) or _FORM.search(words):
        return True
    if KIND.search(words):
        return False
    if _COMPANY.search(words.rstrip(".:")) or _COMPANY.search(words):
        return True
    after = text[end : end + SIGNED_AFTER]
    return bool(_SIGNED.search(after)) and bool(
        _WITNESS.search(text, max(0, start - SIGNED_BEFORE), start) or _SIGNED.search(after[:80])
    )


def _runs_on(rest: str, end: int) -> bool:
    """Whether a line that ends here goes on in the next one: "Fees and\\nexpenses are due"."""
    return rest[end - 1 : end] == "\n" and rest[end : end + 1].islower()
