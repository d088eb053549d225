"""Cells as JSON, JSONL and CSV, long or wide (floor 5). CSV cells that begin like a formula are escaped."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi.responses import JSONResponse, Response

from proviso.types.extractions import Cell
from proviso.wire import to_data, to_line

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONG_COLUMNS = (
    "document_id", "title", "field", "type", "outcome", "value", "raw", "quote", "page", "section", "state", "reason", "agreement"
)  # fmt: skip


def render_results(cells: Sequence[Cell], next_cursor: str | None, format: str, shape: str, layout: str) -> Response:
    """The body of `GET …/results`."""
    if format == "csv":
        table = wide_table(cells) if layout == "wide" else long_table(cells)
        headers = {"Content-Disposition": 'attachment; filename="results.csv"'}
        return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)
    rows = objects(cells) if shape == "objects" else [to_data(cell) for cell in cells]
    if format == "jsonl":
        return Response(b"".join(to_line(row) + b"\n" for row in rows), media_type="application/x-ndjson")
    return JSONResponse({"items": rows, "next_cursor": next_cursor})


def objects(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """One schema-shaped value per document, with the outcome of each field."""
    out: dict[str, dict[str, Any]] = {}
    for cell in cells:
        item = out.setdefault(cell.document_id, {"document_id": cell.document_id, "value": {}, "outcomes": {}})
        item["outcomes"][cell.field] = cell.outcome
        value = [] if cell.type == "array" and cell.outcome == "absent" else cell.value
        _put(item["value"], _parts(cell.field), value)
    for item in out.values():
        item["value"] = _shaped(item["value"])
    return list(out.values())


def long_table(cells: Iterable[Cell]) -> list[list[Any]]:
    table: list[list[Any]] = [list(LONG_COLUMNS)]
    for cell in cells:
        first = cell.evidence[0] if cell.evidence else None
        found = [first.text or first.quote, first.page_start, first.section, first.state] if first else [None] * 4
        table.append(
            [
                *(cell.document_id, cell.title, cell.field, cell.type, cell.outcome, _plain(cell.value), cell.raw),
                *found,
                cell.reason,
                cell.derived.agreement if cell.derived else None,
            ]
        )
    return table


def wide_table(cells: Iterable[Cell]) -> list[list[Any]]:
    """One row per document, one column per field. What is not simply found says so in brackets: nothing looks surer than it is."""
    fields: dict[str, None] = {}
    rows: dict[str, tuple[str, dict[str, Any]]] = {}
    for cell in cells:
        fields[cell.field] = None
        rows.setdefault(cell.document_id, (cell.title, {}))[1][cell.field] = _in_wide(cell)
    table: list[list[Any]] = [["document_id", "title", *fields]]
    for document_id, (title, values) in rows.items():
        table.append([document_id, title, *(values.get(name) for name in fields)])
    return table


def _in_wide(cell: Cell) -> Any:
    if cell.value is None:
        return f"[{cell.outcome}]"
    value = _plain(cell.value)
    return value if cell.outcome == "found" else f"{value} [{cell.outcome}]"


def as_csv(table: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[_escaped(value) for value in row] for row in table])
    return out.getvalue().encode("utf-8", "replace")


def _escaped(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def _parts(pointer: str) -> list[str]:
    """The parts of a cell's pointer; that of a leaf in an array nobody has numbered stands for the array."""
    return pointer.split("/*", 1)[0].split("/")[1:]


class _Branch(dict[str, Any]):
    """An object or array in the making: its children by name or number. Apart from dict, because values may be dicts too."""


def _put(root: dict[str, Any], path: list[str], value: Any) -> None:
    """Put `value` at the parts of a pointer; what lies deeper wins over a cell that speaks of the whole."""
    here = root
    for part in path[:-1]:
        if not isinstance(here.get(part), _Branch):
            here[part] = _Branch()
        here = here[part]
    if not isinstance(here.get(path[-1]), _Branch):
        here[path[-1]] = value


def _shaped(node: dict[str, Any]) -> dict[str, Any] | list[Any]:
    """Branches whose children are all numbers become lists (field names are never numbers), null where an item is not among the cells."""
    done = {key: _shaped(child) if isinstance(child, _Branch) else child for key, child in node.items()}
    if done and all(key.isdecimal() for key in done):
        numbered = {int(key): child for key, child in done.items()}
        return [numbered.get(n) for n in range(max(numbered) + 1)]
    return {key.replace("~1", "/").replace("~0", "~"): child for key, child in done.items()}
