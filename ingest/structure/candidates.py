"""Places where a section may begin (floor 4, pure): block starts, line starts inside blocks, and numbers inside running text.

Running heads and feet, table rows and notes give no candidates. Whether a candidate is a section is decided by `tree`, by sequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Literal

from ingest.structure import headings
from ingest.structure.headings import TITLE_CHARS, title_of
from ingest.structure.labels import Label, label_of
from proviso.types.documents import Block, Section

Place = Literal["block", "line", "inline"]

LONG_BLOCK = 200
"""U+037E, in the expressions below, is how some PDFs print a semicolon."""
HEADING_CHARS = 300
LABEL_CHARS = 60
WRAPPED_CHARS = 180
"""Lines of a printed page are shorter."""
BODY_CHARS = 40
"""A clause in a row of a table is at least this long: shorter rows are figures."""
MIN_BOOKMARKS = 5
"""From here on the bookmarks of a PDF are trusted over the look of its lines."""
MAX_CANDIDATES = 50_000
"""Contracts and specifications have 5 to 15 a page; a text with more than this holds no outline that anyone could use."""
READABLE = frozenset(("paragraph", "heading", "list_item"))
CONTENTS = re.compile(r"\s*(?:TABLE\s+OF\s+CONTENTS|CONTENTS|INDEX)[\s:.]*", re.IGNORECASE)
_PAGE = re.compile(r"[\s.·]+\d{1,4}$")
_BULLET = re.compile(r"[•·▪◦‣*-][ \t\xa0]+")
_PAGE_NUMBER = re.compile(r"\d{1,3}[ \t\xa0]+(?=\d{1,2}\.[ \t\xa0]+[A-Z])")
"""The number of a page that was left before the first clause on it."""
_AFTER_REFERENCE = re.compile(
    r"\s*(?:of|hereof|herein|above|below|and|or|to|through|shall|will|is|are|may|as|for|in|by|under|which|that|hereto|hereunder)\b|\s*[,;\u037e)]"
)
_LEADERS = re.compile(r"(?:\.\s?){4,}|…|_{4,}|[\s.·]{3,}\d{1,4}\s*$|\t\s*\d{1,4}\s*$")
_SENTENCE_END = re.compile(r"[.;\u037e:!?][\"”’)\]]*\s*$")
_OPEN_LINE = re.compile(r"[\w,–—-]\s*$")
_INLINE = re.compile(
    r"\s(?:(?:(?<=[.;\u037e:)”\"]\s)|(?<=\S[ \xa0])(?=[ \xa0]{2})|(?<=[.;\u037e:)”\"],\s)"
    r"|(?<=[;\u037e,]\sand\s)|(?<=[;\u037e,]\sor\s))\s{0,39}"
    r"(?=(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+[\"“(]?[A-Z])|\([a-z]{1,4}\)\s|[a-z]\.\s+[\"“]?[A-Z])"
    r"|(?<=[a-z]\s)\s{0,39}(?=\d{1,2}\.\d{1,2}\.?\s+[A-Z])"
    r"|(?<=\S\s)\s{0,39}(?=(?:EXHIBIT|SCHEDULE|ANNEX|APPENDIX)\s+[A-Z0-9]{1,2}\s+[A-Z]{3,}))"
)
"""Begins with the blank itself, which a search finds many times faster than what stands before it."""
_REFERENCE_WORD = re.compile(
    r"\b(?:sections?|articles?|clauses?|paragraphs?|subsections?|version|level|table|figure|part|item|step)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a section may begin: what stands at `[start, end)` is its number and title. `level` is the heading level
    when the format itself says so."""

    start: int
    end: int
    label: Label | None
    title: str
    place: Place
    page: int | None
    level: int = 0
    whole: bool = False
    contents: bool = False
    lower: bool = False
    """Whether the words after the number begin in lower case, as items of a list do and clauses do not."""

    @property
    def key(self) -> str:
        """What the same heading has in a table of contents (with a page number) and in the body."""
        return f"{self.label.printed if self.label else ''} {_PAGE.sub('', self.title)}".casefold()


