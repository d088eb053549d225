"""Lines of a PDF to paragraphs (floor 4, pure): where blocks begin, what is a heading, what stands apart from the body.

Nothing is dropped. Running heads and feet are marked where they stand, which need not be the edge of the page: files printed from the
web carry the page numbers of an earlier print. Only line numbers and footnotes are moved, since they stand beside the body.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ingest.parsing.pdf_footnotes import body_height, footnotes_of
from ingest.parsing.pdf_furniture import furniture_of
from ingest.parsing.pdf_lines import Line, PageLines
from ingest.parsing.pdf_marks import MARKER
from ingest.parsing.pdf_order import same_row
from proviso.types.documents import BlockKind

PARAGRAPH_GAP = 1.3
COMMON_PITCH_SHARE = 0.2
DEFAULT_PITCH = 1.4
SIZE_CHANGE = 1.18
SHORT_LINE = 0.8
HEADING_CHARS = 150
HEADING_LINES = 3
MAX_LEVEL = 6
ENDED = re.compile(r"(?:[.;:!?,][\"”’)\]]*|\b(?:and|or))$")
SENTENCE_END = re.compile(r"[.;:!?][\"”’)\]]*$")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, and what they are."""

    lines: list[Line]
    kind: BlockKind = "paragraph"
    level: int = 0


def layout(pages: Sequence[PageLines]) -> list[list[Paragraph]]:
    """The paragraphs of each page. Lines are in reading order when they come, and stay in it, save for two kinds that stand beside
    the body: line numbers come first on their page, footnotes after the body."""
    furniture = furniture_of(pages)
    kinds = furniture.kinds
    bodies = [[line for line in page.lines if id(line) not in kinds] for page in pages]
    body, common = body_height(bodies), _pitch([line for lines in bodies for line in lines])
    out = []
    for page, text in zip(pages, bodies, strict=True):
        notes = footnotes_of(text, body)
        below = {id(note) for note in notes}
        margin = [line for line in page.lines if id(line) in furniture.margin]
        lines = [line for line in page.lines if id(line) not in below and id(line) not in furniture.margin]
        end = len(lines)
        while end and kinds.get(id(lines[end - 1])) == "footer":
            end -= 1
        sequence = [*margin, *lines[:end], *notes, *lines[end:]]
        named = kinds | dict.fromkeys(below, "footnote") if below else kinds
        out.append(_paragraphs(sequence, named, _pitch(text, at_least=6) or common))
    _mark_headings([paragraph for page in out for paragraph in page if paragraph.kind == "paragraph"])
    return out


def _paragraphs(lines: list[Line], kinds: Mapping[int, BlockKind], pitch: float | None) -> list[Paragraph]:
    out: list[Paragraph] = []
    for line in lines:
        kind = kinds.get(id(line), "paragraph" if line.grid is None else "table_row")
        last = out[-1] if out else None
        if last is None or last.kind != kind or _stands_alone(last, line) or _begins(last.lines, line, pitch):
            out.append(Paragraph([line], kind))
        else:
            last.lines.append(line)
    return out


def _stands_alone(last: Paragraph, line: Line) -> bool:
    """A table is a block of its own."""
    return line.grid is not None or last.lines[0].grid is not None


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
    begun = line.text[:1].islower() or (line.text[:1].isdigit() and not MARKER.match(line.text))
    return begun and not SENTENCE_END.search(last.text)


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
