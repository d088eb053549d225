"""The title of a document (floor 4, pure): what its file says if that means anything, else its first prominent line, else its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from proviso.types.documents import Block

SEARCHED_BLOCKS = 25
MAX_CHARS = 200
MIN_LETTERS = 4
_KIND = re.compile(
    r"\b(?:agreement|contract|amendment|addendum|lease|licen[cs]e|policy|terms|specification|standard|plan|order|deed|memorandum|"
    r"statement\s+of\s+work|indenture|guaranty|guarantee|undertaking|disclosure|report|manual|guide(?:lines)?|datasheet)\b",
    re.IGNORECASE,
)
_MEANINGLESS = re.compile(
    r"(?:untitled|document\d*|microsoft word|powerpoint|slide ?\d*|print|scan|page|layout|title|exhibit|form|doc\d*|converted|image|"
    r"[\d\s._-]+)(?:\s*[-_.]?\s*\w*)?|.*\.(?:docx?|pdf|html?|txt|rtf|indd|qxd|xlsx?|tmp|eps)|[\w-]*\d{5,}[\w-]*|https?:.*",
    re.IGNORECASE,
)
_FILING = re.compile(r"^(?:EXHIBIT|EX)[\s.-]*(?:\d[\w.-]*|[A-Z]\b)\s*", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:DATED|TO|ARTICLE|SECTION|CLAUSE|SCHEDULE|ANNEX|APPENDIX|EXHIBIT)\s|\d", re.IGNORECASE)
_MARKUP = re.compile(r"^#{1,6}\s+|<[^>]{0,300}>|(?<!\w)[*_`]{1,3}(?=\w)|(?<=\w)[*_`]{1,3}(?!\w)")


def title_of(text: str, blocks: Sequence[Block], declared: str | None, filename: str) -> str:
    """The title to show for a document; `declared` is what its metadata or its HTML title says."""
    if declared and _meaningful(declared):
        return _clean(declared)
    return _prominent(text, blocks) or " ".join(PurePosixPath(filename.replace("\\", "/")).stem.split()) or filename


def _meaningful(words: str) -> bool:
    words = words.strip()
    return sum(map(str.isalpha, words)) >= MIN_LETTERS and not _MEANINGLESS.fullmatch(words)


def _prominent(text: str, blocks: Sequence[Block]) -> str:
    """The first heading or line in capitals near the top that names a kind of document, else the first heading at all."""
    fallback = ""
    for block in blocks[:SEARCHED_BLOCKS]:
        words = _FILING.sub("", _clean(text[block.start : block.end]), count=1)
        if block.kind in ("header", "footer", "table_row") or len(words) >= MAX_CHARS or _CLAUSE.match(words):
            continue
        stands_out = block.kind == "heading" or words.isupper()
        if not stands_out or not _meaningful(words):
            continue
        if _KIND.search(words):
            return words
        fallback = fallback or (words if block.kind == "heading" and block.level == 1 else "")
    return fallback


def _clean(words: str) -> str:
    return " ".join(_MARKUP.sub("", words).split())[:MAX_CHARS].strip(" .:–—-")
