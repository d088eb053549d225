"""`reindex` and `snapshot` (floor 5): what is done to the index as a whole. `reindex` does its work in its own process, whether a service
runs or not."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.cli.connection import Api, connect, read_settings, running_url
from api.cli.faults import CliError
from api.cli.options import Json
from api.cli.progress import Stages, note, print_json, print_table, say
from api.cli.showing import plain

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from api.rebuilding import Rebuilt
    from proviso.settings import Settings

AGAIN = "The index in use is whole. Run the same command again: it carries on where this one ended."
NICENESS = 10
"""Whoever searches meanwhile comes first."""

CATCH_UP_S = 3600.0
"""How long a service may take to put an index to use: it brings in what has come since it was built."""
MOST_ROWS = 50
T = TypeVar("T")


def reindex(
    embedder: Annotated[
        str | None, typer.Option(help="The embedder to build the index for (PROVISO_EMBEDDER); docs/embedders.md.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option("--from", help="Begin with the index that `proviso snapshot` copied to this folder.")
    ] = None,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="On a Qdrant server: only delete the collections that are not in use.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Rebuild the index from the stored texts, for another embedder or a new layout, while the service goes on answering."""
    settings = read_settings()
    if drop_old:
        _drop_old(settings, as_json)
        return
    chosen = settings.model_copy(update={"embedder": embedder}) if embedder else settings
    done = _rebuilt(chosen, snapshot)
    if as_json:
        print_json(_json(done))
    else:
        _show(done)
    if chosen.embedder != settings.embedder:
        note(f"Before the next start set PROVISO_EMBEDDER={chosen.embedder}: the service refuses this index otherwise.")
    if done.progress.left_out:
        raise typer.Exit(1)


def snapshot(
    place: Annotated[Path, typer.Argument(help="A folder that is not there yet.")], as_json: Json = False
) -> None:
    """Copy the embedded index, whether a service runs or not; `proviso reindex --from` puts the copy to use again."""
    settings = read_settings()
    if place.exists():
        raise CliError(f"{place} is there already: choose a folder that is not.")
    if url := running_url(settings.data_dir):
        with connect(url) as api:
            made = api.post("/v1/index/snapshot")["path"]
        place.absolute().parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, place)
    else:
        from api.rebuilding import snapshot as copied

        _run(settings, copied(settings, place.absolute()))
    if as_json:
        print_json({"path": str(place.absolute())})
    else:
        say(f"The index is copied to {place}.")


def _rebuilt(settings: Settings, snapshot: Path | None) -> Rebuilt:
    from api.rebuilding import rebuild

    os.nice(NICENESS)
    try:
        with Stages() as stages:
            return _run(
                settings,
                rebuild(
                    settings,
                    lambda number: _adopted(settings, number),
                    lambda done, total, name: stages.show("chunks", done, total, plain(name)),
                    snapshot,
                ),
            )
    except KeyboardInterrupt:
        note(AGAIN)
        raise


def _adopted(settings: Settings, number: int) -> bool:
    """Ask the running service to put the index to use. False: none answers now."""
    import httpx

    url = running_url(settings.data_dir)
    if url is None:
        return False
    try:
        with httpx.Client(base_url=url, timeout=httpx.Timeout(30, read=CATCH_UP_S), trust_env=False) as client:
            Api(client).post("/v1/index/adopt", {"number": number})
    except httpx.TransportError:
        return False
    return True


def _drop_old(settings: Settings, as_json: bool) -> None:
    from api.rebuilding import drop_old

    dropped = _run(settings, drop_old(settings))
    if as_json:
        print_json({"dropped": dropped})
    else:
        say(f"Deleted: {', '.join(dropped) or 'nothing'}.")


def _run(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    import asyncio

    from api.observe import set_up_logging
    from proviso.errors import DependencyError, Locked, ProvisoError

    set_up_logging(settings.log_level)
    try:
        return asyncio.run(work)
    except Locked as error:
        raise CliError(f"{error.detail} It does not answer as a service that could put the index to use.") from error
    except DependencyError as error:
        raise CliError(f"{error.detail} {AGAIN}") from error
    except ProvisoError as error:
        raise CliError(error.detail) from error


def _show(done: Rebuilt) -> None:
    progress, made = done.progress, done.generation
    documents, chunks = _number(len(progress.settled), "document"), _number(progress.chunks, "chunk")
    say(f"{documents}, {chunks} for {made.embedder}, {done.seconds:.1f} s.")
    if done.by_service:
        say("The running service has put the index to use.")
    if progress.embedded < progress.chunks:
        say(f"Embedded now: {progress.embedded}; an interrupted run had done the others.")
    if progress.cut_again:
        say(f"Cut again, because a chunk was too long for this embedder: {_number(progress.cut_again, 'document')}.")
    if left_out := list(progress.left_out.values()):
        rows = [[each.document_id, plain(each.filename), plain(each.reason)] for each in left_out[:MOST_ROWS]]
        print_table("Left out", ["id", "file", "reason"], rows)
        if len(left_out) > MOST_ROWS:
            note(f"… and {len(left_out) - MOST_ROWS} more; --json names them all.")


def _json(done: Rebuilt) -> dict[str, object]:
    progress = done.progress
    return {
        "embedder": done.generation.embedder,
        "dimensions": done.generation.dimensions,
        "number": done.generation.number,
        "by_service": done.by_service,
        "seconds": round(done.seconds, 2),
        "documents": len(progress.settled),
        "chunks": progress.chunks,
        "embedded": progress.embedded,
        "cut_again": progress.cut_again,
        "left_out": [asdict(each) for each in progress.left_out.values()],
    }


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
