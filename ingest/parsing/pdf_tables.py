"""Tables of a page (floor 4, pure): its words and ruling lines to grids, which take the place of their lines in the reading order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from ingest.parsing.pdf_grid import Grid, Rule, Rules, Word
from ingest.parsing.pdf_lattice import lattices
from ingest.parsing.pdf_lined import lined_grids, lines_across
from ingest.parsing.pdf_lines import Line, PageLines, turned
from ingest.parsing.pdf_rows import MAX_WORDS, Row, figures, may_hold_table, rows_of, words_of
from ingest.parsing.pdf_ruled import ruled_grid
from ingest.parsing.pdf_streams import stream_grids

LABELLED_SHARE = 0.6


def take_tables(page: PageLines, rules: Callable[[], Rules]) -> None:
    """Puts each table of the page in the place of the lines that it is made of."""
    if not may_hold_table(page):
        return
    words = words_of(page)
    if len(words) <= MAX_WORDS:
        found = rules()
        grids = grids_of(words, _turned_rules(found, page) if page.turn else found)
        if grids:
            page.lines = _replaced(page.lines, grids)


def grids_of(words: Sequence[Word], rules: Rules) -> list[Grid]:
    """The tables that words and lines of a page make: ruled ones first, then figures in columns, then words between lines."""
    grids: list[Grid] = []
    free = list(words)
    rows = rows_of(free)
    for lattice in lattices(rules):
        grid = ruled_grid(lattice, free)
        if grid is not None and not _within_another(grid, rows):
            grids.append(grid)
            free = _left(free, grid)
    rows = rows_of(free) if grids else rows
    streams = stream_grids(rows, rules)
    for grid in streams:
        free = _left(free, grid)
    grids += streams
    groups = lines_across(rules)
    if groups:
        taken = [(grid.box[1], grid.box[3]) for grid in grids]
        grids += lined_grids(rows_of(free) if streams else rows, groups, rules, taken)
    return grids


def _within_another(grid: Grid, rows: Sequence[Row]) -> bool:
    """Whether lines are drawn around the figures of a table only, and their labels stand beside them."""
    first = [cell.words for cell in grid.cells if cell.column == 0 and cell.words]
    if sum(map(figures, first)) < LABELLED_SHARE * len(first):
        return False
    x0, y0, _, y1 = grid.box
    beside = [row for row in rows if y0 < (row.box[1] + row.box[3]) / 2 < y1]
    labelled = sum(row.box[0] < x0 - row.height and row.segments[0].box[2] <= x0 + 1 for row in beside)
    return labelled >= LABELLED_SHARE * len(beside)


def _turned_rules(rules: Rules, page: PageLines) -> Rules:
    """Lines in the reading frame of a page that is printed sideways."""
    out = Rules()
    boxes = [(rule.start, rule.at, rule.end, rule.at) for rule in rules.across]
    boxes += [(rule.at, rule.start, rule.at, rule.end) for rule in rules.down]
    for x0, y0, x1, y1 in (turned(box, page.turn, page.width, page.height) for box in boxes):
        if x1 - x0 >= y1 - y0:
            out.across.append(Rule(y0, x0, x1))
        else:
            out.down.append(Rule(x0, y0, y1))
    return out


def _left(words: Iterable[Word], grid: Grid) -> list[Word]:
    taken = {id(word) for cell in grid.cells for word in cell.words}
    return [word for word in words if id(word) not in taken]


def _replaced(lines: Sequence[Line], grids: Sequence[Grid]) -> list[Line]:
    """The lines with each grid at the place of the first line it took words from, and what is left of such lines."""
    taken: dict[int, set[int]] = defaultdict(set)
    first: dict[int, list[Grid]] = defaultdict(list)
    for grid in grids:
        words = [word for cell in grid.cells for word in cell.words]
        first[min(word.line for word in words)].append(grid)
        for word in words:
            taken[word.line].add(word.at)
    out: list[Line] = []
    for at, line in enumerate(lines):
        out += [_stand_in(grid, lines) for grid in first.get(at, ())]
        if at in taken:
            out += _rest(line, taken[at])
        else:
            out.append(line)
    return out


def _stand_in(grid: Grid, lines: Sequence[Line]) -> Line:
    """A line that holds the place of a table. It says whether words are cut in its cells, and does not hold the halves."""
    words = [word for cell in grid.cells for word in cell.words]
    whole = [word for word, after in zip(words, [*words[1:], words[0]], strict=True) if not word.cut_before(after)]
    text = " ".join(word.text for word in whole)
    return Line(text, [], grid.box, lines[words[0].line].height, False, len(whole) < len(words), grid=grid)


def _rest(line: Line, taken: set[int]) -> list[Line]:
    """What a table left of a line: runs of words that stay together."""
    out: list[Line] = []
    run: list[int] = []
    for at in range(len(line.words) + 1):
        if at < len(line.words) and at not in taken:
            run.append(at)
        elif run:
            out.append(_part(line, run))
            run = []
    return out


def _part(line: Line, run: Sequence[int]) -> Line:
    start, end = line.words[run[0]][0], line.words[run[-1]][1]
    words = [(a - start, b - start, box) for a, b, box in (line.words[at] for at in run)]
    lefts, tops, rights, bottoms = zip(*(box for _, _, box in words), strict=True)
    box = (min(lefts), min(tops), max(rights), max(bottoms))
    ends = line.hyphenated and run[-1] == len(line.words) - 1
    return Line(line.text[start:end], words, box, bottoms[0] - tops[0], line.bold, ends)
