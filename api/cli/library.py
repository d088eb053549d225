"""`add`, `documents` (floor 5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.connection import Api, connect, raise_problem, read_settings
from api.cli.faults import CliError
from api.cli.options import Collection, Json, Url
from api.cli.progress import Stages, note, print_json, print_table
from api.cli.showing import plain

if TYPE_CHECKING:
    from api.cli.gathering import PassedOver


def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True)],
    collection: Collection = "default",
    metadata: Annotated[str | None, typer.Option(help="A JSON object to keep with each new document.")] = None,
    password: Annotated[str | None, typer.Option(help="For encrypted files.")] = None,
    recursive: Annotated[bool, typer.Option(help="Read folders inside folders.")] = True,
    replace: Annotated[
        bool, typer.Option("--replace", help="A changed file becomes the next version of the document of its name.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Send files again whose documents have failed.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait until every document is ready or failed.")] = True,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Upload files and folders, and wait until they can be asked. What is there already is not sent again, so that a run that was cut off
    is carried on by running it again. Exit status: 0 all are ready, 1 some are not, 3 some are of no use, 130 interrupted."""
    from api.cli.adding import Adding, Wanted
    from api.cli.line import Line
    from api.cli.outcome import exit_status, show
    from api.cli.uploading import Destination, metadata_text

    try:
        to = Destination(collection, metadata_text(metadata), password)
    except ValueError as error:
        raise CliError(str(error)) from error
    files, passed_over = _gathered(paths, recursive)
    with connect(url) as api:
        line = Line(api, None if url else read_settings().data_dir)
        with Stages() as stages:
            run = Adding(line, Wanted(to, wait, replace, retry_failed), stages)
            run.report.passed_over += passed_over
            report = run.run(files)
        show(report, as_json)
    if report.fault:
        note(f"proviso: {report.fault}")
    if status := exit_status(report):
        raise typer.Exit(status)


def documents(
    document_id: Annotated[str | None, typer.Argument(help="Show one document.")] = None,
    collection: Annotated[str | None, typer.Option("--collection", "-c", help="Only this collection.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the document named.")] = False,
    outline: Annotated[bool, typer.Option("--outline", help="Show the sections of the document named.")] = False,
    replace: Annotated[
        Path | None, typer.Option("--replace", help="Give the document named this file.", exists=True, dir_okay=False)
    ] = None,
    password: Annotated[str | None, typer.Option(help="For an encrypted file.")] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List documents; show one, its outline, give it another file, or delete it."""
    from api.cli.outcome import show_documents

    if document_id is None and (delete or outline or replace):
        raise CliError("Name the document: proviso documents ID …")
    with connect(url) as api:
        if document_id is None:
            items = list(api.every("/v1/documents", collection=collection, status=status))
            print_json(items) if as_json else show_documents(items)
        elif delete:
            api.delete(f"/v1/documents/{document_id}")
            note(f"{document_id} is deleted.")
        elif outline:
            _show_outline(api.get(f"/v1/documents/{document_id}/outline"), as_json)
        else:
            item = (
                _replaced(api, document_id, replace, password) if replace else api.get(f"/v1/documents/{document_id}")
            )
            print_json(item) if as_json else show_documents([item])
            if replace and item["pending"]:
                raise typer.Exit(1)


def _gathered(paths: list[Path], recursive: bool) -> tuple[list[Path], list[PassedOver]]:
    from api.cli.gathering import gather

    found = list(gather(paths, recursive))
    files = list(dict.fromkeys(item for item in found if isinstance(item, Path)))
    passed_over = [item for item in found if not isinstance(item, Path)]
    if not files:
        reasons = "".join(f"\n  {one.path}: {one.detail}" for one in passed_over[:10])
        raise CliError(f"There are no files at the paths given.{reasons}")
    return files, passed_over


def _replaced(api: Api, document_id: str, path: Path, password: str | None) -> dict[str, Any]:
    """The document once its new version is ready, or has failed."""
    from api.cli.asking import sse
    from api.cli.gathering import shown

    fields = {"password": password} if password else {}
    with path.open("rb") as data:
        answer = api.client.put(
            f"/v1/documents/{document_id}", files={"file": (shown(Path(path.name)), data)}, data=fields
        )
    raise_problem(answer)
    if answer.status_code == 200:
        note("These are the bytes it has; nothing was redone.")
    last: dict[str, Any] = answer.json()
    with Stages() as stages, api.client.stream("GET", f"/v1/documents/{document_id}/events") as response:
        raise_problem(response)
        for _, last in sse(response):
            coming = last["pending"] or last
            stages.show(coming["stage"] or coming["status"], round(100 * (coming["progress"] or 0)), 100)
    return last


def _show_outline(sections: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(sections)
        return
    rows = [
        [f"{'  ' * (section['level'] - 1)}{plain(section['number'])}", plain(section["title"]), section["page"]]
        for section in sections
    ]
    print_table("", ["section", "title", "page"], rows)
