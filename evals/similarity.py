"""How alike two texts are (evals, pure): which words they share, and whether those come in the same order.

Both are folded first: case, quotation marks, dashes, ligatures and white space say nothing about whether text was read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_HYPHENATED = re.compile(r"(?<=\w)[-\u00ad\u2010]\s*\n\s*(?=[a-z])")
_WORD = re.compile(r"\w+", re.UNICODE)
_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TARGET = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_LEAD = re.compile(r"^\s*(?:#{1,6}\s|[-*+]\s|>\s|\|?[\s|:-]*-[\s|:-]*$)", re.MULTILINE)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}


@dataclass(frozen=True, slots=True)
class Likeness:
    """`f1`: shared words; `order`: shared words in the same order; each of 1."""

    precision: float
    recall: float
    f1: float
    order: float


def words_of(text: str, *, markdown: bool = False) -> list[str]:
    """The words of a text, folded; of Markdown, without its marks and the targets of its links."""
    if markdown:
        text = _LEAD.sub("", _TARGET.sub(r"\1", _COMMENT.sub("", _FENCE.sub("", text))))
        for entity, sign in _ENTITIES.items():
            text = text.replace(entity, sign)
    folded = unicodedata.normalize("NFKC", _HYPHENATED.sub("", text)).casefold().replace("_", " ")
    return _WORD.findall(folded)


def likeness(read: Sequence[str], truth: Sequence[str]) -> Likeness:
    """How alike the words that were read are to those that stand there."""
    if not read or not truth:
        return Likeness(0.0, 0.0, 0.0, 0.0)
    shared = sum((Counter(read) & Counter(truth)).values())
    in_order = sum(block.size for block in SequenceMatcher(None, read, truth, autojunk=False).get_matching_blocks())
    precision, recall = shared / len(read), shared / len(truth)
    f1 = 2 * shared / (len(read) + len(truth))
    return Likeness(precision, recall, f1, 2 * in_order / (len(read) + len(truth)))
