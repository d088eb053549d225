"""`add`, `documents` (floor 5)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.connection import Api, connect, raise_problem
from api.cli.faults import CliError
from api.cli.options import Collection, Json, Url
from api.cli.progress import bar, note, print_json, print_table

FILES_PER_UPLOAD = 8
POLL_S = 0.3
SETTLED = ("ready", "failed")


def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True)],
    collection: Collection = "default",
    password: Annotated[str | None, typer.Option(help="For encrypted files.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until every document is ready or failed.")] = True,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Upload files and folders, and wait until they can be asked."""
    files = list(_files(paths))
    if not files:
        raise CliError("There are no files at the paths given.")
    with connect(url) as api:
        accepted, rejected = _upload(api, files, collection, password)
        ids = [item["id"] for item in accepted]
        done = _wait(api, ids) if wait else [api.get(f"/v1/documents/{id_}") for id_ in ids]
    if as_json:
        print_json({"items": done, "rejected": rejected})
    else:
        _print_documents(done)
        for item in rejected:
            note(f"not accepted: {item['filename']}: {item['detail']}")
    if rejected or any(item["status"] == "failed" for item in done):
        raise typer.Exit(1)


def documents(
    document_id: Annotated[str | None, typer.Argument(help="Show one document.")] = None,
    collection: Annotated[str | None, typer.Option("--collection", "-c", help="Only this collection.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the document named.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List documents, show one, or delete one."""
    with connect(url) as api:
        if document_id is None:
            items = list(api.every("/v1/documents", collection=collection, status=status))
            print_json(items) if as_json else _print_documents(items)
        elif delete:
            api.delete(f"/v1/documents/{document_id}")
            note(f"{document_id} is deleted.")
        else:
            item = api.get(f"/v1/documents/{document_id}")
            print_json(item) if as_json else _print_documents([item])


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Files in a stable order; inside folders, hidden files are passed over."""
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            yield from (p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts))
        else:
            yield path


def _upload(
    api: Api, files: list[Path], collection: str, password: str | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    accepted: dict[str, dict[str, Any]] = {}
    rejected: list[dict[str, Any]] = []
    with bar("Uploading", len(files)) as update:
        for start in range(0, len(files), FILES_PER_UPLOAD):
            batch = files[start : start + FILES_PER_UPLOAD]
            answer = _post(api, batch, collection, password)
            accepted |= {item["id"]: item for item in answer["items"]}
            rejected += answer["rejected"]
            update(start + len(batch))
    return list(accepted.values()), rejected


def _post(api: Api, batch: list[Path], collection: str, password: str | None) -> dict[str, Any]:
    fields = {"collection": collection} | ({"password": password} if password else {})
    with ExitStack() as stack:
        files = [("files", (path.name, stack.enter_context(path.open("rb")))) for path in batch]
        response = api.client.post("/v1/documents", files=files, data=fields)
    if response.status_code in (413, 415, 422) and len(batch) == 1:
        problem = response.json()
        return {
            "items": [],
            "rejected": [{"filename": batch[0].name, "code": problem["code"], "detail": problem["detail"]}],
        }
    if response.status_code in (413, 415, 422):
        answers = [_post(api, [path], collection, password) for path in batch]
        return {key: [item for answer in answers for item in answer[key]] for key in ("items", "rejected")}
    raise_problem(response)
    data: dict[str, Any] = response.json()
    return data


def _wait(api: Api, ids: list[str]) -> list[dict[str, Any]]:
    """Poll until every document has its outcome."""
    done: dict[str, dict[str, Any]] = {}
    with bar("Reading and indexing", len(ids)) as update:
        while True:
            progress, stage = 0.0, ""
            for id_ in ids:
                item = done.get(id_) or api.get(f"/v1/documents/{id_}")
                if item["status"] in SETTLED:
                    done[id_] = item
                elif item["stage"]:
                    stage = f"{item['stage']} {item['filename'][:40]}"
                progress += 1.0 if id_ in done else item["progress"] or 0.0
            update(progress, stage)
            if len(done) == len(ids):
                return [done[id_] for id_ in ids]
            time.sleep(POLL_S)


def _print_documents(items: Sequence[dict[str, Any]]) -> None:
    rows = [
        [d["id"], d["title"] or d["filename"], d["filename"], d["status"], d["pages"], d["chunks"], _remark(d)]
        for d in items
    ]
    print_table("", ["id", "title", "file", "status", "pages", "chunks", "remarks"], rows)


def _remark(item: dict[str, Any]) -> str:
    if item["error"]:
        return f"{item['error']['code']}: {item['error']['detail']}"
    return "; ".join(warning["detail"] for warning in item["warnings"] or [])