def candidates(text: str, blocks: Sequence[Block], outline: Sequence[Section]) -> list[Candidate]:
    """All candidates in order; from block to block until there are too many."""
    marked = {section.start: section for section in outline}
    found: list[Candidate] = []
    trusted = len(marked) >= MIN_BOOKMARKS
    unwrapped = _unwrapped(text, blocks)
    for block in (_plainer(block, marked) if trusted else block for block in blocks):
        if block.kind in READABLE:
            found.extend(_in_block(text, block, marked.get(block.start), unwrapped))
        elif block.kind == "table_row":
            found.extend(_in_row(text[block.start : block.end], block))
        if len(found) > MAX_CANDIDATES:
            break
    return _titled_below(text, found)


def _unwrapped(text: str, blocks: Sequence[Block]) -> bool:
    """Whether each line is a paragraph of its own, as in formats without pages, unless their lines were wrapped by hand."""
    if any(block.page is not None for block in blocks):
        return False
    return any(len(line) > WRAPPED_CHARS for line in text.split("\n"))


def _plainer(block: Block, marked: dict[int, Section]) -> Block:
    """A line that only looks like a heading, in a document whose bookmarks name the real ones."""
    return replace(block, kind="paragraph") if block.kind == "heading" and block.start not in marked else block


def _in_block(text: str, block: Block, mark: Section | None, unwrapped: bool) -> Iterator[Candidate]:
    words = text[block.start : block.end]
    first = _first(text, words, block, mark)
    if first is not None:
        yield first
    if _is_heading(block):
        return
    at = words.find("\n") + 1
    before = unwrapped or bool(first and first.whole)
    inner: list[Candidate] = []
    while at > 0 and len(inner) <= MAX_CANDIDATES:
        line = _at_line(words, at, block, before, unwrapped)
        before = unwrapped or bool(line and line.whole)
        if line is not None:
            inner.append(line)
        at = words.find("\n", at) + 1
    if len(words) > LONG_BLOCK:
        taken = {line.start for line in inner}
        running = (each for each in _inline(words, block) if each.start not in taken)
        inner.extend(islice(running, MAX_CANDIDATES))
        inner.sort(key=lambda each: each.start)
    yield from inner


def _in_row(words: str, block: Block) -> Iterator[Candidate]:
    """A clause that is laid out as a table: its number in the first cell, its words in the second."""
    label = label_of(words)
    if label is None or label.style in ("exhibit", "article") or words[label.length : label.length + 1] != "\t":
        return
    rest = words[label.length + 1 :]
    if len(rest) >= BODY_CHARS and "\t" not in rest.rstrip() and rest.lstrip()[:1].isalpha():
        yield Candidate(block.start, block.start + label.length, label, title_of(rest), "line", block.page)


def _is_heading(block: Block) -> bool:
    return block.kind == "heading" and block.end - block.start <= HEADING_CHARS


def _first(text: str, words: str, block: Block, mark: Section | None) -> Candidate | None:
    """The candidate at the start of a block: a number, a heading of the format, or a line in capitals."""
    heading = _is_heading(block) or mark is not None
    level = mark.level if mark else block.level if heading and block.page is None else 0
    bullet = _BULLET.match(words) if block.kind == "list_item" else None
    bullet = bullet or _PAGE_NUMBER.match(words)
    start = bullet.end() if bullet else 0
    line = headings.plain(words) if heading else words[start:]
    label = label_of(line)
    if not level and _LEADERS.search(words[: words.find("\n") if "\n" in words else None][:HEADING_CHARS]):
        return None
    at, end = block.start + start, block.end
    if label is not None and (heading or _introduces(label, line)):
        rest = line[label.length :]
        title = _heading_title(mark, label, rest, level) if heading else _title(label, rest, "\n" not in rest.strip())
        whole = heading or _is_all(title, label, line.strip())
        end = end if whole else at + label.length
        lower = rest.lstrip()[:1].islower()
        return Candidate(at, end, label, title[:TITLE_CHARS], "block", block.page, level, whole, lower=lower)
    capitals = block.kind == "paragraph" and headings.in_capitals(words)
    if not (heading or capitals) or (not level and headings.only_looks(text, block.start, block.end)):
        return None
    title = headings.plain(words)[: TITLE_CHARS + 20].strip(" .:")
    contents = bool(CONTENTS.fullmatch(title))
    return Candidate(at, end, None, title, "block", block.page, level, whole=True, contents=contents)


