"""Tables of PDFs (evals): registers of the datasheet found in rows, how many tables each corpus has, and whether cells are sound.

A register counts when its name, address and reset value stand in cells of one row. The datasheet lists each group of registers in a table
and describes each register again on the page that the truth names; `python -m evals.tables [FOLDER…]` measures other folders too.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from evals.documents import REPOSITORY
from evals.results import machine, save, table
from ingest.parsing.pdf import parse
from proviso.errors import FileError
from proviso.types.documents import Cell, Parsed, Table

DATA = REPOSITORY.parent / "shared" / "data"
CORPORA = ("cuad/pdf", "financebench/pdf", "specs/pdf", "robust/plumber", "robust/docling")
REGISTERS = DATA / "specs" / "registers.jsonl"
OUT = REPOSITORY / "build" / "evals" / "tables.json"
PLAY_PT = 0.6
"""Boxes of words are kept with four bytes a side, those of cells with eight."""


@dataclass(slots=True)
class Counted:
    """What the files of a corpus hold, and what is wrong with it."""

    files: int = 0
    pages: int = 0
    seconds: float = 0.0
    tables: int = 0
    rows: int = 0
    cells: int = 0
    captions: int = 0
    over_pages: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Register:
    """A register as the datasheet describes it."""

    name: str
    address: str
    reset: str
    page: int


def measure(folder: Path) -> Counted:
    """The tables of all PDFs of a folder."""
    out = Counted()
    for path in sorted(folder.glob("*.pdf")):
        started = time.process_time()
        try:
            parsed = parse(path, path.name, None)
        except FileError:
            continue
        out.seconds += time.process_time() - started
        out.files += 1
        out.pages += len(parsed.pages)
        for each in parsed.tables:
            out.tables += 1
            out.rows += each.rows
            out.cells += len(each.cells)
            out.captions += bool(each.caption)
            out.over_pages += len({cell.page for cell in each.cells}) > 1
        out.faults += [f"{path.name}: {fault}" for fault in faults(parsed)]
    return out


def faults(parsed: Parsed) -> list[str]:
    """Whatever is not as it must be: cells outside of their table or on one another, words outside of their cell, words lost."""
    out: list[str] = []
    end = -1
    for each in parsed.tables:
        if each.start < end:
            out.append(f"table at {each.start} begins before {end}")
        end = each.end
        out += _cell_faults(each)
        out += _place_faults(each)
    return out + _box_faults(parsed) + _row_faults(parsed)


def _cell_faults(each: Table) -> list[str]:
    out = []
    end = each.start
    for cell in each.cells:
        if not each.start <= cell.start <= cell.end <= each.end:
            out.append(f"cell {cell.start}–{cell.end} outside of its table {each.start}–{each.end}")
        if cell.start < end and cell.end > cell.start:
            out.append(f"cell {cell.start}–{cell.end} begins before {end}")
        end = max(end, cell.end)
    return out


def _place_faults(each: Table) -> list[str]:
    taken: set[tuple[int, int]] = set()
    out = []
    for cell in each.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                if (row, column) in taken or row >= each.rows or column >= each.columns:
                    out.append(f"row {row} column {column} twice or outside of {each.rows} x {each.columns}")
                taken.add((row, column))
    return out


def _box_faults(parsed: Parsed) -> list[str]:
    by_page: dict[int, list[Cell]] = defaultdict(list)
    for each in parsed.tables:
        for cell in each.cells:
            by_page[cell.page or 0].append(cell)
    out = []
    for words in parsed.words:
        cells = sorted((cell for cell in by_page.get(words.page, ()) if cell.end > cell.start), key=lambda c: c.start)
        at = 0
        for cell in cells:
            while at < len(words) and words.ends[at] <= cell.start:
                at += 1
            while at < len(words) and words.starts[at] < cell.end:
                if not _inside(tuple(words.boxes[4 * at : 4 * at + 4]), cell):
                    out.append(
                        f"page {words.page}: {parsed.text[words.starts[at] : words.ends[at]]!r} outside of its cell"
                    )
                at += 1
    return out


def _inside(word: tuple[float, ...], cell: Cell) -> bool:
    if cell.box is None:
        return False
    x0, y0, x1, y1 = cell.box
    return x0 - PLAY_PT <= word[0] and y0 - PLAY_PT <= word[1] and word[2] <= x1 + PLAY_PT and word[3] <= y1 + PLAY_PT


def _row_faults(parsed: Parsed) -> list[str]:
    """Rows whose text is not that of their cells."""
    rows = {block.start: block.end for block in parsed.blocks if block.kind == "table_row"}
    out = []
    for each in parsed.tables:
        held = "".join(parsed.text[cell.start : cell.end] for cell in each.cells)
        blocks = "".join(parsed.text[a:b] for a, b in sorted(rows.items()) if each.start <= a and b <= each.end)
        if sorted("".join(held.split())) != sorted("".join(blocks.split())):
            out.append(f"rows of the table at {each.start} hold other words than its cells")
    return out


def registers() -> list[Register]:
    """The truth of the datasheet."""
    rows = [json.loads(line) for line in REGISTERS.read_text(encoding="utf-8").splitlines()]
    return [Register(row["register"], row["address"], row["reset"], row["page"]) for row in rows]


def registers_found(
    parsed: Parsed, wanted: Sequence[Register]
) -> tuple[list[Register], list[Register], list[Register]]:
    """Those whose name, address and reset value stand in one row; those whose address and reset value do; the others."""
    rows: list[list[str]] = []
    for each in parsed.tables:
        grouped: dict[int, list[str]] = defaultdict(list)
        for cell in each.cells:
            grouped[cell.row].append(_flat(parsed.text[cell.start : cell.end]))
        rows.extend(grouped.values())
    whole, unnamed, missed = [], [], []
    for register in wanted:
        numbers = [cells for cells in rows if {_flat(register.address), _flat(register.reset)} <= set(cells)]
        if any(_flat(register.name) in cells for cells in numbers):
            whole.append(register)
        elif numbers:
            unnamed.append(register)
        else:
            missed.append(register)
    return whole, unnamed, missed


def _flat(words: str) -> str:
    return "".join(words.split()).replace("_", "").casefold()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of PDFs; the project's data when none")
    folders = parser.parse_args().folders or [DATA / name for name in CORPORA]
    result: dict[str, object] = {"machine": machine()}
    counted = {f"{folder.parent.name}/{folder.name}": measure(folder) for folder in folders if folder.is_dir()}
    result["corpora"] = {name: asdict(each) for name, each in counted.items()}
    head = ("corpus", "files", "pages", "tables", "rows", "cells", "captions", "over pages", "faults", "ms a page")
    print(table(head, [_line(name, each) for name, each in counted.items()]))
    for name, each in counted.items():
        for fault in each.faults[:20]:
            print(f"{name}: {fault}")
    if REGISTERS.is_file():
        result["registers"] = _registers()
    save(OUT, result)


def _line(name: str, each: Counted) -> tuple[object, ...]:
    speed = 1000 * each.seconds / max(1, each.pages)
    numbers = (each.files, each.pages, each.tables, each.rows, each.cells, each.captions, each.over_pages)
    return (name, *numbers, len(each.faults), speed)


def _registers() -> dict[str, object]:
    wanted = registers()
    path = next((DATA / "specs" / "pdf").glob("*.pdf"))
    whole, unnamed, missed = registers_found(parse(path, path.name, None), wanted)
    print(f"\nregisters in a row with name, address and reset value: {len(whole)} of {len(wanted)}")
    print(f"with address and reset value under another name: {len(unnamed)}; in no row: {len(missed)}")
    for register in [*unnamed, *missed]:
        print(f"  {register.name} {register.address} {register.reset} page {register.page}")
    return {
        "wanted": len(wanted),
        "whole": len(whole),
        "unnamed": [asdict(register) for register in unnamed],
        "missed": [asdict(register) for register in missed],
    }


if __name__ == "__main__":
    main()
