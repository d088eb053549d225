"""The numbers that a requirement sets (floor 4, pure): value, unit, "at least" and the like, and the parameter where the words name it.

Numbers of sections, figures, standards and versions are none. A number with neither a unit nor a comparison is none either, nor
is "at least one" without a counted noun: nothing tells what it would limit. Spans only; reading them as values is another's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.requirements.requirement import Keyword, Quantity
from proviso.text import Span

WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|zero"
)
NUMBER = (
    r"(?:[+\-−±]\s?)?(?:0x[0-9A-Fa-f_]+|\d{1,3}(?:[,\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:\^\d+|[eE][+-]?\d+)?)"
    rf"|\b(?:{WORDS})(?:[\s-](?:{WORDS}))*\b(?:\s\(\d+\))?"
)
PREFIXED = r"[pnuµμmkMGT]?"
UNIT = (
    rf"%|‰|per\s?cent\b|percent\b|ppm\b|°\s?[CF]?|℃"
    rf"|{PREFIXED}(?:Hz|V|A|W|Ω|F|H|N|Pa|J|K|s|m|g|l|L|bar|eV|Wh|Ah|bps|bit|Bd|Sps)\b(?:/\w+|[²³])?"
    r"|(?:cm|km|[mµnk][TSC])\b|[kKMGT]i?B(?:/s|ps)?\b|[kMG]bit/s\b|dB[mciVA]?\b"
    r"|ohms?\b|volts?\b|amp(?:ere)?s?\b|watts?\b|rpm\b|mm\b|inch(?:es)?\b|feet\b|ft\b|lbs?\b|psi\b|LSB\b"
    r"|(?:milli|micro|nano)?seconds?\b|minutes?\b|min\b|hours?\b|h\b|ms\b|ns\b|[µu]s\b"
    r"|(?:business\s|calendar\s|working\s)?days?\b|weeks?\b|months?\b|years?\b"
    r"|bits?\b|bytes?\b|octets?\b|characters?\b|pixels?\b|degrees?\b|met(?:er|re)s?\b|times\b"
)
COMPARISON = (
    r"at\s+least|at\s+(?:the\s+)?most|no\s+(?:more|greater|later|longer|higher)\s+than|no\s+(?:less|fewer|lower)\s+than"
    r"|not\s+(?:to\s+)?exceed(?:ing)?|exceed(?:s|ing)?"
    r"|(?:less|fewer|lower|smaller|shorter)\s+than(?:\s+or\s+equal\s+to)?"
    r"|(?:more|greater|larger|longer|higher)\s+than(?:\s+or\s+equal\s+to)?"
    r"|within|up\s+to|between|exactly|equal\s+to|a?\s?(?:minimum|maximum)\s+of|above|below|under|over|[<>≤≥=±]=?"
)
FOUND = re.compile(
    rf"(?:(?<!\w)(?P<comparison>(?i:{COMPARISON}))\s*(?:an?\s+|the\s+)?)?"
    rf"(?<![\w.\[/(#§-])(?P<value>{NUMBER})(?:[\s\xa0-]?(?P<unit>{UNIT}))?(?![\w^]|[.-]\d)"
)
COUNTED = re.compile(r"\s(?:[a-z]+\s){0,2}?(?P<unit>[a-z-]{3,}s)\b")
NAMED = re.compile(
    r"(?:\b(?:Sections?|Sec\.|Tables?|Figures?|Fig\.|Appendi(?:x|ces)|Chapters?|Clauses?|Articles?|Annex|Parts?"
    r"|Notes?|Steps?|Levels?|Versions?"
    r"|RFC|BCP|STD|ISO|IEC|IEEE|EN|SP|FIPS|NIST|MIL|No\.|Nos\.|Items?|Page|Type|Class|Requirements?)"
    r"[\s\xa0-]*(?:[\w.]+(?:,|\s+and|\s+or|\s+to|,\s+and)\s+)*)$"
)
BACK_CHARS = 60
MEASURED_BY = re.compile(
    r"\s+(?:not\s+)?(?:be|exceed|remain|equal|lie|stay|fall|last)\b"
    r"(?:\s+(?:set|limited|kept|in\s+the\s+range|a|the|equal|to|of|within|between|no|not))*\s*$",
    re.IGNORECASE,
)
EXCEEDS = re.compile(r"(?:not\s+)?(?:exceed|equal)", re.IGNORECASE)
SUBJECT = re.compile(
    r"(?:^|[,;:]\s+|\b(?:and|that|then)\s+)(?:(?:the|a|an|its|their|any|each|every)\s+)?(?P<name>[^\s,;:][^,;:]{1,90}?)\s*$",
    re.IGNORECASE,
)
OF = re.compile(
    r"\b(?:an?|the)\s+(?P<name>(?:(?!of\b|the\b|an?\b)[\w/-]+\s+){0,5}?(?!of\b)[\w/-]+)\s+of\s+(?:up\s+to\s+)?$",
    re.IGNORECASE,
)
NO_SUBJECT = re.compile(
    r"(?:it|they|this|that|these|those|which|who|there|and|or|if|when|unless|while)\b|.*[()]", re.IGNORECASE
)
NO_PARAMETER = ("minimum", "maximum", "total", "number")


def quantities_in(text: str, span: Span, keyword: Keyword | None) -> tuple[Quantity, ...]:
    """The quantities of the sentence at `span`, in their order."""
    return tuple(_found(text, span, keyword))


def _found(text: str, span: Span, keyword: Keyword | None) -> Iterator[Quantity]:
    for match in FOUND.finditer(text, span.start, span.end):
        if NAMED.search(text, max(span.start, match.start("value") - BACK_CHARS), match.start("value")):
            continue
        comparison = _comparison(text, match, keyword)
        unit = _group(match, "unit") or (_counted(text, match.end(), span.end) if comparison else None)
        if unit is None and (comparison is None or match["value"].lower() == "one"):
            continue
        start = comparison.start if comparison else match.start("value")
        value = Span(*match.span("value"))
        yield Quantity(value, unit, comparison, _parameter(text, Span(span.start, start), keyword))


def _comparison(text: str, match: re.Match[str], keyword: Keyword | None) -> Span | None:
    """The comparison without what belongs to the key word: "shall not" and "exceed"."""
    comparison = _group(match, "comparison")
    if comparison is None or keyword is None or not comparison.overlaps(keyword.span):
        return comparison
    words = text[keyword.span.end : comparison.end]
    return Span(comparison.end - len(words.lstrip()), comparison.end) if words.strip() else None


def _counted(text: str, at: int, end: int) -> Span | None:
    """The noun that a number without a unit counts: "at least 1024 members"."""
    match = COUNTED.match(text, at, end)
    return Span(*match.span("unit")) if match else None


def _parameter(text: str, before: Span, keyword: Keyword | None) -> Span | None:
    """What is measured: "a supply voltage of 3.3 V", or the subject of "shall be" and "shall not exceed"."""
    named = OF.search(text, max(before.start, before.end - BACK_CHARS), before.end)
    inside = keyword is None or named is None or not keyword.span.overlaps(Span(*named.span()))
    if named and inside and named["name"].lower() not in NO_PARAMETER:
        return Span(*named.span("name"))
    if keyword is None or not before.start <= keyword.span.start <= keyword.span.end <= before.end:
        return None
    says = "exceed" if EXCEEDS.match(text, before.end) else ""
    if not MEASURED_BY.fullmatch(f"{text[keyword.span.end : before.end].rstrip()} {says}".rstrip()):
        return None
    subject = SUBJECT.search(text[before.start : keyword.span.start])
    if subject is None or NO_SUBJECT.match(subject["name"]):
        return None
    return Span(before.start + subject.start("name"), before.start + subject.end("name"))


def _group(match: re.Match[str], name: str) -> Span | None:
    return Span(*match.span(name)) if match[name] else None
