"""Text that runs from right to left on a PDF page (floor 4): put into logical order where pdfium has it reversed.

pdfium reverses what it takes for letters drawn from left to right. Words that a file gives as "actual text" of a drawing come in their
logical order already, and all their letters at one place: those are turned back. Glyphs without a letter among them are the drawing
itself, which the actual text replaces, and are left out.
"""

from __future__ import annotations

import re
from itertools import groupby

from ingest.parsing.pdf_chars import PageChars

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
RUN = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]{2,}")


def mend_direction(chars: PageChars) -> None:
    """Puts right-to-left words that were reversed back into their order, and drops the glyphs they stand for."""
    if not RIGHT_TO_LEFT.search(chars.text):
        return
    order = list(range(len(chars.text)))
    turned = False
    for match in RUN.finditer(chars.text):
        boxes = [tuple(box) for box in chars.boxes(range(match.start(), match.end())).tolist()]
        at = match.start()
        for _, group in groupby(boxes):
            length = len(list(group))
            if length > 1:
                order[at : at + length] = reversed(order[at : at + length])
                turned = True
            at += length
    if turned:
        flags = chars.unmapped_at(order)
        chars.reorder([at for at, unmapped in zip(order, flags, strict=True) if not unmapped])
