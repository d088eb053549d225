"""What an answer says without proof (floor 4, pure).

`no_evidence`: a sentence without a marker `[n]` that points to verified evidence. `number_not_in_evidence`: a number, amount
or date of a sentence that has such markers and stands in none of the evidence they point to, in no form (30 is "thirty",
2026-03-01 is "March 1, 2026") or only with another unit (5 % is not 5 days). The title of the evidence counts as part of it, and
so do its section and pages where the answer names them as such.

A sentence ends at . ! ? or at the end of its line; markers right after the stop belong to it. Exempt: headings, lines wholly in
bold, lead-ins that end with a colon, table headers and rules, fewer than three words, sentences that only say that the
documents do not say something, and numbers that only number a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from analysis.evidence.absence import is_absence
from analysis.evidence.figures import SCALES, Figure, Value, figures, readings
from proviso.text import Span
from proviso.types.answers import Evidence, Unsupported

VERIFIED = frozenset({"exact", "normalised", "partial"})
MARKER = re.compile(r"\[\s*(\d{1,4}(?:\s*[-–,;]\s*\d{1,4})*)\s*\]")
ABBREVIATION = re.compile(
    r"(?:\b(?:inc|ltd|co|corp|llc|no|nos|sec|sect|art|para|cl|mr|ms|mrs|dr|st|vs|etc|approx|fig|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|e\.g|i\.e|u\.s|cf|p|pp)|\b[A-Z])\.$",
    re.IGNORECASE,
)
STOP = re.compile(r"[.!?][\"'”’)\]*_]*(?:\s*\[\s*\d[\d\s,;–-]*\])*(?=\s|$)")
LIST_MARK = re.compile(r"^\s*(?:[-*•>]\s+|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s+)+", re.IGNORECASE)
TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
MIN_WORDS = 3
PLACE_CHARS = 24
SECTION_WORD = re.compile(
    r"(?:\b(?:sections?|sect?s?\.|clauses?|cl\.|articles?|art\.|paragraphs?|para\.|exhibit|schedule|annex|appendix|part|item|no\.)|§§?)"
    r"\s*(?:[\d.]+\s*(?:,|and|to|or|[-–])\s*)?$",
    re.IGNORECASE,
)
PAGE_WORD = re.compile(r"\b(?:pages?|pp?\.)\s*(?:\d+\s*(?:,|and|to|or|[-–])\s*)?$", re.IGNORECASE)


def unsupported(answer: str, evidence: Sequence[Evidence]) -> tuple[Unsupported, ...]:
    """The stretches of `answer` that no verified evidence carries, in order."""
    verified = {each.n: each for each in evidence if each.state in VERIFIED}
    found: list[Unsupported] = []
    for span in sentences(answer):
        sentence = span.of(answer)
        cited = [verified[n] for n in markers(sentence) if n in verified]
        if cited:
            found += _unproven_numbers(sentence, span.start, cited)
        elif not is_absence(sentence):
            found.append(Unsupported(sentence, span.start, span.end, "no_evidence"))
    return tuple(found)


def markers(sentence: str) -> list[int]:
    """The evidence numbers a sentence points to: [1], [1, 2], [1-3]."""
    out: list[int] = []
    for match in MARKER.finditer(sentence):
        for part in re.split(r"[,;]", match.group(1)):
            ends = [int(n) for n in re.findall(r"\d+", part)]
            out += range(ends[0], min(ends[-1], ends[0] + 99) + 1) if len(ends) > 1 else ends
    return list(dict.fromkeys(out))


def sentences(answer: str) -> Iterator[Span]:
    """The stretches of an answer that claim something."""
    at = 0
    for line in answer.splitlines(keepends=True):
        if not _is_furniture(line, answer[at + len(line) :]):
            for span in _of_line(line):
                yield Span(at + span.start, at + span.end)
        at += len(line)


def _of_line(line: str) -> Iterator[Span]:
    mark = LIST_MARK.match(line)
    start = mark.end() if mark else len(line) - len(line.lstrip())
    if line.lstrip().startswith("|"):
        yield from _claim(line, start, len(line.rstrip()))
        return
    for stop in STOP.finditer(line, start):
        if ABBREVIATION.search(line, start, stop.start() + 1):
            continue
        yield from _claim(line, start, stop.end())
        start = stop.end()
    yield from _claim(line, start, len(line.rstrip()))


def _claim(line: str, start: int, end: int) -> Iterator[Span]:
    while start < end and line[start].isspace():
        start += 1
    text = MARKER.sub("", line[start:end])
    if len(WORD.findall(text)) >= MIN_WORDS or (figures(text) and len(WORD.findall(text)) > 0):
        yield Span(start, end)


def _is_furniture(line: str, rest: str) -> bool:
    """Headings, lead-ins, rules, the header of a table."""
    text = line.strip()
    if not text or text.startswith("#") or text.endswith(":") or re.fullmatch(r"(\*\*|__)[^*_]+\1:?", text):
        return True
    following = rest.split("\n", 1)[0]
    return bool(TABLE_RULE.match(text)) or (
        text.startswith("|") and "-" in following and bool(TABLE_RULE.match(following))
    )


def _unproven_numbers(sentence: str, at: int, cited: Sequence[Evidence]) -> Iterator[Unsupported]:
    blanked = MARKER.sub(lambda match: " " * len(match.group()), sentence)
    words = "\n".join(f"{each.text or ''}\n{each.title}" for each in cited)
    proven = readings(words)
    for figure in figures(blanked):
        if not (_stands_in(figure, proven) or _in_scale(figure, proven, words) or _is_place(figure, blanked, cited)):
            yield Unsupported(figure.text, at + figure.start, at + figure.end, "number_not_in_evidence")


def _stands_in(figure: Figure, proven: dict[Value, set[str]]) -> bool:
    """In any form, unless every place of the evidence counts something else: 5 % is not 5 days."""
    for value in (figure.value, *figure.others):
        units = proven.get(value)
        if units is not None and (not figure.unit or units & {"", figure.unit}):
            return True
    if isinstance(figure.value, tuple) and figure.value[2] == 0:
        year, month, _ = figure.value
        return (0, month, 0) in proven and Decimal(year) in proven
    return _in_basis_points(figure, proven)


def _in_basis_points(figure: Figure, proven: dict[Value, set[str]]) -> bool:
    """150 basis points are 1.5 %."""
    if not isinstance(figure.value, Decimal) or figure.unit not in {"%", "bps"}:
        return False
    factor, other = (Decimal(100), "bps") if figure.unit == "%" else (Decimal("0.01"), "%")
    return other in proven.get((figure.value * factor).normalize(), set())


def _in_scale(figure: Figure, proven: dict[Value, set[str]], words: str) -> bool:
    """ "12,345 thousand" by a table "in thousands" that says 12,345."""
    if not figure.scale or not isinstance(figure.value, Decimal):
        return False
    bare = (figure.value / SCALES[figure.scale]).normalize()
    return bare in proven and re.search(rf"\b{figure.scale}s\b", words, re.IGNORECASE) is not None


def _is_place(figure: Figure, sentence: str, cited: Sequence[Evidence]) -> bool:
    """Does it name the section or a page of the evidence?"""
    before = sentence[max(0, figure.start - PLACE_CHARS) : figure.start]
    if PAGE_WORD.search(before):
        return any(each.page_start and str(n) == figure.text for each in cited for n in _pages(each))
    if not SECTION_WORD.search(before) and "." not in figure.text:
        return False
    number = figure.text.rstrip(".")
    return any(re.search(rf"(?<![\w.]){re.escape(number)}(?![\d])", each.section) for each in cited)


def _pages(evidence: Evidence) -> range:
    return range(evidence.page_start or 0, (evidence.page_end or evidence.page_start or 0) + 1)
