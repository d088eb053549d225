"""Pages with tables, drawn by hand: words where they are put, and lines between them; places are in points from the top left."""

from __future__ import annotations

from collections.abc import Sequence

from tests.instruments.pdf_writer import PAGE_HEIGHT

Placed = tuple[float, float, str]
"""Left end, distance of the baseline from the top, words."""
Ruling = tuple[float, float, float, float]
POINTS = 10
DIGIT_WIDTH = 0.556
"""Of a digit of Helvetica; comma, point and brackets are narrower."""
NARROW = {",": 0.278, ".": 0.278, "(": 0.333, ")": 0.333, " ": 0.278}


def page_of(words: Sequence[Placed], rulings: Sequence[Ruling] = (), points: float = POINTS) -> bytes:
    """A content stream: each piece of text shown on its own, and each line stroked on its own."""
    parts = [ruled(rulings)] if rulings else []
    parts.append(b"BT /F1 %g Tf" % points)
    for x, y, text in words:
        shown = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(b"1 0 0 1 %g %g Tm (%s) Tj" % (x, PAGE_HEIGHT - y, shown))
    parts.append(b"ET")
    return b"\n".join(parts)


def ruled(rulings: Sequence[Ruling]) -> bytes:
    """Operators that stroke lines from (x0, y0) to (x1, y1)."""
    strokes = (b"%g %g m %g %g l S" % (a, PAGE_HEIGHT - b, c, PAGE_HEIGHT - d) for a, b, c, d in rulings)
    return b"0.5 w\n" + b"\n".join(strokes)


def a_grid(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    """The lines of a grid with these edges."""
    across = [(xs[0], y, xs[-1], y) for y in ys]
    return across + [(x, ys[0], x, ys[-1]) for x in xs]


def in_grid(xs: Sequence[float], ys: Sequence[float], rows: Sequence[Sequence[str]]) -> list[Placed]:
    """The words of each row in the cells of such a grid; empty ones are left out."""
    return [
        (xs[column] + 4, ys[row] + 12, text)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if text
    ]


def ended_at(x: float, y: float, text: str) -> Placed:
    """A figure that ends at `x`."""
    width = sum(NARROW.get(letter, DIGIT_WIDTH) for letter in text) * POINTS
    return x - width, y, text


def a_statement(top: float, rows: Sequence[tuple[str, Sequence[str]]], edges: Sequence[float]) -> list[Placed]:
    """Labels on the left and figures that end at `edges`; a currency sign stands 60 points before the end, on its own."""
    out: list[Placed] = []
    for number, (label, figures) in enumerate(rows):
        y = top + 15 * number
        if label:
            out.append((72, y, label))
        for edge, figure in zip(edges, figures, strict=False):
            sign, _, amount = figure.rpartition("$ ")
            if figure.startswith("$ "):
                out.append((edge - 60, y, "$"))
            if amount or sign:
                out.append(ended_at(edge, y, amount))
    return out
