"""Where a sentence of a contract begins and ends (floor 4, pure): abbreviations end none, a list of items after a colon belongs to it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from proviso.types.documents import Block

MAX_CHARS = 6000
BACK_CHARS = 1200
MAX_ITEMS = 60
_STOP = re.compile(r"\.[\"”’)\]]*(?=\s+(?:[\"“‘(\[]{0,2}[A-Z0-9“\"]|[a-z][.)]\s|\([a-z]{1,4}\))|\s*$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|No|Nos|Mr|Mrs|Ms|Dr|St|Sec|Secs|Art|Jr|Sr|vs?|e\.g|i\.e|etc|al|approx|Bros|Cir|Reg|Stat|Fig|Vol|pp?|cf|Del|Cal)|"
    r"\b[A-Z]|\b[A-Z]\.[A-Z])\.$"
)
_ITEM = re.compile(r"\s*(?:\((?:[a-z]{1,4}|[A-Z]|\d{1,2})\)|[a-z][.)]\s|[•▪◦·*-]\s|\d{1,2}\)\s)")
_GOES_ON = re.compile(r"(?:[:;\u037e,—–]|\b(?:and|or|and/or))\s*$")
_BEFORE = re.compile(r"(?:[.;\u037e][\"”’)\]]*\s+(?=[\"“(\[]?[A-Z0-9])|:\s+(?=[\"“(\[]?[A-Z]))")


def sentence_end(text: str, offset: int, block: Block, blocks: Sequence[Block]) -> int:
    """The end of the sentence at `offset`, inside its block or, when it goes on in items, at the end of the last of them."""
    limit = min(block.end, offset + MAX_CHARS)
    for stop in _STOP.finditer(text, offset, limit):
        if not _ABBREVIATION.search(text, max(0, stop.start() - 12), stop.start() + 1):
            return stop.end()
    end = offset + len(text[offset:limit].rstrip())
    return _over_items(text, end, block, blocks) if limit == block.end else end


def sentence_start(text: str, offset: int, block: Block) -> int:
    """The start of the sentence or clause at `offset`, not before its block."""
    floor = max(block.start, offset - BACK_CHARS)
    start = floor
    for gap in _BEFORE.finditer(text, floor, offset):
        if not _ABBREVIATION.search(text, max(0, gap.start() - 12), gap.start() + 1):
            start = gap.end()
    return start


def _over_items(text: str, end: int, block: Block, blocks: Sequence[Block]) -> int:
    """Past the paragraphs that are items of the sentence, while each goes on: "means: (a) … ; and (b) … ."."""
    at = bisect_right(blocks, block.start, key=lambda each: each.start)
    for following in blocks[at : at + MAX_ITEMS]:
        if following.kind in ("header", "footer", "footnote"):
            continue
        words = text[following.start : following.end]
        if not _GOES_ON.search(text[max(0, end - 8) : end]) or not _ITEM.match(words):
            break
        end = following.start + len(words.rstrip())
    return end