def _at_line(words: str, at: int, block: Block, before: bool, unwrapped: bool) -> Candidate | None:
    """A number at the start of a line inside a block, after a line that ended a sentence or was a heading itself."""
    end = words.find("\n", at)
    line = words[at : end if end > 0 else len(words)][: TITLE_CHARS * 2]
    indent = len(line) - len(line.lstrip())
    label = label_of(line[indent:])
    if label is None or _LEADERS.search(line) or not _introduces(label, line[indent:]):
        return None
    rest = words[at + indent + label.length : at + indent + label.length + 2 * TITLE_CHARS]
    title = _title(label, rest, unwrapped or "\n" not in rest.strip())
    whole = _is_all(title, label, line.strip())
    previous = words[max(0, at - 6) : at].rstrip()
    if not (_SENTENCE_END.search(previous) or (whole and (before or not _OPEN_LINE.search(previous)))):
        return None
    start = block.start + at + indent
    lower = rest.lstrip()[:1].islower()
    end = start + (len(line.strip()) if whole else label.length)
    return Candidate(start, end, label, title, "line", block.page, whole=whole, lower=lower)


def _inline(words: str, block: Block) -> Iterator[Candidate]:
    """Numbers inside running text: pages whose paragraphs were lost hold whole contracts in one block."""
    for gap in _INLINE.finditer(words):
        if "\n" in gap.group():
            continue
        at = gap.end()
        label = label_of(words[at : at + LABEL_CHARS])
        before = words[max(0, at - LABEL_CHARS) : at]
        if label is None or _REFERENCE_WORD.search(before) or not _introduces(label, words[at : at + LABEL_CHARS]):
            continue
        title = _title(label, words[at + label.length : at + label.length + TITLE_CHARS + 40], complete=False)
        start = block.start + at
        yield Candidate(start, start + label.length, label, title, "inline", block.page)


def _heading_title(mark: Section | None, label: Label, rest: str, level: int) -> str:
    """The title of a heading: as its bookmark has it, when the line on the page is only its beginning. What only looks like a heading
    may be a clause in bold."""
    title = rest.strip(" .:–—-\t\xa0")
    if mark is not None and title and mark.title and (mark.title.startswith(title) or title.startswith(mark.title)):
        return mark.title
    return title if level or headings.short_line(rest) else title_of(rest)


def _is_all(title: str, label: Label, line: str) -> bool:
    """Whether number and title are the whole line."""
    return (bool(title) or label.word) and len(title) + label.length + 4 >= len(" ".join(line.split()))


def _title(label: Label, rest: str, complete: bool) -> str:
    """The title after a number; a short line that is `complete` may be one in any letters."""
    if label.style != "decimal":
        return title_of(rest)
    child = rest.find(f"{label.printed.removesuffix('.0')}.1", 0, TITLE_CHARS)
    if child > 0:
        return title_of(rest[:child] + "\n")
    return (headings.short_line(rest) if complete else "") or title_of(rest)


def _introduces(label: Label, line: str) -> bool:
    """Whether what follows the label lets it be a number of this clause rather than a reference to another, or an amount."""
    rest = line[label.length : label.length + LABEL_CHARS]
    if label.style in ("decimal", "digit"):
        bare = len(label.numbers) == 1 and not label.dotted
        return not bare and not _AFTER_REFERENCE.match(rest) and not rest.lstrip()[:1].isdigit()
    if label.word:
        return not _AFTER_REFERENCE.match(rest) and not rest.lstrip()[:1].islower()
    return not rest.lstrip().startswith((",", ";", ")")) or not rest.strip()


def _titled_below(text: str, found: list[Candidate]) -> list[Candidate]:
    """ "ARTICLE I" and the line "DEFINITIONS" right below it are one heading."""
    out = found[:1]
    for above, below in pairwise(found):
        last = out[-1]
        if last is above and _awaits_title(above) and below.label is None and not below.level and not below.contents:
            between = text[above.end : below.start]
            if not between.strip():
                out[-1] = replace(above, title=below.title, end=below.end, whole=False)
                continue
        out.append(below)
    return out


def _awaits_title(candidate: Candidate) -> bool:
    label = candidate.label
    named = label is not None and (label.style == "article" or (label.style == "exhibit" and "." not in label.printed))
    return named and candidate.whole and not candidate.title and not candidate.level
