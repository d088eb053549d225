"""What a document holds besides running text, as API.md has it (floor 5): definitions, references, tables, marks, form fields.

Each item carries its span, and the page and section that span lies in.
"""

from __future__ import annotations

from typing import Any

from api.reading import Places
from proviso.types.documents import Cell, Definition, Mark, Reference, Table
from proviso.wire import to_data


def definition_json(found: Definition, places: Places) -> dict[str, Any]:
    data: dict[str, Any] = to_data(found)
    return data | {"page": places.page(found.start), "text": places.kept.text[found.start : found.end]}


def reference_json(found: Reference, places: Places) -> dict[str, Any]:
    """`target` is where it leads in this document: path, span and page; null when it leads out of it or nowhere."""
    data: dict[str, Any] = to_data(found)
    path, start, end = data.pop("target"), data.pop("target_start"), data.pop("target_end")
    target = None
    if path is not None or start is not None:
        target = {"path": path, "start": start, "end": end, "page": None if start is None else places.page(start)}
    return data | {"page": places.page(found.start), "section": places.section(found.start), "target": target}


def table_json(table: Table, number: int, places: Places) -> dict[str, Any]:
    """`table` numbers the tables of the document from 1, in reading order."""
    data: dict[str, Any] = to_data(table)
    return {
        "table": number,
        **data,
        "page_start": places.page(table.start),
        "page_end": places.page(max(table.start, table.end - 1)),
        "section": places.section(table.start),
        "cells": [_cell_json(cell, places) for cell in table.cells],
    }


def table_rows(table: Table, places: Places) -> list[list[str]]:
    """The words of each cell where it begins; the rest of a cell that covers several is empty."""
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        if cell.row < table.rows and cell.column < table.columns:
            rows[cell.row][cell.column] = places.kept.text[cell.start : cell.end]
    return rows


def mark_json(mark: Mark, places: Places) -> dict[str, Any]:
    """`text` is what was deleted or said; `about` the words of the document that it stands at."""
    data: dict[str, Any] = to_data(mark)
    page = mark.page if mark.page is not None else places.page(mark.start)
    about = places.kept.text[mark.start : mark.end]
    return data | {"page": page, "section": places.section(mark.start), "about": about}


def _cell_json(cell: Cell, places: Places) -> dict[str, Any]:
    data: dict[str, Any] = to_data(cell)
    page = cell.page if cell.page is not None else places.page(cell.start)
    return data | {"page": page, "text": places.kept.text[cell.start : cell.end]}
