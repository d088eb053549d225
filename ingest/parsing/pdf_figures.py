"""Figures of neighbouring cells that pdfium reads as one (floor 4): "3" and "0" at the ends of two columns are not "30".

pdfium puts no space between figures that stand close to the edge of their columns, or that are drawn from right to left. A run of digits
that is far wider than its digits is cut where they stand apart.
"""

from __future__ import annotations

import re

import numpy as np

from ingest.parsing.pdf_chars import PageChars

RUN = re.compile(r"\d[\d.,]*\d")
WIDE = 0.72
"""Share of the height of a line that a digit is never as wide as."""
APART = 0.25


def part_figures(chars: PageChars) -> None:
    """Put spaces between digits that stand apart."""
    runs = [(match.start(), match.end() - 1) for match in RUN.finditer(chars.text)]
    if not runs:
        return
    first, last = chars.boxes([a for a, _ in runs]), chars.boxes([b for _, b in runs])
    high = np.maximum(first[:, 3] - first[:, 1], last[:, 3] - last[:, 1])
    level = np.abs(first[:, 3] - last[:, 3]) < 0.5 * high
    digits = np.array([b - a + 1 for a, b in runs])
    wide = level & ((last[:, 2] - first[:, 0] > WIDE * digits * high) | (last[:, 0] < first[:, 0]))
    joints = [at for (a, b), odd in zip(runs, wide.tolist(), strict=True) if odd for at in range(a + 1, b + 1)]
    if not joints:
        return
    before, after = chars.boxes([at - 1 for at in joints]), chars.boxes(joints)
    high = after[:, 3] - after[:, 1]
    apart = (after[:, 0] - before[:, 2] > APART * high) | (before[:, 0] - after[:, 2] > APART * high)
    cuts = [at for at, cut in zip(joints, apart.tolist(), strict=True) if cut]
    if cuts:
        chars.insert_spaces(cuts)
