"""Words put into a lattice (floor 4, pure): ruled cells with what they hold, or the judgement that the lines are no table."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.parsing.pdf_grid import Grid, GridCell, Word
from ingest.parsing.pdf_lattice import Lattice, Slot
from ingest.parsing.pdf_rows import Row, Segment, rows_of
from ingest.parsing.pdf_shape import marked, squeezed

CROSSING_PT = 3.0
MAX_CROSSING_SHARE = 0.08
FRAME_ROWS = 8
FRAME_SHARE = 0.5
VALUE_SHARE = 0.75
SPLIT_ROWS = 2
MAX_CROWDED_SHARE = 0.15
FAR = 2.0


def ruled_grid(lattice: Lattice, words: Iterable[Word]) -> Grid | None:
    """The table that these lines make of the words between them; None when they make none."""
    inside = [word for word in words if _within(lattice, word)]
    if not inside:
        return None
    held = _held(lattice, inside)
    if held is None or not _is_table(lattice, held, len(inside)):
        return None
    lattice, held = _rows_split(lattice, held)
    if _too_coarse(held):
        return None
    cells = [
        GridCell(
            slot.top, slot.left, slot.bottom - slot.top, slot.right - slot.left, _box(lattice, slot), reading(found)
        )
        for slot, found in ((slot, held.get(slot, [])) for slot in lattice.slots)
    ]
    box = (lattice.xs[0], lattice.ys[0], lattice.xs[-1], lattice.ys[-1])
    grid = squeezed(Grid(box, len(lattice.ys) - 1, len(lattice.xs) - 1, lattice.xs, tuple(cells)))
    return marked(grid) if grid.rows > 1 and grid.columns > 1 else None


def reading(words: Iterable[Word]) -> tuple[Word, ...]:
    """Words of a cell, line by line."""
    kept = tuple(words)
    return kept if len(kept) < 2 else tuple(word for row in rows_of(kept) for word in row.words())


def _within(lattice: Lattice, word: Word) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return lattice.xs[0] <= x < lattice.xs[-1] and lattice.ys[0] <= y < lattice.ys[-1]


def _held(lattice: Lattice, words: Sequence[Word]) -> dict[Slot, list[Word]] | None:
    """The words of each cell; None when too many of them cross the lines."""
    where = {
        (row, column): slot
        for slot in lattice.slots
        for row in range(slot.top, slot.bottom)
        for column in range(slot.left, slot.right)
    }
    out: dict[Slot, list[Word]] = defaultdict(list)
    crossing = 0
    for word in words:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        slot = where[bisect_right(lattice.ys, y) - 1, bisect_right(lattice.xs, x) - 1]
        out[slot].append(word)
        left, right = lattice.xs[slot.left], lattice.xs[slot.right]
        crossing += word.box[0] < left - CROSSING_PT or word.box[2] > right + CROSSING_PT
    return out if crossing <= MAX_CROSSING_SHARE * len(words) else None


def _is_table(lattice: Lattice, held: dict[Slot, list[Word]], total: int) -> bool:
    """Whether at least two rows hold words in at least two cells, and none holds a page of text or a table of its own."""
    beside: dict[int, int] = defaultdict(int)
    for slot, words in held.items():
        for row in range(slot.top, slot.bottom) if words else ():
            beside[row] += 1
    if sum(count >= 2 for count in beside.values()) < 2:
        return False
    columns = len(lattice.xs) - 1
    for slot, words in held.items():
        if len(words) < FRAME_SHARE * total and not (slot.right - slot.left == columns and len(words) > 20):
            continue
        rows = rows_of(words)
        apart = sum(len(row.segments) > 1 for row in rows)
        if len(rows) >= FRAME_ROWS and (len(words) >= FRAME_SHARE * total or apart >= FRAME_ROWS // 2):
            return False
    return True


def _too_coarse(held: dict[Slot, list[Word]]) -> bool:
    """Whether figures stand beside each other inside of cells: then these lines do not part the columns of the table."""
    crowded = single = 0
    for words in held.values():
        for row in rows_of(words) if len(words) > 1 else ():
            values = sum(segment.value for segment in row.segments)
            labelled = values and len(row.segments) > 1 and _far(row.segments[-2], row.segments[-1])
            crowded += values > 1 or bool(labelled)
            single += values == 1
        single += len(words) == 1 and words[0].value
    return crowded > 1 and crowded > MAX_CROWDED_SHARE * single


def _far(label: Segment, figure: Segment) -> bool:
    return figure.value and figure.box[0] - label.box[2] > FAR * (figure.box[3] - figure.box[1])


def _rows_split(lattice: Lattice, held: dict[Slot, list[Word]]) -> tuple[Lattice, dict[Slot, list[Word]]]:
    """Ruled rows that hold several lines of figures are several rows of the table."""
    cuts: dict[int, list[float]] = {}
    for row in range(len(lattice.ys) - 1):
        own = {slot: held[slot] for slot in held if slot.top == row and slot.bottom == row + 1}
        lines = rows_of(word for words in own.values() for word in words)
        if len(lines) >= SPLIT_ROWS and _figures(lines, own.values()):
            cuts[row] = [(above.box[3] + below.box[1]) / 2 for above, below in pairwise(lines)]
    if not cuts:
        return lattice, held
    ys: list[float] = []
    starts: list[int] = []
    for row, y in enumerate(lattice.ys):
        starts.append(len(ys))
        ys += [y, *cuts.get(row, [])]
    slots: list[Slot] = []
    for slot in lattice.slots:
        top, bottom = starts[slot.top], starts[slot.bottom]
        pieces = bottom - top if slot.bottom - slot.top == 1 else 1
        if pieces > 1:
            slots += [Slot(at, at + 1, slot.left, slot.right) for at in range(top, bottom)]
        else:
            slots.append(Slot(top, bottom, slot.left, slot.right))
    finer = Lattice(lattice.xs, tuple(ys), tuple(sorted(slots, key=lambda slot: (slot.top, slot.left))))
    again = _held(finer, [word for words in held.values() for word in words])
    return (finer, again) if again is not None else (lattice, held)


def _figures(lines: list[Row], cells: Iterable[list[Word]]) -> bool:
    """Whether a column of this row is a figure per line: at least one column of figures, on nearly every line."""
    columns = 0
    for words in cells:
        rows = rows_of(words)
        values = sum(all(word.value for word in row.words()) for row in rows)
        columns += (
            len(rows) >= SPLIT_ROWS and len(rows) >= VALUE_SHARE * len(lines) and values >= VALUE_SHARE * len(rows)
        )
    return columns >= (1 if len(lines) > SPLIT_ROWS else 2)


def _box(lattice: Lattice, slot: Slot) -> tuple[float, float, float, float]:
    return lattice.xs[slot.left], lattice.ys[slot.top], lattice.xs[slot.right], lattice.ys[slot.bottom]
