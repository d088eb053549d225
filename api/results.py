"""Cells as JSON, JSONL and CSV, long or wide (floor 5). CSV cells that begin like a formula are escaped."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi.responses import JSONResponse, Response

from proviso.types.extractions import Cell
from proviso.wire import to_data

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONG_COLUMNS = (
    "document_id", "title", "field", "type", "outcome", "value", "raw", "quote", "page", "section", "state", "reason"
)  # fmt: skip


def render_results(cells: Sequence[Cell], next_cursor: str | None, format: str, shape: str, layout: str) -> Response:
    """The body of `GET …/results`."""
    rows = objects(cells) if shape == "objects" else [to_data(cell) for cell in cells]
    if format == "json":
        return JSONResponse({"items": rows, "next_cursor": next_cursor})
    if format == "jsonl":
        body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return Response(body, media_type="application/x-ndjson")
    table = wide_table(cells) if layout == "wide" else long_table(cells)
    headers = {"Content-Disposition": 'attachment; filename="results.csv"'}
    return Response(_csv(table), media_type="text/csv; charset=utf-8", headers=headers)


def objects(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """One schema-shaped value per document, with the outcome of each field."""
    out: dict[str, dict[str, Any]] = {}
    for cell in cells:
        item = out.setdefault(cell.document_id, {"document_id": cell.document_id, "value": {}, "outcomes": {}})
        item["outcomes"][cell.field] = cell.outcome
        _set(item["value"], cell.field.split("/")[1:], cell.value)
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
            ]
        )
    return table


def wide_table(cells: Iterable[Cell]) -> list[list[Any]]:
    """One row per document, one column per field; a cell without a value shows its outcome in brackets."""
    fields: dict[str, None] = {}
    rows: dict[str, tuple[str, dict[str, Any]]] = {}
    for cell in cells:
        fields[cell.field] = None
        shown = _plain(cell.value) if cell.value is not None else f"[{cell.outcome}]"
        rows.setdefault(cell.document_id, (cell.title, {}))[1][cell.field] = shown
    table: list[list[Any]] = [["document_id", "title", *fields]]
    for document_id, (title, values) in rows.items():
        table.append([document_id, title, *(values.get(name) for name in fields)])
    return table


def _csv(table: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([[_escaped(value) for value in row] for row in table])
    return out.getvalue()


def _escaped(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def _set(target: dict[str, Any], path: list[str], value: Any) -> None:
    """Put `value` at a JSON pointer's parts; numeric parts index lists, which grow as needed."""
    here: Any = target
    for part, following in zip(path, [*path[1:], None], strict=True):
        name = part.replace("~1", "/").replace("~0", "~")
        fresh: Any = value if following is None else ([] if following.isdecimal() else {})
        if isinstance(here, list):
            at = int(name)
            here.extend([None] * (at + 1 - len(here)))
            here[at] = fresh if here[at] is None else here[at]
            here = here[at]
        else:
            here = here.setdefault(name, fresh)
