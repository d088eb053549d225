"""Places where a section may begin (floor 4, pure): block starts, line starts inside blocks, and numbered titles inside running text.

Contents lists are recognised and give no candidates, nor do running heads and feet, table rows and notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.structure.labels import Label, label_of
from proviso.types.documents import Block, Section

Place = Literal["block", "line", "inline"]

TITLE_CHARS = 100
CAPS_CHARS = 110
CAPS_LETTERS = 4
LONG_BLOCK = 400
HEADING_CHARS = 300
MIN_BOOKMARKS = 5
"""From here on the bookmarks of a PDF are trusted over the look of its lines."""
READABLE = frozenset(("paragraph", "heading", "list_item"))
SMALL_WORDS = frozenset("a an and as at by for from in into of on or per the to upon with within without not".split())
_MARKUP = re.compile(r"^#{1,6}\s+|\s+#+\s*$|<[^>]{0,300}>|(?<!\w)[*_`]{1,3}(?=\w)|(?<=\w)[*_`]{1,3}(?!\w)")
_TITLE = re.compile(r"\s*[.:–—-]?\s*[\"“]?([A-Z][^.:\n]{0,100}?)[\"”]?\s*(?:[.:](?=\s|$|[\"”])|\n|$|\s[–—-]\s)")
_QUOTES = re.compile(r"[\"“”]")
_SENTENCE = re.compile(r"\b(?:shall|will|must|means?|is|are|may|has|have|hereby)\b")
_AFTER_REFERENCE = re.compile(
    r"\s*(?:of|hereof|herein|above|below|and|or|to|through|shall|will|is|are|may|as|for|in|by|under|which|that|hereto|hereunder)\b|\s*[,;)]"
)
_INLINE = re.compile(r"(?<=[.;:)”\"])\s+(?=\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[\"“]?[A-Z])")
_CONTENTS = re.compile(r"\s*(?:TABLE\s+OF\s+CONTENTS|CONTENTS|INDEX)[\s:.]*", re.IGNORECASE)
_LEADERS = re.compile(r"(?:\.\s?){4,}|…|_{4,}|[\s.·]{3,}\d{1,4}\s*$|\t\s*\d{1,4}\s*$")
_SIGNATURE = re.compile(r"(?:BY|NAME|TITLE|DATE|ITS|ATTEST|WITNESS|SIGNED)\s*:|_{3,}|/S/", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.;:!?][\"”’)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a section may begin. `level` is the heading level when the format itself says so."""

    start: int
    label: Label | None
    title: str
    place: Place
    page: int | None
    level: int = 0
    whole: bool = False
    contents: bool = False

    @property
    def key(self) -> str:
        """What the same heading has in a table of contents and in the body."""
        return f"{self.label.printed if self.label else ''} {self.title}".casefold()


def candidates(text: str, blocks: Sequence[Block], outline: Sequence[Section]) -> list[Candidate]:
    """All candidates in order, without those inside a table of contents."""
    marked = {section.start: section for section in outline}
    found: list[Candidate] = []
    contents: list[int] = []
    trusted = len(marked) >= MIN_BOOKMARKS
    for block in (_plainer(block, marked) if trusted else block for block in blocks):
        if block.kind not in READABLE:
            continue
        words = text[block.start : block.end]
        if len(words) < TITLE_CHARS and _CONTENTS.fullmatch(_MARKUP.sub("", words)):
            contents.append(block.start)
        found.extend(_in_block(words, block, marked.get(block.start)))
    return _without_contents(found, contents)


def title_of(rest: str) -> str:
    """The title that `rest` (what follows a number) starts with; "" when it runs on as a sentence."""
    found = _TITLE.match(rest[: TITLE_CHARS + 20])
    if not found:
        return ""
    title = " ".join(found.group(1).split())
    if _SENTENCE.search(title) or len(_QUOTES.findall(title)) % 2:
        return ""
    words = [word for word in re.findall(r"[A-Za-z][\w’'-]*", title) if word.lower() not in SMALL_WORDS]
    capital = sum(word[0].isupper() for word in words)
    return title if words and capital >= 0.6 * len(words) and len(words) <= 14 else ""


def _plainer(block: Block, marked: dict[int, Section]) -> Block:
    """A line that only looks like a heading, in a document whose bookmarks name the real ones."""
    return replace(block, kind="paragraph") if block.kind == "heading" and block.start not in marked else block


