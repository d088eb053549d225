"""`extract`, `jobs` (floor 5)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.connection import Api, connect
from api.cli.faults import CliError
from api.cli.options import AllCollections, Collection, Documents, Json, Url, scope_body
from api.cli.progress import bar, note, print_json, print_table, say
from api.cli.showing import show_cells

POLL_S = 0.4


def extract(
    template: Annotated[str | None, typer.Option("--template", "-t", help="A template's name.")] = None,
    schema: Annotated[Path | None, typer.Option("--schema", "-s", help="A JSON Schema file.", exists=True)] = None,
    collection: Collection = "default",
    everywhere: AllCollections = False,
    document: Documents = None,
    name: Annotated[str, typer.Option(help="A name for the job.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write results here (.csv, .jsonl or .json).")] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Extract the same fields out of many documents."""
    body = scope_body(collection, everywhere, document) | {"name": name} | _schema_body(template, schema)
    with connect(url) as api:
        job = _follow(api, api.post("/v1/extractions", body)["id"])
        results = f"/v1/extractions/{job['id']}/results"
        if out:
            _write(api, results, out)
        cells = list(api.every(results)) if not out or as_json else []
    if as_json:
        print_json({"job": job, "cells": cells})
    elif not out:
        show_cells(cells)
    note(_summary(job))
    if job["status"] != "completed":
        raise typer.Exit(1)


def jobs(
    job_id: Annotated[str | None, typer.Argument(help="Show one job with its cells.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the job named.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Run the failed cells of the job named again.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List extraction jobs; show, cancel or retry one."""
    with connect(url) as api:
        if job_id is None:
            items = list(api.every("/v1/extractions"))
            print_json(items) if as_json else _print_jobs(items)
            return
        if cancel:
            api.post(f"/v1/extractions/{job_id}/cancel")
        if retry:
            api.post(f"/v1/extractions/{job_id}/retry")
            _follow(api, job_id)
        job = api.get(f"/v1/extractions/{job_id}")
        cells = list(api.every(f"/v1/extractions/{job_id}/results"))
    if as_json:
        print_json({"job": job, "cells": cells})
    else:
        show_cells(cells)
        say(_summary(job))


def _schema_body(template: str | None, schema: Path | None) -> dict[str, Any]:
    if schema is None:
        return {"template": template or "contract-key-terms"}
    if template is not None:
        raise CliError("Give either --template or --schema.")
    try:
        return {"schema": json.loads(schema.read_text())}
    except json.JSONDecodeError as error:
        raise CliError(f"{schema} is not JSON: {error}") from error


def _follow(api: Api, job_id: str) -> dict[str, Any]:
    """Poll until the job is over."""
    job: dict[str, Any] = api.get(f"/v1/extractions/{job_id}")
    with bar("Extracting", job["totals"]["documents"]) as update:
        while job["finished_at"] is None:
            waiting = f"waiting for {job['waiting_for']}" if job["waiting_for"] else ""
            update(job["totals"]["documents_done"], waiting)
            time.sleep(POLL_S)
            job = api.get(f"/v1/extractions/{job_id}")
    return job


def _write(api: Api, results: str, out: Path) -> None:
    formats = {".csv": "csv", ".jsonl": "jsonl", ".json": "jsonl"}
    if out.suffix not in formats:
        raise CliError("--out must end in .csv, .jsonl or .json")
    text = api.text(results, format=formats[out.suffix])
    if out.suffix == ".json":
        text = json.dumps([json.loads(line) for line in text.splitlines()], ensure_ascii=False, indent=2) + "\n"
    out.write_text(text)
    note(f"results: {out}")


def _print_jobs(items: list[dict[str, Any]]) -> None:
    rows = [
        [
            job["id"],
            job["name"],
            job["status"],
            f"{job['totals']['documents_done']}/{job['totals']['documents']}",
            job["created_at"],
        ]
        for job in items
    ]
    print_table("", ["id", "name", "status", "documents", "created"], rows)


def _summary(job: dict[str, Any]) -> str:
    totals = job["totals"]
    counted = ("found", "found_unverified", "absent", "conflicting", "candidates", "failed")
    parts = [f"{totals[name]} {name.replace('_', ' ')}" for name in counted if totals[name]]
    return f"{job['id']} {job['status']}: {totals['cells']} cells over {totals['documents']} documents: {', '.join(parts) or 'none'}"
