"""The title of a document (floor 4, pure): what its file says if that means anything, else what stands on its first page, else its name.

`shown_title` gives the words on the page, which are evidence; the name of a file is a last resort for display and evidence of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ingest.structure.headings import KIND, MARKUP
from ingest.structure.preamble import preamble_of
from proviso.types.documents import Block

SEARCHED_BLOCKS = 25
SEARCHED_CHARS = 40_000
MAX_CHARS = 200
RUN_CHARS = 400
MIN_LETTERS = 4
_MEANINGLESS = re.compile(
    r"(?:untitled|document\d*|microsoft word|powerpoint|slide ?\d*|print|scan|page|layout|title|exhibit|form|doc\d*|converted|image|"
    r"[\d\s._-]+)(?:\s*[-_.]?\s*\w*)?|.*\.(?:docx?|pdf|html?|txt|rtf|indd|qxd|xlsx?|tmp|eps)|[\w-]*\d{5,}[\w-]*|https?:.*",
    re.IGNORECASE,
)
_FILING = re.compile(
    r"^(?:EXHIBIT|EX)[\s.-]*(?:\d[\w.-]*|[A-Z]\b|(?:\(\w{1,3}\))+)(?:\((?:\w{1,3}\)))*\s*", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"(?:DATED|TO|ARTICLE|SECTION|CLAUSE|SCHEDULE|ANNEX|APPENDIX|EXHIBIT|TABLE\s+OF|IN\s+WITNESS|THIS|BETWEEN|AND|BY|CERTAIN|(?:AGREEMENT|CONTRACT)\s+(?:DATE|TERM|NUMBER|NO)\b|CONFIDENTIAL|REDACTED|EXECUTION)\s|\d|\[|\*",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"\b(?:AGREEMENT|CONTRACT|AMENDMENT|ADDENDUM|LEASE|LICEN[CS]E|POLICY|SPECIFICATION|INDENTURE|DEED|MEMORANDUM|GUARANTY|GUARANTEE|CERTIFICATE|UNDERTAKING|PLAN|"
    r"DATASHEET|MANUAL|STANDARD|TERMS(?:\s+OF\s+\w+|\s+AND\s+CONDITIONS)?)S?\b"
)
_CAPS = re.compile(r"[A-Z][A-Z0-9&,’'/()\xa0\s-]{3,140}")
_RUN = re.compile(r"(?P<title>[A-Z][\w&’'/ \xa0-]{4,90}?)\s+(?:This|THIS|Agreement\s+made)\s+")
_PAGE = re.compile(r"\s*Page\s+\d+\s+of\s+\d+\s*", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s+(?:DATED|Dated|BY\s+AND|BETWEEN|between|AMONG|among)\b.*|\s*\n.*)$", re.DOTALL)


def title_of(text: str, blocks: Sequence[Block], declared: str | None, filename: str) -> str:
    """The title to show for a document; `declared` is what its metadata or its HTML title says."""
    if declared and _meaningful(declared):
        return _clean(declared)
    shown = shown_title(text, blocks) or _first_heading(text, blocks)
    name = " ".join(PurePosixPath(filename.replace("\\", "/")).stem.split()) or filename
    return _clean(text[slice(*shown)]) if shown else name


def shown_title(text: str, blocks: Sequence[Block]) -> tuple[int, int] | None:
    """Where the document shows a title that names a kind of document: a line that stands out, the first words of a page without
    paragraphs, or what the contract calls itself when it opens."""
    fronts = [
        _front(text, block) for block in blocks[:SEARCHED_BLOCKS] if block.kind not in ("header", "footer", "table_row")
    ]
    for block, (start, end) in zip(
        (block for block in blocks[:SEARCHED_BLOCKS] if block.kind not in ("header", "footer", "table_row")),
        fronts,
        strict=True,
    ):
        for span in _in_front(text, block, start, end):
            if _meaningful(text[slice(*span)]):
                return span
    preamble = preamble_of(text[:SEARCHED_CHARS], ())
    return preamble.title if preamble is not None and preamble.title[1] > preamble.title[0] else None


def _in_front(text: str, block: Block, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The title that a block may be, or begin with."""
    words = text[start:end]
    if not words or _CLAUSE.match(words):
        return
    line = words.partition("\n")[0]
    if len(words) < MAX_CHARS and (block.kind == "heading" or words.isupper() or _stands_alone(words)):
        kept = _TAIL.sub("", words) if KIND.search(_TAIL.sub("", words)) else words
        if KIND.search(kept) and not kept.rstrip().endswith((".", ",", ";")):
            yield start, start + len(kept.rstrip(" .:–—-\n"))
            return
    run = _CAPS.match(line[:RUN_CHARS])
    noun = list(_NOUN.finditer(run.group())) if run else []
    if noun:
        yield start, start + noun[-1 if len(words) < MAX_CHARS else 0].end()
        return
    mixed = _RUN.match(line[:RUN_CHARS])
    if mixed and KIND.search(mixed.group("title").split()[-1]):
        yield start, start + mixed.end("title")


def _stands_alone(words: str) -> bool:
    """A short line in title case that ends with the kind of document: "Distributorship agreement"."""
    found = list(KIND.finditer(words))
    return bool(found) and found[-1].end() == len(words.rstrip()) and len(words.split()) <= 8 and words[:1].isupper()


def _front(text: str, block: Block) -> tuple[int, int]:
    """A block without markup, filing label and page number at its front."""
    start, end = block.start, block.end
    for part in (MARKUP, _FILING, _PAGE):
        found = part.match(text[start:end])
        start += found.end() if found else 0
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _first_heading(text: str, blocks: Sequence[Block]) -> tuple[int, int] | None:
    for block in blocks[:SEARCHED_BLOCKS]:
        start, end = _front(text, block)
        words = text[start:end]
        first = block.kind == "heading" and block.level == 1 and len(words) < MAX_CHARS
        if first and _meaningful(words) and not _CLAUSE.match(words):
            return start, end
    return None


def _meaningful(words: str) -> bool:
    words = words.strip()
    return sum(map(str.isalpha, words)) >= MIN_LETTERS and not _MEANINGLESS.fullmatch(words)


def _clean(words: str) -> str:
    return " ".join(MARKUP.sub("", words[: 2 * MAX_CHARS]).split())[:MAX_CHARS].strip(" .:–—-")