def _in_block(words: str, block: Block, mark: Section | None) -> Iterator[Candidate]:
    heading = block.kind == "heading" and len(words) <= HEADING_CHARS
    level = mark.level if mark else block.level if heading and block.page is None else 0
    first = _first(words, block, heading or mark is not None, level)
    if first is not None:
        yield first
    if heading:
        return
    at = words.find("\n") + 1
    while at > 0:
        line = _at_line(words, at, block)
        if line is not None:
            yield line
        at = words.find("\n", at) + 1
    if len(words) > LONG_BLOCK:
        yield from _inline(words, block)


def _first(words: str, block: Block, heading: bool, level: int) -> Candidate | None:
    """The candidate at the start of a block: a number, a heading of the format, or a line in capitals."""
    plain = " ".join(_MARKUP.sub("", words).split()) if heading else words
    label = label_of(plain)
    if _LEADERS.search(words.split("\n", 1)[0]) and not level:
        return None
    if label is not None and (heading or _introduces(label, plain)):
        title = plain[label.length :].strip(" .:–—-\t\xa0") if heading else title_of(plain[label.length :])
        whole = heading or len(title) + label.length + 4 >= len(words)
        return Candidate(block.start, label, title[:TITLE_CHARS], "block", block.page, level, whole)
    if heading or (block.kind == "paragraph" and _capitals(words)):
        title = " ".join(_MARKUP.sub("", words).split())[: TITLE_CHARS + 20].strip(" .:")
        contents = bool(_CONTENTS.fullmatch(title))
        return Candidate(block.start, None, title, "block", block.page, level, whole=True, contents=contents)
    return None


def _at_line(words: str, at: int, block: Block) -> Candidate | None:
    """A number at the start of a line inside a block, after a line that ended a sentence."""
    end = words.find("\n", at)
    line = words[at : end if end > 0 else len(words)]
    indent = len(line) - len(line.lstrip())
    label = label_of(line[indent:])
    if label is None or _LEADERS.search(line) or not _SENTENCE_END.search(words[max(0, at - 6) : at].rstrip()):
        return None
    rest = words[at + indent + label.length :]
    if not _introduces(label, words[at + indent : at + indent + label.length + 40]):
        return None
    return Candidate(block.start + at + indent, label, title_of(rest), "line", block.page)


def _inline(words: str, block: Block) -> Iterator[Candidate]:
    """Numbered titles inside running text: pages whose paragraphs were lost hold whole contracts in one block."""
    for gap in _INLINE.finditer(words):
        if "\n" in gap.group():
            continue
        label = label_of(words[gap.end() : gap.end() + 20])
        title = title_of(words[gap.end() + label.length : gap.end() + TITLE_CHARS + 40]) if label else ""
        if label is not None and (title or len(label.numbers) > 1):
            yield Candidate(block.start + gap.end(), label, title, "inline", block.page)


def _introduces(label: Label, line: str) -> bool:
    """Whether what follows the label lets it be a number of this clause rather than a reference to another, or an amount."""
    rest = line[label.length :]
    if label.style in ("decimal", "digit"):
        bare = len(label.numbers) == 1 and not label.dotted
        return not bare and not _AFTER_REFERENCE.match(rest) and not rest.lstrip()[:1].isdigit()
    if label.word:
        return not _AFTER_REFERENCE.match(rest) and not rest.lstrip()[:1].islower()
    return not rest.lstrip().startswith((",", ";", ")")) or not rest.strip()


def _capitals(words: str) -> bool:
    letters = [letter for letter in words if letter.isalpha()]
    return (
        len(words) <= CAPS_CHARS
        and len(letters) >= CAPS_LETTERS
        and not any(letter.islower() for letter in letters)
        and words.count("\n") < 2
        and not words.rstrip().endswith((";", ","))
        and not _SIGNATURE.search(words)
        and len(letters) >= 0.6 * len("".join(words.split()))
    )


def _without_contents(found: list[Candidate], contents: list[int]) -> list[Candidate]:
    """Drop what lies between a contents heading and the place where its first entry comes again as a heading."""
    for start in contents:
        inside = [candidate for candidate in found if candidate.start > start]
        if not inside:
            continue
        again = next((candidate.start for candidate in inside[1:] if candidate.key == inside[0].key), None)
        if again is not None:
            found = [candidate for candidate in found if candidate.start <= start or candidate.start >= again]
    return found
