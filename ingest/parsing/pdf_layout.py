"""Lines of a PDF to paragraphs (floor 4, pure): where blocks begin, what is a heading, what repeats on every page.

Nothing is moved or dropped: lines stay in the order of the file, and running heads and feet are marked, not removed.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.parsing.pdf_lines import Line, PageLines
from proviso.types.documents import BlockKind

PARAGRAPH_GAP = 1.3
COMMON_PITCH_SHARE = 0.2
DEFAULT_PITCH = 1.4
SIZE_CHANGE = 1.18
SHORT_LINE = 0.8
EDGE_LINES = 3
REPEATED_SHARE = 0.4
HEADING_CHARS = 150
HEADING_LINES = 3
MAX_LEVEL = 6
MARKER = re.compile(
    r"(?:(?:ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix)\s+[\dIVXLC A-Z]"
    r"|\d{1,3}(?:\.\d{1,3}){0,5}[.)]?\s|[A-Za-z][.)]\s|\((?:[A-Za-z]{1,2}|[ivxIVX]{1,6}|\d{1,3})\)|[ivxIVX]{1,6}[.)]\s|[•●▪■◦‣·o–—-]\s)"
)
ENDED = re.compile(r"(?:[.;:!?,][\"”’)\]]*|\b(?:and|or))$")
SENTENCE_END = re.compile(r"[.;:!?][\"”’)\]]*$")
EDGE_NUMBER = re.compile(r"^\d{1,6}\b|\b\d{1,6}$")
PAGE_NUMBER = re.compile(
    r"[\W_]*(?:(?:page|p\.)\s*)?(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\W_]*", re.IGNORECASE
)


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, and what they are."""

    lines: list[Line]
    kind: BlockKind = "paragraph"
    level: int = 0


def layout(pages: Sequence[PageLines]) -> list[list[Paragraph]]:
    """The paragraphs of each page."""
    furniture = _furniture(pages)
    common = _pitch([line for page in pages for line in page.lines])
    out = [_paragraphs(page.lines, furniture, common) for page in pages]
    _mark_headings([paragraph for page in out for paragraph in page if paragraph.kind == "paragraph"])
    return out


def same_row(a: Line, b: Line) -> bool:
    """Whether `b` goes on to the right of `a` on the same visual line (cells of a table row, tab stops)."""
    overlap = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return overlap >= 0.5 * min(a.box[3] - a.box[1], b.box[3] - b.box[1]) and b.box[0] >= a.box[2] - 1


def _paragraphs(lines: list[Line], furniture: dict[int, BlockKind], common: float | None) -> list[Paragraph]:
    pitch = _pitch(lines, at_least=6) or common
    out: list[Paragraph] = []
    for line in lines:
        kind = furniture.get(id(line), "paragraph")
        last = out[-1] if out else None
        if last is None or last.kind != kind or _begins(last.lines, line, pitch):
            out.append(Paragraph([line], kind))
        else:
            last.lines.append(line)
    return out


def _begins(above: list[Line], line: Line, pitch: float | None) -> bool:
    """Whether `line` opens a new paragraph after the lines `above`."""
    last = above[-1]
    if last.hyphenated or same_row(last, line):
        return False
    if line.box[1] < last.box[1] - 0.5 * last.height or line.box[0] > last.box[2]:
        return not _runs_on(last, line)
    step = line.box[3] - last.box[3]
    if step > PARAGRAPH_GAP * max(pitch or DEFAULT_PITCH * last.height, line.height):
        return True
    return _set_apart(above, line)


def _set_apart(above: list[Line], line: Line) -> bool:
    last = above[-1]
    ratio = line.height / last.height if last.height > 0 else 1.0
    if not 1 / SIZE_CHANGE < ratio < SIZE_CHANGE and not _runs_on(last, line):
        return True
    left, right = min(other.box[0] for other in above), max(other.box[2] for other in [*above, line])
    short = last.box[2] - left < SHORT_LINE * (right - left)
    if MARKER.match(line.text) and (short or last.text.isupper() or ENDED.search(last.text)):
        return True
    if not SENTENCE_END.search(last.text):
        return last.bold and not line.bold and short
    indented = len(above) > 1 and line.box[0] > last.box[0] + 0.8 * line.height
    return indented or (short and not line.text[:1].islower())


def _runs_on(last: Line, line: Line) -> bool:
    """A sentence that goes on in the next column."""
    return not SENTENCE_END.search(last.text) and line.text[:1].islower()


def _pitch(lines: Sequence[Line], at_least: int = 1) -> float | None:
    """The smallest common distance between the feet of successive lines: the line spacing inside paragraphs."""
    steps: Counter[float] = Counter()
    for above, line in itertools.pairwise(lines):
        step = line.box[3] - above.box[3]
        if 0.5 * line.height < step < 3 * line.height and not same_row(above, line):
            steps[round(2 * step) / 2] += 1
    total = steps.total()
    if total < at_least:
        return None
    return min((step for step, count in steps.items() if count >= COMMON_PITCH_SHARE * total), default=None)


def _furniture(pages: Sequence[PageLines]) -> dict[int, BlockKind]:
    """Lines that are running heads, feet or page numbers, by identity."""
    heads = [[(line, "header") for line in page.lines[:EDGE_LINES]] for page in pages]
    feet = [[(line, "footer") for line in page.lines[EDGE_LINES:][-EDGE_LINES:]] for page in pages]
    repeats: Counter[str] = Counter()
    for head, foot in zip(heads, feet, strict=True):
        repeats.update({_shape(line) for line, _ in head + foot})
    needed = max(2, math.ceil(REPEATED_SHARE * len(pages)))
    out: dict[int, BlockKind] = {}
    for page, head, foot in zip(pages, heads, feet, strict=True):
        middle = _middle(page)
        for line, _ in head + foot:
            if (len(pages) > 1 and repeats[_shape(line)] >= needed) or PAGE_NUMBER.fullmatch(line.text):
                out[id(line)] = "header" if line.box[3] <= middle else "footer"
    return out


def _middle(page: PageLines) -> float:
    """Half way down what is printed on the page, which may end far above its foot."""
    if len(page.lines) < 2:
        return page.height / 2
    return (min(line.box[1] for line in page.lines) + max(line.box[3] for line in page.lines)) / 2


def _shape(line: Line) -> str:
    """A line as it repeats: its page number, at either end, is not part of it, but the number of a schedule is."""
    words = " ".join(line.text.split())
    return (words if MARKER.match(words) else EDGE_NUMBER.sub("#", words)).casefold()


def _mark_headings(paragraphs: list[Paragraph]) -> None:
    """Short bold or large paragraphs become headings; the larger the higher."""
    heights = [
        line.height for paragraph in paragraphs for line in paragraph.lines for _ in range(1 + len(line.text) // 40)
    ]
    if not heights:
        return
    body = median(heights)
    bold_body = sum(paragraph.lines[0].bold for paragraph in paragraphs) > 0.5 * len(paragraphs)
    found = [paragraph for paragraph in paragraphs if _stands_out(paragraph, body, bold_body)]
    sizes = sorted({round(2 * paragraph.lines[0].height) for paragraph in found}, reverse=True)
    for paragraph in found:
        paragraph.kind = "heading"
        paragraph.level = min(MAX_LEVEL, 1 + sizes.index(round(2 * paragraph.lines[0].height)))


def _stands_out(paragraph: Paragraph, body: float, bold_body: bool) -> bool:
    lines = paragraph.lines
    text = " ".join(line.text for line in lines)
    if len(lines) > HEADING_LINES or len(text) > HEADING_CHARS or not any(letter.isalpha() for letter in text):
        return False
    large = all(line.height > SIZE_CHANGE * body for line in lines)
    bold = not bold_body and all(line.bold for line in lines)
    return (large or bold) and not text.endswith((";", ",")) and not (text.endswith(".") and len(text) > 60)
